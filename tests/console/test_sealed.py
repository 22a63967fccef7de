"""Sealed records in the console: sealed on the floor, gone from every address, opened once by two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from doors import calls, page_patterns

from huanqiong.core.time import iso
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.access import access_queue

FAR = datetime(2099, 1, 1, tzinfo=UTC)
SECRET = "seen-nowhere-7319"
GROUND = {
    "act": "seal.open",
    "purpose": "seal.case",
    "law": "治安管理处罚法",
    "article": "136",
    "asker": "海口市公安局",
    "matter": "2026-7",
    "reason": "同案",
}


@pytest.fixture
def people(signed_in: Callable[..., Client]) -> dict[str, Client]:
    """Browsers of everybody on the floor, a legal reviewer and a privacy officer."""
    for name, role in (("fa", "legal_reviewer"), ("mi", "privacy_officer")):
        acts.create_person(name, by=OPERATOR)
        acts.grant_role(name, role, by=OPERATOR)
    return {name: signed_in(name) for name in ("all", "zhou", "fa", "mi", "lin")}


@pytest.fixture
def ended(people: dict[str, Client]) -> int:
    """An alert that was inspected, judged and closed, with words that stand nowhere else."""
    by = reads.person("zhou")
    alert = next(a for a in access_queue(by) if a.kind == "gap").id
    order = watch.order(alert, "hp-46012", SECRET, FAR, by=by)
    watch.judge(alert, "true", SECRET, by=by)
    watch.record_outcome(order, "no_hit", note=SECRET, by=by)
    watch.close(alert, by=by)
    return alert


def everything(client: Client, alert: int) -> str:
    """The text of every page and every GET of the API that the person may open."""
    values = {"alert_id": alert, "order_id": 1, "zone_id": 1, "mmsi": 412900005}
    times = {"t0": "2026-11-01T00:00:00Z", "t1": iso(FAR)}
    out = []
    paths = [c.split(" ")[1] for c in calls() if c.startswith("GET ")]
    paths += [p for p in page_patterns() if "stream" not in p and "login" not in p]
    states = "open,claimed,judged,closed,withdrawn"
    for pattern in sorted({*paths, f"/audit/?subject=alert:{alert}", f"/alerts/?state={states}"}):
        path = pattern.replace("<int:", "{").replace("<str:", "{").replace(">", "}")
        for name, value in values.items():
            path = path.replace("{" + name + "}", str(value))
        if "{" in path:
            continue
        response = client.get(path, times | {"state": states} if path.startswith("/api/") else {})
        if response.status_code == 200 and not response.streaming:
            out.append(response.content.decode(errors="replace"))
    return "\n".join(out)


def asked(client: Client, alert: int, **other: str) -> int:
    """Asks to open it, returns the request's id."""
    response = client.post("/sealed/ask/", GROUND | {"alert": str(alert)} | other)
    assert response.status_code == 302, response.content.decode()
    return reads.approvals(requester=reads.person("fa").pk)[0].id


def test_what_is_sealed_is_at_no_address(people: dict[str, Client], ended: int) -> None:
    before = everything(people["all"], ended)
    assert SECRET in before
    assert len(before) > 100_000  # it is many pages that are looked through
    sealed = people["zhou"].post(
        f"/api/alerts/{ended}/seal", {"reason": "处罚决定生效"}, content_type="application/json"
    )
    assert (sealed.status_code, sealed.json()) == (200, {"sealed": ended})
    for who in ("all", "zhou", "fa", "mi"):
        text = everything(people[who], ended)
        assert SECRET not in text, who
    assert people["all"].get(f"/api/alerts/{ended}").status_code == 404
    again = people["zhou"].post(
        f"/api/alerts/{ended}/reopen", {"reason": "x"}, content_type="application/json"
    )
    assert again.status_code == 404
    about = people["all"].get("/audit/", {"subject": f"alert:{ended}"}).content.decode()
    assert "Record sealed" in about
    assert "Judged" in about or "judged" in about


def test_it_opens_once_for_two(people: dict[str, Client], ended: int) -> None:
    assert people["fa"].post("/sealed/seal/", {"alert": str(ended), "reason": "生效"}).status_code == 302
    wish = asked(people["fa"], ended)
    assert people["fa"].post(f"/sealed/{wish}/use/").status_code == 403
    waiting = people["mi"].get("/approvals/").content.decode()
    assert "海口市公安局" in waiting
    assert "2026-7" in waiting
    assert people["mi"].post(f"/approvals/{wish}/decide/", {"decision": "grant"}).status_code == 302
    assert people["mi"].post(f"/sealed/{wish}/use/").status_code == 403  # not who asked
    shown = people["fa"].post(f"/sealed/{wish}/use/")
    assert shown.status_code == 200
    assert shown.content.decode().count(SECRET) == 3  # the judgement's, the order's, the outcome's
    assert "海口市公安局" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert people["fa"].post(f"/sealed/{wish}/use/").status_code == 403
    entry = reads.audit(limit=1, act="record.open_sealed")[0]
    assert (entry.subject, entry.actor) == (f"alert:{ended}", reads.person("fa").code)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"law": "某某法"}, "no law in force"),
        ({"article": "x"}, "number of the article"),
        ({"purpose": "oversight"}, "is opened for"),
        ({"asker": " "}, "Name the organ"),
        ({"alert": "x"}, "number"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_request_without_ground_is_refused_and_keeps_what_was_typed(
    people: dict[str, Client], ended: int, wrong: dict[str, str], why: str
) -> None:
    answer = people["fa"].post("/sealed/ask/", GROUND | {"alert": str(ended)} | wrong)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert why in text
    assert 'value="2026-7"' in text
    assert not reads.approvals(requester=reads.person("fa").pk)


def test_a_seal_is_lifted_by_two(people: dict[str, Client], ended: int) -> None:
    people["fa"].post("/sealed/seal/", {"alert": str(ended), "reason": "生效"})
    wish = asked(people["fa"], ended, act="seal.lift", reason="判决撤销")
    people["mi"].post(f"/approvals/{wish}/decide/", {"decision": "grant"})
    assert people["fa"].post(f"/sealed/{wish}/use/").status_code == 302
    assert people["all"].get(f"/api/alerts/{ended}").status_code == 200


def test_only_those_with_the_right_see_the_page(people: dict[str, Client], ended: int) -> None:
    assert people["fa"].get("/sealed/").status_code == 200
    for who in ("lin", "zhou", "mi", "all"):
        assert people[who].get("/sealed/").status_code == 403
    assert people["lin"].post("/sealed/seal/", {"alert": str(ended), "reason": "x"}).status_code == 403
    body = {"reason": "x"}
    refused = people["lin"].post(f"/api/alerts/{ended}/seal", body, content_type="application/json")
    assert refused.status_code == 403
