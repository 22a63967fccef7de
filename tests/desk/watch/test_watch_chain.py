"""The chain's file: what it must say, and that what is wrong is named by its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong import data
from huanqiong.core.errors import InputError
from huanqiong.desk.watch.chain import chain_of

WRONG = [("after_min", -1), ("after_min", "x"), ("after_min", True), ("tell", "nobody"), ("how", "pigeon")]


@given(st.data())
def test_a_chain_that_cannot_be_names_its_place(draw: Any) -> None:
    d = tomllib.loads(data.path("watch/chain.toml").read_text(encoding="utf-8"))
    rule = draw.draw(st.sampled_from(d["rule"]))
    step = draw.draw(st.sampled_from(rule["step"]))
    key, value = draw.draw(
        st.sampled_from(
            [
                ("after_min", -1),
                ("after_min", "x"),
                ("after_min", True),
                ("tell", "nobody"),
                ("how", "pigeon"),
            ]
        )
    )
    step[key] = value
    with pytest.raises(InputError) as refused:
        chain_of(d, "here.toml")
    assert f"rule of '{rule['of']}', step {rule['step'].index(step) + 1}" in str(refused.value)
    assert "here.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.pop("source"), "no source"),
        (lambda d: d["rule"][0].update(of="x"), "rule of 'x'"),
        (lambda d: d["rule"].append(d["rule"][0]), "two rules"),
        (lambda d: d["rule"][1]["step"].reverse(), "in the order"),
        (lambda d: d["rule"][1]["step"][0].update(tell="giver"), "only an order"),
        (lambda d: d["rule"][0]["step"][2].pop("contact"), "contact"),
        (lambda d: d.update(acknowledged_holds_min=-3), "acknowledged_holds_min"),
    ],
)
def test_what_a_chain_lacks_is_said(change: Callable[[Any], Any], said: str) -> None:
    d = tomllib.loads(data.path("watch/chain.toml").read_text(encoding="utf-8"))
    change(d)
    with pytest.raises(InputError, match=said):
        chain_of(d, "here.toml")
