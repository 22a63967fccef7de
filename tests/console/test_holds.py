"""Holds over HTTP: seen by who may, asked for in words, granted by another, used once, confirmed, lifted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import translation

from huanqiong.console import hold_form, hold_words
from huanqiong.core.errors import HuanqiongError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.models import Seal
from huanqiong.desk.trust.retention import hold_scope
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.access import access_queue

WATERS = {
    "corner_a": "19°20'N 110°50'E",
    "corner_b": "20.0400N 111.1917E",
    "since": "2026-11-20 08:00",
    "until": "2026/11/21 08:00",
    "reason": "案件 12",
}


def request_of(client: Client, act: str) -> int:
    """The newest request of that act, as the page of approvals lists it."""
    return next(w.id for w in reads.approvals() if w.act == act)


def test_who_only_sees_gets_no_form(signed_in: Callable[..., Client]) -> None:
    page = signed_in("chen").get("/holds/").content.decode()
    assert "Legal holds" in page
    assert 'action="/holds/ask/"' not in page
    assert signed_in("lin").get("/holds/").status_code == 403
    assert signed_in("chen").post("/holds/ask/", WATERS).status_code == 403
    assert 'href="/holds/"' not in signed_in("lin").get("/").content.decode()


def test_waters_are_asked_for_granted_and_set_once(signed_in: Callable[..., Client]) -> None:
    zhou, other = signed_in("zhou"), signed_in("all")
    assert zhou.post("/holds/ask/", WATERS).status_code == 302
    wish = request_of(zhou, "hold.set")
    assert "waits for a second person" in zhou.get("/holds/").content.decode()
    assert "1 request about holds waits" in other.get("/holds/").content.decode()
    listed = other.get("/approvals/").content.decode()
    assert "everything in the waters 19.3333N 110.8333E to 20.0400N 111.1917E; 2026-11-20 08:00 to" in listed
    assert zhou.post(f"/holds/use/{wish}/").status_code == 403, "nobody decided yet"
    assert zhou.post(f"/approvals/{wish}/decide/", {"decision": "grant"}).status_code == 403
    assert not reads.holds()
    other.post(f"/approvals/{wish}/decide/", {"decision": "grant"})
    assert "Granted by 演示员" in zhou.get("/holds/").content.decode()
    assert f'action="/holds/use/{wish}/"' in zhou.get("/approvals/").content.decode()
    assert other.post(f"/holds/use/{wish}/").status_code == 404, "it is another's"
    done = zhou.post(f"/holds/use/{wish}/")
    [hold] = reads.holds()
    assert done["Location"] == f"/holds/#hold-{hold.id}"
    assert (hold.subject, hold.reason, hold.set_by) == ("", "案件 12", "周岩")
    assert hold.box == pytest.approx((110 + 50 / 60, 19 + 20 / 60, 111.1917, 20.04))
    assert hold.since == datetime(2026, 11, 20, tzinfo=UTC)
    assert zhou.post(f"/holds/use/{wish}/").status_code == 403
    assert len(reads.holds()) == 1


def test_a_hit_is_shown_confirmed_and_lifted_by_two(signed_in: Callable[..., Client]) -> None:
    lin, zhou, other = signed_in("lin"), signed_in("zhou"), signed_in("all")
    alert = next(a for a in access_queue(reads.person("lin")) if a.kind == "gap").id
    order = watch.order(
        alert, "hp-46012", "look", datetime.now(UTC) + timedelta(days=400), by=reads.person("lin")
    )
    watch.record_outcome(order, "hit", by=reads.person("lin"))
    [hold] = reads.holds()
    shown = lin.get(f"/api/alerts/{alert}").json()["orders"][0]["hold"]
    assert shown["id"] == hold.id
    assert f"Hold {hold.id}: proposed, lapses on" in shown["text"]
    page = zhou.get("/orders/").content.decode()
    assert f'href="/holds/#hold-{hold.id}"' in page
    assert f'href="/holds/#hold-{hold.id}"' not in lin.get("/orders/").content.decode()
    card = zhou.get("/holds/").content.decode().split(f'id="hold-{hold.id}"')[1]
    assert f'href="/?alert={alert}"' in card
    assert f"all records of alert {alert}, and everything in the waters" in card
    for wish, then in (("confirm", "standing"), ("lift", "lifted")):
        assert zhou.post(f"/holds/{hold.id}/{wish}/", {"reason": ""}).status_code == 422
        zhou.post(f"/holds/{hold.id}/{wish}/", {"reason": "结案"})
        number = request_of(zhou, f"hold.{wish}")
        assert f"№ {hold.id} · all records of alert {alert}" in other.get("/approvals/").content.decode()
        assert f'formaction="/holds/{hold.id}/{wish}/"' not in zhou.get("/holds/").content.decode()
        other.post(f"/approvals/{number}/decide/", {"decision": "grant"})
        zhou.post(f"/holds/use/{number}/")
        assert [h.state for h in reads.holds()] == [then]
    ended = zhou.get("/holds/").content.decode()
    assert "lifted by" in ended
    assert "confirmed by" in ended
    assert zhou.post(f"/holds/{hold.id}/lift/", {"reason": "x"}).status_code == 409
    assert zhou.post(f"/holds/{hold.id}/burn/", {"reason": "x"}).status_code == 404
    assert zhou.post("/holds/999/lift/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"corner_b": ""},
        {"corner_a": "somewhere"},
        {"corner_b": "19°20'N 111°E"},
        {"since": ""},
        {"since": "2026-11-22 08:00"},
        {"until": "tomorrow"},
        {"reason": " "},
        {"kind": "boat", "name": "1"},
        {"kind": "alert", "name": ""},
        {"kind": "alert", "name": "twelve"},
        {"kind": "", "name": "12"},
    ],
)
def test_what_says_nothing_clear_is_not_asked_and_stays_in_the_form(
    signed_in: Callable[..., Client], wrong: dict[str, str]
) -> None:
    zhou = signed_in("zhou", "zh-hans")
    answer = zhou.post("/holds/ask/", WATERS | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    error = re.search(r'id="error">.*?</svg>(.*?)</p>', page, re.DOTALL)
    assert error is not None
    assert re.search("[一-鿿]", error[1]), "it is said in Chinese"
    for value in (WATERS | wrong).values():
        assert not value.strip() or value.replace("'", "&#x27;") in page or value == "boat"
    assert not reads.approvals()


def test_a_scope_holds_to_its_waters_and_is_read_back() -> None:
    wish = hold_form.wish_of(WATERS | {"kind": "alert", "name": "№ 12"})
    assert wish.subject == "alert:12"
    assert hold_form.wish_in(wish.scope) == wish
    bare = hold_form.wish_of({"kind": "device", "name": "412000001", "reason": "x"})
    assert hold_form.wish_in(bare.scope) == bare
    with translation.override("en"):
        assert hold_words.asked(bare.scope) == "all records of device 412000001; whatever the time"
    for scope in ({}, {"rows": 3}, hold_scope("", None, None, None) | {"box": ["1", "2"]}):
        assert hold_words.asked(scope) == ""
        with pytest.raises(HuanqiongError):
            hold_form.wish_in(scope)


def test_the_page_in_chinese_and_a_form_filled_by_a_link(signed_in: Callable[..., Client]) -> None:
    acts.propose_hold(
        "order:9", "device:412900005", "查获", by=SYSTEM,
        since=datetime(2026, 11, 20, tzinfo=UTC), until=datetime(2026, 11, 21, tzinfo=UTC), box=None,
    )  # fmt: skip
    page = signed_in("zhou", "zh-hans").get("/holds/?subject=device:412900005").content.decode()
    assert "设备 412900005 的全部记录；时间：2026-11-20 08:00 至 2026-11-21 08:00" in page
    assert 'href="/vessels/412900005/"' in page
    assert '<option value="device" selected>' in page
    assert 'value="412900005"' in page


def test_of_a_sealed_record_only_that_it_is_held(signed_in: Callable[..., Client]) -> None:
    hold = acts.propose_hold(
        "order:9", "alert:1", "a secret", by=SYSTEM, since=datetime(2026, 11, 20, tzinfo=UTC),
        until=datetime(2026, 11, 21, tzinfo=UTC), box=(110.0, 19.0, 111.0, 20.0),
    )  # fmt: skip
    zhou = signed_in("zhou")
    assert "a secret" in zhou.get("/holds/").content.decode()
    zhou_person = reads.person("zhou")
    Seal(subject="alert:1", reason="x", by=zhou_person, at=datetime(2026, 11, 23, tzinfo=UTC)).save()
    page = zhou.get("/holds/").content.decode()
    card = page.split(f'id="hold-{hold}"')[1].split("</li>")[0]
    assert "a sealed record" in card
    for told in ("a secret", "alert 1", "alert=1", "19.0000N"):
        assert told not in card
    assert '<script id="boxes" type="application/json">[]</script>' in page
    assert reads.holds(protecting=True)[0].subject == "alert:1", "it protects all the same"
