"""Norms are read whole or refused; what lies between learnt hours is interpolated."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from huanqiong.core.errors import InputError
from huanqiong.data import toml
from huanqiong.lines.sea.reach import bundled_norms, read_norms
from huanqiong.lines.sea.reach.norms import FILE


def test_the_bundled_norms_name_where_they_come_from() -> None:
    norms = bundled_norms()
    raw = toml(FILE)
    assert {"version", "author", "source", "valid_from", "tracks"} <= set(raw)
    assert raw["tracks"] > 1_000
    assert "Danish Maritime Authority" in norms.source
    assert norms.learnt_h == pytest.approx(1 / 3, abs=0.01)


def test_codes_and_lengths_find_their_classes() -> None:
    norms = bundled_norms()
    assert [norms.kind_of(c).name for c in (30, 52, 69, 71, 84)] == [  # type: ignore[union-attr]
        "fishing",
        "tug",
        "passenger",
        "cargo",
        "tanker",
    ]
    assert norms.kind_of(None) is None
    assert norms.kind_of(0) is None
    names = {k.name for k in norms.kinds_of_length(250.0)}
    assert "cargo" in names
    assert "fishing" not in names
    assert norms.kinds_of_length(4_000.0) == norms.kinds
    codes = [c for k in norms.kinds for a, b in k.codes for c in range(a, b + 1)]
    assert len(codes) == len(set(codes))


def test_states_begin_where_they_say() -> None:
    norms = bundled_norms()
    assert [norms.state_of(v).name for v in (0.0, 0.99, 1.0, 4.99, 5.0, 60.0)] == [
        *("stopped", "stopped"),
        *("slow", "slow"),
        *("sailing", "sailing"),
    ]


def test_between_hours_quantiles_lie_between() -> None:
    state = bundled_norms().state_of(10.0)
    three, four, six = (state.at("tug", h) for h in (3.0, 4.0, 6.0))
    low, high = np.minimum(three.pace, six.pace), np.maximum(three.pace, six.pace)
    assert ((four.pace >= low - 1e-12) & (four.pace <= high + 1e-12)).all()
    assert (np.diff(four.turn, axis=1) >= 0).all()
    assert (state.at("tug", 0.01).pace == state.at("tug", 0.3).pace).all()


def broken(change: Any) -> dict[str, Any]:
    raw = copy.deepcopy(toml(FILE))
    change(raw)
    return raw


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("levels"),
        lambda r: r["kinds"]["cargo"].pop("sog_kn"),
        lambda r: r["kinds"]["cargo"].update(codes=[[70]]),
        lambda r: r["states"]["slow"]["norms"][0]["pace"].reverse(),
        lambda r: r["states"]["slow"]["norms"][0]["turn"].append([0] * 19),
        lambda r: r["states"]["slow"]["norms"][0].update(kind="submarine"),
        lambda r: r["states"]["slow"].update(norms=r["states"]["slow"]["norms"][:1]),
        lambda r: r["states"].pop("stopped"),
        lambda r: r["states"]["slow"]["norms"][0]["pace"].__setitem__(3, float("nan")),
    ],
)
def test_a_bent_file_is_refused_by_name(change: Any) -> None:
    with pytest.raises(InputError, match="here.toml"):
        read_norms(broken(change), "here.toml")
