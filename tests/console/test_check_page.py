"""Whom to check over HTTP: ranked with reasons, narrowed to zone or unit, blind to flags in the records."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import plant
import pytest
from boarded_hit import HIT
from django.test import Client

from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.access import access_zones
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue
from huanqiong.lake.store import Store


def asked(client: Client, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/check", {"limit": 1000, **query})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def row(found: dict[str, Any], mmsi: int) -> dict[str, Any]:
    return dict(next(r for r in found["rows"] if r["mmsi"] == mmsi))


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_list_is_ranked_and_says_why(signed_in: Callable[..., Client]) -> None:
    found = asked(signed_in("lin"))
    points = [r["points"] for r in found["rows"]]
    assert points == sorted(points, reverse=True)
    assert [r["rank"] for r in found["rows"]] == list(range(1, len(points) + 1))
    assert found["found"] == len(points) > 40
    gap = row(found, plant.ALERTED["gap"])
    assert {r["code"] for r in gap["reasons"]} == {"alert", "dark"}
    assert any("Silence, severity 2" in r["text"] for r in gap["reasons"])
    assert gap["reasons"][0]["links"][0].startswith("/?alert=")
    assert sum(r["points"] for r in gap["reasons"]) == pytest.approx(gap["points"], abs=0.02)
    quiet = row(found, 412900001)
    assert (quiet["points"], quiet["reasons"], quiet["selected"]) == (0.0, [], False)
    pair = [row(found, plant.ALERTED[n]) for n in ("encounter", "partner")]
    assert pair[0]["points"] == pair[1]["points"] > 0
    only = asked(signed_in("lin"), only="true")
    assert {r["mmsi"] for r in only["rows"]} == {r["mmsi"] for r in found["rows"] if r["selected"]}


def test_who_was_checked_clean_falls_and_a_hit_rises(signed_in: Callable[..., Client]) -> None:
    lin, by = signed_in("lin"), reads.person("lin")
    before = asked(lin)
    orders = {}
    for name, kind in (("gap", "gap"), ("fast", "fast_near_coast")):
        alert = next(a for a in access_queue(by) if a.kind == kind).id
        now = plant.T1 - timedelta(minutes=1)
        orders[name] = acts.order(alert, "hp-46012", "x", plant.T1 + timedelta(hours=9), by=by, now=now)
    clean = {k: v for k, v in HIT.items() if k != "ended"} | {"result": "no_hit", "began": "0258"}
    clean |= {"clock_at": "", "clock_offset_s": None}
    for name, body in (("gap", clean), ("fast", HIT)):
        done = lin.post(f"/api/orders/{orders[name]}/boarding", json.dumps(body), "application/json")
        assert done.status_code == 200, done.json()
    after = asked(lin)
    fell = row(after, plant.ALERTED["gap"])
    assert fell["points"] < row(before, plant.ALERTED["gap"])["points"] * 0.3
    assert fell["clean"].startswith("checked ")
    assert fell["checks"][0]["result"] == "no_hit"
    assert fell["checks"][0]["boarded"]
    rose = row(after, plant.ALERTED["fast"])
    assert rose["points"] > row(before, plant.ALERTED["fast"])["points"] + 2.5
    assert rose["selected"]
    page = text(lin, "/check/")
    assert "1 checks with a hit" in page
    assert f'href="/orders/{orders["gap"]}/boarding/"' in page


def test_flag_and_crew_in_the_records_change_nothing(signed_in: Callable[..., Client]) -> None:
    lin, by = signed_in("lin"), reads.person("lin")
    alert = next(a for a in access_queue(by) if a.kind == "gap").id
    order = acts.order(alert, "hp-46012", "x", plant.T1 + timedelta(hours=9), by=by)
    crew = [{"name": "x", "role": "master", "document": "1", "nationality": "CN", "note": ""}]
    lin.post(f"/api/orders/{order}/boarding", json.dumps(HIT | {"crew": crew}), "application/json")

    def seen() -> list[tuple[int, float, bool]]:
        return [(r["mmsi"], r["points"], r["selected"]) for r in asked(lin)["rows"]]

    before = seen()
    other = HIT | {"flag": "none", "crew": [crew[0] | {"nationality": n} for n in ("VN", "MM")], "why": "x"}
    done = lin.post(f"/api/orders/{order}/boarding/correct", json.dumps(other), "application/json")
    assert done.status_code == 200
    for n, mmsi in enumerate(m for m, _, _ in before):
        code = lin.get(f"/api/vessels/{mmsi}").json().get("code")
        if code is None:
            continue
        registry.register_vessel(by=reads.person("zhou"), code=code, flag=("VN", "PA", "KP")[n % 3])
    assert seen() == before


def test_twins_under_two_flags_stand_alike(signed_in: Callable[..., Client], store: Store) -> None:
    told = {"name": "A", "callsign": "B1", "ship_type": 70}
    twins = (412900007, 412900015)
    both = [{"mmsi": m, "t": plant.T0, **told} for m in twins]
    both += [{"mmsi": m, "t": plant.T0 + timedelta(hours=5), **told, "name": "Z", "callsign": s}
             for m, s in zip(twins, ("B9", "XV9"), strict=True)]  # fmt: skip
    registry.record_static(both, by=SYSTEM)
    acts.raise_alerts(
        [plant.event("loitering", m, 22.0, 3.0, 19.4, 111.2, 2, []) for m in twins[:1]], by=SYSTEM
    )
    found = asked(signed_in("lin"))
    changes = [[r["points"] for r in row(found, m)["reasons"] if r["code"] == "identity"] for m in twins]
    assert changes[0] == changes[1] != []


def test_who_is_near_the_zone_and_the_unit_i_am_sent_to(signed_in: Callable[..., Client]) -> None:
    lin = signed_in("lin")
    zone = access_zones(reads.person("lin"))[0].id
    near = asked(lin, zone=zone)
    everyone = asked(lin)
    assert 0 < len(near["rows"]) < len(everyone["rows"])
    west, south, east, north = 110.95, 19.2, 111.5, 19.9
    for r in near["rows"]:
        inside = west <= r["lon"] <= east and south <= r["lat"] <= north
        assert r["near"]["inside"] == inside
        assert r["near"]["edge_nm"] <= 20
        assert r["rank"] == row(everyone, r["mmsi"])["rank"]
    far = [r for r in everyone["rows"] if r["mmsi"] not in {x["mmsi"] for x in near["rows"]}]
    assert all(not (west <= r["lon"] <= east and south <= r["lat"] <= north) for r in far)
    unit = asked(lin, unit="vms-qinglan")
    assert all(r["near"]["dist_nm"] <= 20 and r["near"]["inside"] is None for r in unit["rows"])
    both = asked(lin, unit="hp-46012", zone=zone)
    assert {r["mmsi"] for r in both["rows"]} == {r["mmsi"] for r in near["rows"]}
    assert all(r["near"]["dist_nm"] > 20 for r in both["rows"]), "from the unit, which lies far off"
    page = text(lin, f"/check/?zone={zone}&unit=hp-46012")
    for part in ("Distances from Coast Guard 46012", "inside", " nm</b>", "heard ", "Her alerts this month"):
        assert part in page, part
    assert lin.get("/api/check", {"zone": 99999}).status_code == 404
    assert lin.get("/api/check", {"unit": "nowhere"}).status_code == 404
    assert lin.get("/check/?zone=99999").status_code == 404


def test_the_page_is_chinese_and_for_the_watch(signed_in: Callable[..., Client]) -> None:
    page = text(signed_in("lin", "zh-hans"), "/check/")
    for part in ("先查谁", "不问船旗与国籍", "静默", "本月预警"):
        assert part in page, part
    assert signed_in("chen").get("/check/").status_code == 403
    assert signed_in("chen").get("/api/check").status_code == 403


NOTICES = """
[[notices]]
port = "Da Nang"
since = 2026-11-01
until = 2026-12-01
source = "NNCC 2026-17"
dated = 2026-11-10
"""


def test_a_voyage_counts_with_a_notice_of_the_store_and_without_one_it_does_not(
    signed_in: Callable[..., Client], store: Store
) -> None:
    lin, mmsi = signed_in("lin"), 412900001
    call = plant.reasons(("port", "Da Nang"))
    acts.raise_alerts([plant.event("port_visit", mmsi, 10.0, 4.0, 16.1, 108.2, 1, call)], by=SYSTEM)
    assert row(asked(lin), mmsi)["points"] == 0.0
    file = store.path / "notices.toml"
    try:
        file.write_text(NOTICES, encoding="utf-8")
        [reason] = row(asked(lin), mmsi)["reasons"]
        assert (reason["code"], reason["points"]) == ("origin", 1.5)
        assert "Da Nang" in reason["text"]
        assert "NNCC 2026-17 of 2026-11-10" in reason["text"]
        file.write_text(NOTICES.replace('source = "NNCC 2026-17"', 'source = ""'), encoding="utf-8")
        refused = lin.get("/api/check")
        assert refused.status_code == 422
        assert "notice 1" in refused.json()["message"]
    finally:
        file.unlink()
