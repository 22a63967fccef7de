"""Where she can be, over HTTP: regions as GeoJSON, units ranked, refusals; an order keeps its meeting."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import plant
import pytest
from django.test import Client
from shapely.geometry import Point, shape

from huanqiong.core.time import iso
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue
from huanqiong.desk.watch.duty import Words

JSON = "application/json"
DUE = iso(plant.T1 + timedelta(hours=6))


@pytest.fixture
def lin(signed_in: Callable[..., Client]) -> Client:
    return signed_in("lin")


def alert(kind: str) -> int:
    return next(a for a in access_queue(reads.person("lin")) if a.kind == kind).id


def test_an_alert_says_where_she_can_be_and_who_meets_her(lin: Client) -> None:
    answer = lin.get(f"/api/alerts/{alert('gap')}/reach")
    assert answer.status_code == 200
    body = answer.json()
    assert body["fix"]["age_s"] < 240
    assert body["says"] == []
    assert [h["hours"] for h in body["hours"]] == [1, 3, 6, 12]
    for h in body["hours"]:
        outer, middle, inner = (shape(f["geometry"]) for f in h["regions"]["features"])
        assert [f["properties"]["share"] for f in h["regions"]["features"]] == [95, 80, 50]
        assert outer.area > middle.area > inner.area > 0
        assert middle.buffer(1e-5).covers(inner)
        assert h["area_km2"]["95%"] > h["area_km2"]["50%"]
        assert any("extended by rule" in s for s in h["says"])
    assert (
        shape(body["hours"][0]["regions"]["features"][0]["geometry"]).distance(
            Point(body["fix"]["lon"], body["fix"]["lat"])
        )
        < 0.5
    )
    units = {u["code"]: u for u in body["units"]}
    assert list(units)[0] == "hg-3301", "her sea is in the west, where customs lies"
    first = units["hg-3301"]["meeting"]
    assert units["hg-3301"]["how"] == "meets"
    assert 0 < first["minutes"] < 720
    assert datetime.fromisoformat(first["t"]) - datetime.fromisoformat(body["at"]) >= timedelta(minutes=20)
    assert units["hg-3301"]["agency"] == "海口海关缉私局"
    assert units["vms-qinglan"]["how"] == "none"
    assert "a post waits" in units["vms-qinglan"]["says"][0]
    same = lin.get(f"/api/vessels/{plant.ALERTED['gap']}/reach").json()
    for answer in (same, body):
        for u in answer["units"]:
            (u["meeting"] or {}).pop("token", None)  # says what it was asked about
    assert same == body


def test_a_pair_is_asked_for_one_by_one_and_nobody_else(lin: Client) -> None:
    pair = alert("encounter")
    one = lin.get(f"/api/alerts/{pair}/reach").json()
    other = lin.get(f"/api/alerts/{pair}/reach", {"mmsi": plant.ALERTED["partner"]}).json()
    assert one["fix"] != other["fix"]
    assert lin.get(f"/api/alerts/{pair}/reach", {"mmsi": plant.ALERTED["gap"]}).status_code == 422


def test_the_past_is_asked_as_it_was(lin: Client) -> None:
    then = plant.T0 + timedelta(hours=20)  # in the middle of her silence
    body = lin.get(f"/api/vessels/{plant.ALERTED['gap']}/reach", {"at": iso(then)}).json()
    assert body["fix"]["age_s"] > 2.5 * 3600
    assert [h["hours"] for h in body["hours"]] == [0, 1, 3, 6, 12]
    assert "min old" in body["says"][0]


def test_a_vessel_nobody_heard_is_said_and_never_placed(lin: Client) -> None:
    body = lin.get("/api/vessels/412999999/reach").json()
    assert (body["fix"], body["hours"]) == (None, [])
    assert body["says"] == ["not heard for 48 h: nothing can be counted"]
    assert all(u["how"] == "unknown" for u in body["units"])


def test_a_clue_is_a_typed_place_and_time(lin: Client) -> None:
    asked = {"where": "19°30′N 111°12′E", "when": "0230", "sog": 12, "cog": 45}
    body = lin.get("/api/reach", asked).json()
    assert (body["fix"]["lat"], body["fix"]["lon"], body["fix"]["sog"]) == (19.5, 111.2, 12)
    assert 1700 <= body["fix"]["age_s"] <= 1800
    assert body["units"][0]["how"] == "meets"
    vague = lin.get("/api/reach", {"where": "19.5 111.2"}).json()
    assert {u["how"] for u in vague["units"]} == {"none"}
    assert vague["hours"][0]["area_km2"]["95%"] > body["hours"][0]["area_km2"]["95%"]
    for wrong in ({"where": "the bay"}, {"where": "19.5 111.2", "when": "2026-11-23 23:00"}, {}):
        assert lin.get("/api/reach", wrong).status_code == 422


def test_an_alert_of_a_report_counts_from_its_own_place(lin: Client) -> None:
    by, t = reads.person("lin"), plant.T1 - timedelta(minutes=30)
    entry = acts.write_entry(Words("fast boat", t, lat=19.5, lon=111.2), by=by, now=plant.T1)
    told = acts.start_alert(entry, 2, by=by)
    body = lin.get(f"/api/alerts/{told}/reach").json()
    assert (body["fix"]["lat"], body["fix"]["sog"], body["fix"]["t"]) == (19.5, None, iso(t))
    assert "not from a position of her AIS" in body["says"][0]
    known = acts.start_alert(
        acts.write_entry(Words("she", t, lat=19.0, lon=108.0), by=by, now=plant.T1),
        2,
        by=by,
        mmsi=plant.ALERTED["gap"],
    )
    heard = lin.get(f"/api/alerts/{known}/reach").json()
    assert heard["fix"]["lat"] != 19.0, "her own fix is newer than what was told"
    silent = acts.start_alert(
        acts.write_entry(Words("he", t, lat=19.0, lon=108.0), by=by, now=plant.T1), 2, by=by, mmsi=412999999
    )
    assert lin.get(f"/api/alerts/{silent}/reach").json()["fix"]["lat"] == 19.0
    blind = acts.start_alert(acts.write_entry(Words("smoke", t), by=by, now=plant.T1), 2, by=by)
    assert lin.get(f"/api/alerts/{blind}/reach").json()["fix"] is None


def test_a_distress_signal_counts_from_where_it_was_sent(lin: Client) -> None:
    body = lin.get(f"/api/alerts/{alert('distress')}/reach").json()
    assert (body["fix"]["lat"], body["fix"]["lon"]) == (18.62, 110.9)
    assert body["hours"][0]["hours"] == 0
    assert "not from a position of her AIS" in body["says"][0]


def test_who_may_not_see_the_floor_is_refused(signed_in: Callable[..., Client]) -> None:
    clerk = signed_in("chen")
    for path in (
        f"/api/alerts/{alert('gap')}/reach",
        "/api/vessels/412900005/reach",
        "/api/reach?where=19,111",
    ):
        assert clerk.get(path).status_code == 403


def test_an_order_keeps_the_meeting_as_it_was_counted(lin: Client) -> None:
    gap = alert("gap")
    shown = lin.get(f"/api/alerts/{gap}/reach").json()
    met = next(u["meeting"] for u in shown["units"] if u["code"] == "hg-3301")
    wish = {"unit": "hg-3301", "deadline": DUE, "text": "look", "meeting": met["token"]}
    detail = lin.post(f"/api/alerts/{gap}/order", wish, JSON).json()
    kept = detail["orders"][0]["meeting"]
    assert {k: kept[k] for k in ("t", "lat", "lon", "nm")} == {k: met[k] for k in ("t", "lat", "lon", "nm")}
    assert kept["fix"]["t"] == shown["fix"]["t"]
    registry.load_units([dict(plant.UNITS[1]) | {"speed_kn": 12.0}], by=SYSTEM)
    again = lin.get(f"/api/alerts/{gap}").json()["orders"][0]["meeting"]
    assert again == kept, "what was ordered on stays as it was"
    page = " ".join(lin.get(f"/orders/{detail['orders'][0]['id']}/").content.decode().split())
    assert 'class="meet"' in page
    assert "Meeting" in page
    assert met["where"] in page
    station = {"unit": "vms-qinglan", "deadline": DUE, "text": "watch"}
    rows = lin.post(f"/api/alerts/{gap}/order", station, JSON).json()["orders"]
    assert rows[1]["meeting"] is None


def test_a_meeting_that_was_not_shown_is_not_kept(lin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    gap, fast = alert("gap"), alert("fast_near_coast")
    units = {u["code"]: u["meeting"] for u in lin.get(f"/api/alerts/{gap}/reach").json()["units"]}
    token = units["hg-3301"]["token"]
    for to, unit, sent in (
        (gap, "hg-3301", token[:-2]),
        (gap, "hg-3301", "made up"),
        (gap, "hp-46012", token),
        (fast, "hg-3301", token),
    ):
        wish = {"unit": unit, "deadline": DUE, "text": "look", "meeting": sent}
        answer = lin.post(f"/api/alerts/{to}/order", wish, JSON)
        assert answer.status_code == 422, (to, unit)
        assert "Count it anew" in answer.json()["message"]
    later = time.time() + 3 * 3600
    monkeypatch.setattr("time.time", lambda: later)
    wish = {"unit": "hg-3301", "deadline": DUE, "text": "look", "meeting": token}
    assert lin.post(f"/api/alerts/{gap}/order", wish, JSON).status_code == 422
    monkeypatch.undo()
    assert lin.get(f"/api/alerts/{gap}").json()["orders"] == []
