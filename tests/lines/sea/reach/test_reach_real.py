"""On real tracks: the norms are what the script makes of them, and regions hold ships they never saw."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from huanqiong.data import toml
from huanqiong.lines.sea.reach.norms import FILE

BENCH = Path(__file__).parents[4] / "bench"


@pytest.fixture(scope="module")
def tracks(data_dir: Path) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUANQIONG_DATA", str(data_dir))
        patch.syspath_prepend(str(BENCH))
        import _reach_cover
        import _reach_learn
        import _reach_tracks

        yield _reach_tracks.pairs(), _reach_learn, _reach_cover


@pytest.mark.real
def test_the_bundled_norms_are_those_of_the_script(tracks: Any, tmp_path: Path) -> None:
    pairs, learn, _ = tracks
    learn.learn(pairs, tmp_path / "norms.toml")
    made, bundled = tomllib.loads((tmp_path / "norms.toml").read_text(encoding="utf-8")), toml(FILE)
    assert made.keys() == bundled.keys()
    assert made["source"] == bundled["source"]
    for state, norms in bundled["states"].items():
        assert len(norms["norms"]) == len(made["states"][state]["norms"])
        for a, b in zip(made["states"][state]["norms"], norms["norms"], strict=True):
            assert (a["kind"], a["hours"], a["ships"]) == (b["kind"], b["hours"], b["ships"])
            np.testing.assert_allclose(a["pace"], b["pace"], rtol=2e-3, atol=1e-6)
            np.testing.assert_allclose(a["turn"], b["turn"], rtol=2e-3, atol=1e-3)


@pytest.mark.real
def test_nobody_is_tried_who_was_learnt_from(tracks: Any) -> None:
    pairs, _, cover = tracks
    learnt = {(p.source, p.ship) for p in pairs if p.learnt_from}
    tried = {(p.source, p.ship) for p in cover.chosen(pairs, 20)}
    assert len(learnt) > 1_000
    assert len(tried) > 200
    assert not learnt & tried


@pytest.mark.real
def test_an_hour_later_they_are_where_they_can_be(tracks: Any) -> None:
    """Nine of ten unseen ships under way lie within the 95 % region; the peers' are larger."""
    from huanqiong.core.geography import load_geography

    pairs, _, cover = tracks
    coast, sd = load_geography().coast, cover.spreads(pairs)
    fixes = [
        p for p in cover.chosen(pairs, 0) if p.wanted_h == 1.0 and p.source == "Kattegat" and p.sog_kn >= 5
    ]
    tried = [cover.attempt(p, coast, sd) for p in fixes[::3]]
    assert len(tried) > 80
    inside = np.array([t.inside for t in tried]).mean(axis=0)
    assert (inside >= np.array([0.5, 0.8, 0.9])).all()
    area = np.median([t.area[2] for t in tried])
    assert area < np.median([t.ellipse[2][1] for t in tried])
    assert area < np.median([t.circle[1] for t in tried]) / 10
