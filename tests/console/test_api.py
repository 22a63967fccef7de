"""The API through Django's test client: rows, acts, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import plant
import pytest
from boarded_hit import HIT
from django.test import Client

from huanqiong.core.time import iso
from huanqiong.lake import bundle


def post(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(path, body or {}, content_type="application/json")


def queue(client: Client, query: str = "") -> list[dict[str, Any]]:
    return client.get(f"/api/alerts?{query}").json()


def one(client: Client, kind: str) -> dict[str, Any]:
    return next(a for a in queue(client) if a["kind"] == kind)


def test_nobody_gets_401_and_the_roleless_403(store: object, signed_in: Callable[..., Client]) -> None:
    reads = ("store", "alerts", "sea/picture", "vessels?q=1", "zones", "audit", "orders", "alerts/1")
    for path in reads:
        assert Client().get(f"/api/{path}").status_code == 401, path
    client = signed_in("nobody")
    for path in reads[1:]:
        answer = client.get(f"/api/{path}")
        assert answer.status_code == 403, path
        assert "role" in answer.json()["message"]


def test_writes_need_the_csrf_token(signed_in: Callable[..., Client]) -> None:
    from huanqiong.desk.trust import reads

    client = Client(enforce_csrf_checks=True)
    client.force_login(reads.person("lin"))
    assert post(client, "/api/alerts/1/claim").status_code == 403
    assert queue(client)


def test_queue_rows_say_what_where_why_and_record(signed_in: Callable[..., Client]) -> None:
    rows = queue(signed_in("lin"))
    assert rows[0]["distress"]
    assert [r["severity"] for r in rows[1:]] == sorted((r["severity"] for r in rows[1:]), reverse=True)
    for row in rows:
        assert row["kind_name"]
        assert row["why"]
        assert row["where"]
        assert row["record"] == {"judged": 0, "true": 0, "false": 0, "unclear": 0}
    pair = next(r for r in rows if r["kind"] == "encounter")
    assert pair["vessel"]
    assert pair["other_mmsi"] == plant.ALERTED["partner"]


def test_queue_at_a_moment_knows_nothing_later(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    early = iso(plant.T0 + timedelta(hours=12.5))
    kinds = {a["kind"] for a in queue(client, f"at={early}")}
    assert kinds == {"gap", "loitering"}
    assert len(queue(client, f"at={early}")) == 2
    assert queue(client, f"at={iso(plant.T0)}") == []


def test_claim_judge_close_and_the_record(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    a = one(client, "gap")
    claimed = post(client, f"/api/alerts/{a['id']}/claim").json()
    assert claimed["row"]["mine"]
    assert claimed["frozen"][0]["moment"] == "claim"
    assert len(claimed["frozen"][0]["sha256"]) == 64
    no_reason = post(client, f"/api/alerts/{a['id']}/judge", {"judgement": "true", "reason": " "})
    assert no_reason.status_code == 422
    judged = post(client, f"/api/alerts/{a['id']}/judge", {"judgement": "true", "reason": "radar shows it"})
    assert judged.json()["row"]["state"] == "judged"
    assert judged.json()["judgements"][0]["by"] == "林晓"
    assert post(client, f"/api/alerts/{a['id']}/close").json()["row"]["state"] == "closed"
    again = post(client, f"/api/alerts/{a['id']}/close")
    assert again.status_code == 409
    assert one(client, "gap")["record"]["judged"] == 1
    refused = post(client, f"/api/alerts/{a['id']}/reopen", {"reason": "look again"})
    assert refused.status_code == 403
    reopened = post(signed_in("zhou"), f"/api/alerts/{a['id']}/reopen", {"reason": "look again"})
    assert reopened.json()["row"]["state"] == "open"
    assert reopened.json()["judgements"][0]["set_aside_at"]


def test_refusals_speak_chinese(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin", "zh-hans")
    a = one(client, "gap")
    answer = post(client, f"/api/alerts/{a['id']}/judge", {"judgement": "true", "reason": ""})
    assert answer.json()["message"] == "判定必须写明理由。"
    missing = client.get("/api/alerts/999999")
    assert missing.status_code == 404
    assert missing.json()["message"].startswith("没有预警 999999")
    refused = post(signed_in("fu", "zh-hans"), f"/api/alerts/{a['id']}/claim")
    assert refused.json()["message"] == "您的角色无权操作：认领预警。"


def test_order_and_outcome(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    a = one(client, "fast_near_coast")
    past = {"unit": "hp-46012", "deadline": iso(plant.T1 - timedelta(hours=2)), "text": "go"}
    assert post(client, f"/api/alerts/{a['id']}/order", past).status_code == 422
    due = {"unit": "hp-46012", "deadline": iso(plant.T1 + timedelta(hours=2)), "text": "go and look"}
    order = post(client, f"/api/alerts/{a['id']}/order", due).json()["orders"][0]
    assert order["unit"] == "Coast Guard 46012"
    assert client.get("/api/orders").json()[0]["state"] == "issued"
    assert post(client, f"/api/orders/{order['id']}/acknowledge", {"name": "Wu"}).status_code == 200
    quick = post(client, f"/api/orders/{order['id']}/outcome", {"result": "hit", "note": "120 cartons"})
    assert quick.status_code == 422
    assert "boarding record" in quick.json()["message"]
    done = post(client, f"/api/orders/{order['id']}/boarding", HIT | {"note": "120 cartons"})
    assert done.status_code == 200
    detail = client.get(f"/api/alerts/{a['id']}").json()
    assert detail["row"]["outcome"] == "hit"
    assert "120 cartons" in client.get("/orders/").content.decode()
    assert ">1<" in client.get("/records/").content.decode()
    twice = post(client, f"/api/orders/{order['id']}/outcome", {"result": "no_hit"})
    assert twice.status_code == 409


def test_distress_is_acknowledged_never_silenced(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    a = queue(client)[0]
    silence = {"hours": 2, "kind": "", "reason": "noise"}
    assert post(client, f"/api/alerts/{a['id']}/silence", silence).status_code == 409
    done = post(client, f"/api/alerts/{a['id']}/acknowledge").json()
    assert done["row"]["acknowledged_at"]
    gap = one(client, "gap")
    assert gap["possible_distress"]
    declared = post(client, f"/api/alerts/{gap['id']}/distress", {"reason": "no answer on 16"})
    assert declared.json()["row"]["distress"]
    assert queue(client)[0]["id"] == gap["id"]


def test_silence_is_from_the_stores_clock(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    a = one(client, "loitering")
    d = post(client, f"/api/alerts/{a['id']}/silence", {"hours": 8, "kind": "loitering", "reason": "survey"})
    until = d.json()["silences"][0]["until"]
    assert abs((plant.T1 + timedelta(hours=8)).timestamp() - _stamp(until)) < 300


def _stamp(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


def test_picture_is_of_its_moment(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    t = int((plant.T0 + timedelta(hours=19)).timestamp())
    p = client.get(f"/api/sea/picture?at={t}&window_h=6").json()
    assert p["n"] == 48
    assert max(p["t"]) <= t
    i = p["mmsi"].index(plant.ALERTED["gap"])
    assert t - p["t"][i] > 1.9 * 3600, "it fell silent two hours before"
    assert p["name"][i] == "琼东渔31005"
    assert p["type"][i] == 30
    short = client.get(f"/api/sea/picture?at={t}&window_h=1&bare=1").json()
    assert plant.ALERTED["gap"] not in short["mmsi"]
    assert "name" not in short
    late = client.get("/api/sea/picture").json()
    assert late["alert"][late["mmsi"].index(plant.ALERTED["fast"])] == 3


def test_track_is_thinned_but_keeps_its_end(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    a, b = int(plant.T0.timestamp()), int(plant.T1.timestamp())
    full = client.get(f"/api/sea/track/{plant.ALERTED['fast']}?t0={a}&t1={b}").json()
    thin = client.get(f"/api/sea/track/{plant.ALERTED['fast']}?t0={a}&t1={b}&most=50").json()
    assert full["n"] == thin["n"] == len(full["t"])
    assert 40 <= len(thin["t"]) <= 52
    assert thin["t"][-1] == full["t"][-1]
    assert full["t"] == sorted(full["t"])


def test_activity_counts_every_position_and_alert(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    a, b = int(plant.T0.timestamp()), int(plant.T1.timestamp()) + 1
    strip = client.get(f"/api/sea/activity?t0={a}&t1={b}&bins=48").json()
    assert len(strip["positions"]) == 48
    assert sum(strip["positions"]) == plant.positions()[0].num_rows
    assert {k: sum(v) for k, v in strip["alerts"].items()} == {"1": 3, "2": 1, "3": 2, "4": 1}


@pytest.mark.parametrize(
    ("q", "field"),
    [("412900005", "mmsi"), ("9000001", "imo"), ("BQ005", "callsign"), ("昌渔31", "name"), ("东渔", "name")],
)
def test_search_by_every_name(signed_in: Callable[..., Client], q: str, field: str) -> None:
    found = signed_in("lin").get("/api/vessels", {"q": q}).json()
    assert found
    assert found[0]["field"] == field


def test_zone_drawn_listed_archived_restored(signed_in: Callable[..., Client]) -> None:
    client = signed_in("zhou")
    ring = [[110.0, 18.0], [110.5, 18.0], [110.5, 18.5], [110.0, 18.5], [110.0, 18.0]]
    body = {"name": "陵水外海", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    made = post(client, "/api/zones", body).json()
    assert made["properties"]["name"] == "陵水外海"
    assert client.delete(f"/api/zones/{made['id']}").status_code == 200
    assert made["id"] not in [z["id"] for z in client.get("/api/zones").json()["features"]]
    post(client, f"/api/zones/{made['id']}/restore")
    assert made["id"] in [z["id"] for z in client.get("/api/zones").json()["features"]]
    assert post(signed_in("lin"), "/api/zones", body).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_zone_that_crosses_itself_is_refused_clearly(signed_in: Callable[..., Client], language: str) -> None:
    ring = [[110.0, 18.0], [110.5, 18.5], [110.5, 18.0], [110.0, 18.5], [110.0, 18.0]]
    body = {"name": "bow tie", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    answer = post(signed_in("zhou", language), "/api/zones", body)
    assert answer.status_code == 422
    assert ("cross" if language == "en" else "自相交") in answer.json()["message"]


def test_who_passed_a_zone(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    zone = client.get("/api/zones").json()["features"][0]
    period = f"t0={iso(plant.T0)}&t1={iso(plant.T1)}"
    rows = client.get(f"/api/zones/{zone['id']}/visits?{period}").json()
    assert {r["mmsi"] for r in rows} >= {412900004, 412900012}
    assert all(r["t0"] <= r["t1"] for r in rows)
    csv = client.get(f"/api/zones/{zone['id']}/visits.csv?{period}")
    assert len(csv.content.decode("utf-8-sig").splitlines()) == len(rows) + 1
    assert (
        client.get(f"/api/zones/{zone['id']}/visits?t0={iso(plant.T1)}&t1={iso(plant.T0)}").status_code == 422
    )


def test_evidence_is_a_file_for_those_who_may(signed_in: Callable[..., Client]) -> None:
    alert = one(signed_in("lin"), "encounter")["id"]
    path = f"/api/alerts/{alert}/evidence"
    refused = post(signed_in("lin"), path, {"purpose": "court"})
    assert refused.status_code == 403
    supervisor = signed_in("zhou")
    assert post(supervisor, path, {"purpose": " "}).status_code == 422
    assert post(signed_in("zhou", "zh-hans"), path, {"purpose": " "}).json()["message"].startswith("导出证据")
    answer = post(supervisor, path, {"purpose": "court"})
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="DRILL-evidence-drill-{alert}.zip"'
    members = bundle.decode(answer.content)
    assert json.loads(members["manifest.json"])["purpose"] == "court"
    assert "演练 / DRILL" in members["README.txt"].decode()
    good, every = answer["X-Verdicts"].split("/")
    assert int(good) <= int(every) == len(members["verdicts.jsonl"].splitlines())
