"""Escalation over HTTP: the page, one's own steps, answers, and a chain of the store's own that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from huanqiong.console.house import house
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.clock import now
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.chain import bundled_chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def climbed(store: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The planted alerts waited an hour and nobody came: Zhou, a duty officer, is signed in and on shift."""
    zhou = reads.person("zhou")
    acts.begin_shift(by=zhou)
    late = now() + timedelta(hours=1)
    with monkeypatch.context() as m:
        m.setattr("huanqiong.desk.trust.act.now", lambda: late)
        return acts.climb(bundled_chain(), {zhou.pk: 1}, by=SYSTEM)


def test_who_was_told_sees_it_and_answers(climbed: list[int], signed_in: Callable[..., Client]) -> None:
    c = signed_in("zhou")
    mine = c.get("/api/escalations?mine=true").json()
    assert mine
    assert all(e["told"] for e in mine)
    page = c.get("/escalations/").content.decode()
    assert "data-step-seen" in page
    screen = next(e for e in mine if e["how"] == "screen")
    assert c.post(f"/api/escalations/{screen['id']}/acknowledge", {}, "application/json").status_code == 200
    assert screen["id"] not in [e["id"] for e in c.get("/api/escalations?mine=true").json()]
    call = next(e for e in mine if e["how"] == "phone")
    said = {"call": "answered", "name": "王", "when": "0230"}
    url = f"/api/escalations/{call['id']}/call"
    assert c.post(url, {"call": "answered"}, "application/json").status_code == 422
    assert c.post(url, said, "application/json").status_code == 200
    row = next(e for e in c.get("/api/escalations").json() if e["id"] == call["id"])
    assert (row["call"], row["call_name"]) == ("answered", "王")
    assert row["call_at"].endswith("18:30:00Z")  # 0230 in China


def test_others_see_the_page_and_answer_nothing(climbed: list[int], signed_in: Callable[..., Client]) -> None:
    c = signed_in("lin")
    assert c.get("/api/escalations?mine=true").json() == []
    assert "data-step-seen" not in c.get("/escalations/").content.decode()
    assert c.post(f"/api/escalations/{climbed[0]}/acknowledge", {}, "application/json").status_code == 403


@pytest.mark.parametrize("lang", ["en", "zh-hans"])
def test_a_chain_of_ones_own_stands_and_a_wrong_one_is_named(
    store: Any, signed_in: Callable[..., Client], lang: str
) -> None:
    c = signed_in("zhou")
    c.cookies["hq_lang"] = lang
    file = house().store.path / "rules" / "chain.toml"
    file.parent.mkdir()
    own = (
        'version = "t1"\nauthor = "本站"\nsource = "x"\nvalid_from = "2026-01-01"\n'
        '[[rule]]\nof = "overdue"\n[[rule.step]]\nafter_min = 7\ntell = "giver"\nhow = "screen"\n'
    )
    try:
        file.write_text(own, encoding="utf-8")
        page = c.get("/escalations/").content.decode()
        assert "t1" in page
        assert ("7 min" if lang == "en" else "7 分钟") in page
        file.write_text(own.replace('"giver"', '"nobody"'), encoding="utf-8")
        wrong = c.get("/escalations/")
        assert wrong.status_code == 200
        assert "chain.toml" in wrong.content.decode()
        assert "nobody" in wrong.content.decode()
    finally:
        file.unlink()
        file.parent.rmdir()
