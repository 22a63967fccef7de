"""The chain by the clock of a store: its own file, its kind, its clock."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from huanqiong.desk.watch.chain import bundled_chain
from huanqiong.flows.escalation import chain_of_store, climb_now, climbs
from huanqiong.lake.store import create_store

OWN = (
    'version = "t1"\nauthor = "x"\nsource = "x"\nvalid_from = "2026-01-01"\n'
    '[[rule]]\nof = "overdue"\n[[rule.step]]\nafter_min = 7\ntell = "giver"\nhow = "screen"\n'
)


@pytest.fixture
def own(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HUANQIONG_HOME", str(tmp_path))
    store = create_store("s", kind="live", title_zh="x", title_en="x")
    (store.path / "rules").mkdir()
    return store


def test_a_stores_own_chain_goes_before_the_bundled_one(own: Any) -> None:
    assert chain_of_store(own) == (bundled_chain(), None)
    (own.path / "rules" / "chain.toml").write_text(OWN, encoding="utf-8")
    chain, wrong = chain_of_store(own)
    assert (chain.version, wrong) == ("t1", None)


@pytest.mark.django_db
@pytest.mark.parametrize("text", [OWN.replace("7", '"soon"'), "rule = [", "\x00", OWN.replace("giver", "me")])
def test_of_a_wrong_one_the_bundled_climbs_and_it_is_said(
    own: Any, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (own.path / "rules" / "chain.toml").write_text(text, encoding="utf-8")
    chain, wrong = chain_of_store(own)
    assert chain == bundled_chain()
    assert "chain.toml" in str(wrong)
    with caplog.at_level(logging.ERROR):
        assert climb_now(own) == []
    assert "chain.toml" in caplog.text


def test_nobody_stands_watch_over_an_archive(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUANQIONG_HOME", str(tmp_path))
    store = create_store("a", kind="archive", title_zh="x", title_en="x")
    assert not climbs(store)
    assert climb_now(store) == []
