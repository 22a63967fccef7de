"""One order on one page: its facts, receipt with a typed time, the counts and the rows behind them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import plant
import pyarrow as pa
import pytest
from django.test import Client

from huanqiong.console.live import live_desk
from huanqiong.console.order.fix import last_fix
from huanqiong.core.schema import POSITIONS, conform
from huanqiong.desk.trust import reads
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue
from huanqiong.flows import sea_mirror

JSON = "application/json"
NOW = plant.T1


@pytest.fixture
def lin(signed_in: Callable[..., Client]) -> Client:
    return signed_in("lin")


def given(
    kind: str = "gap", unit: str = "hp-46012", text: str = "Board and inspect", minutes: int = 150
) -> int:
    by = reads.person("lin")
    alert = next(a for a in access_queue(by) if a.kind == kind).id
    now = NOW - timedelta(minutes=60)
    return acts.order(alert, unit, text, NOW + timedelta(minutes=minutes), by=by, now=now)


def page(client: Client, order: int) -> str:
    answer = client.get(f"/orders/{order}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_says_all_that_a_boat_needs(lin: Client) -> None:
    text = page(lin, given())
    for part in (
        "Coast Guard 46012", "Board and inspect", "412900005", "not yet known",
        "From the unit", "19°", "Call sign", "Home port", "RESTRICTED", "DRILL", "silent for long",
        "ask first whether she needs help", "order-chart", "Signature", "AIS is what a vessel says of itself",
    ):  # fmt: skip
        assert part in text, part
    assert " left</span>" in text
    assert "four six zero one two" in text
    assert "四六洞幺两" in text
    chart = text[text.index('<svg class="order-chart"') :]
    for part in ('class="coast" d="M', 'class="track" d="M', 'class="unit"', 'class="north"', " nm</text>"):
        assert part in chart, part


def test_it_is_chinese_too_and_names_both_vessels_of_a_pair(signed_in: Callable[..., Client]) -> None:
    text = page(signed_in("lin", "zh-hans"), given("encounter"))
    assert str(plant.ALERTED["partner"]) in text
    for part in ("海警 46012 艇", "内部", "演练", "做什么", "距本单位", "海里</dd>", "海里</text>"):
        assert part in text, part


def test_a_distress_without_a_vessel_of_the_register_has_its_page(lin: Client) -> None:
    text = page(lin, given("distress", text="Help"))
    assert "A distress signal: help first." in text
    assert "not heard for two days" in text


def test_no_such_order_and_no_right_are_pages_of_their_own(
    lin: Client, signed_in: Callable[..., Client]
) -> None:
    order = given()
    assert lin.get(f"/orders/{order + 1}/").status_code == 404
    assert signed_in("chen").get(f"/orders/{order}/").status_code == 403
    watching = page(signed_in("fu"), order)
    assert 'id="received"' not in watching
    assert "who may record them at this unit" in watching
    assert 'id="received"' in page(lin, order)


def test_on_a_live_feed_the_newest_row_is_the_fix(
    lin: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mmsi, at = plant.ALERTED["gap"], NOW + timedelta(minutes=10)
    before = last_fix(mmsi, at)
    copy = sea_mirror.Mirror(tmp_path / "sea.sock")
    new = {"mmsi": mmsi, "t": at, "lat": 19.25, "lon": 108.25, "sog_kn": 6.5, "cog_deg": 45.0}
    copy.now.update(conform(pa.Table.from_pylist([new]), POSITIONS))
    monkeypatch.setattr(sea_mirror, "_mirror", copy)
    assert live_desk() is copy
    found = last_fix(mmsi, at)
    assert before is not None
    assert found is not None
    assert (found.at, found.lat, found.sog_kn, found.cog_deg) == (at, 19.25, 6.5, 45.0)
    assert found.track[-2] == before.track[-1]
    assert last_fix(mmsi, at - timedelta(minutes=1)) == before


def test_every_reason_stands_on_the_page_and_says_nothing_twice(lin: Client) -> None:
    text = page(lin, given("encounter"))
    why = text[text.index("<h2>Why</h2>") :].split("</section>")[0]
    assert "12 nm" in why
    listed = why[why.index('class="reasons"') :] if 'class="reasons"' in why else ""
    line = why.split('<p class="screen-only">')[1].split("</p>")[0]
    for item in re.findall(r'<span class="screen-only">(.*?)</span>', listed):
        assert item not in line


@pytest.mark.parametrize(("when", "shown"), [("0230", "02:30"), ("", "02:5")])
def test_a_receipt_by_voice_keeps_name_and_time(lin: Client, when: str, shown: str) -> None:
    order = given()
    wish = {"name": "王艇长", "when": when, "waited_s": 5, "request_id": "r-1"}
    for _ in range(2):  # the answer was lost on its way: sent again
        assert lin.post(f"/api/orders/{order}/acknowledge", wish, JSON).status_code == 200
    text = page(lin, order)
    told = text[text.index('id="told"') :]
    assert "<b>王艇长</b>" in told
    assert f"2026-11-23 {shown}" in told
    assert "noted by 林晓" in told
    assert 'id="received"' not in text
    assert 'id="outcome"' in text


@pytest.mark.parametrize(
    "body", [{"when": "2026-11-23 23:00"}, {"when": "0100"}, {"when": "2561"}, {"waited_s": -1}]
)
def test_a_receipt_to_come_or_of_no_time_is_refused(lin: Client, body: dict[str, Any]) -> None:
    order = given()
    answer = lin.post(f"/api/orders/{order}/acknowledge", {"name": "x"} | body, JSON)
    assert answer.status_code == 422
    assert "Not yet received" in page(lin, order)


def test_not_possible_needs_its_cause_and_is_counted(lin: Client) -> None:
    a, b, late = given(), given("encounter"), given("loitering", "vms-qinglan", minutes=-30)
    url = f"/api/orders/{a}/outcome"
    assert lin.post(url, {"result": "not_possible"}, JSON).status_code == 422
    assert (
        lin.post(url, {"result": "not_possible", "cause": "weather", "note": "8 级"}, JSON).status_code == 200
    )
    assert "not possible: weather" in page(lin, a)
    lin.post(f"/api/orders/{b}/outcome", {"result": "no_hit"}, JSON)
    records = " ".join(lin.get("/records/").content.decode().split())
    boat = records[records.index('data-unit="hp-46012"') :].split("</tr>")[0]
    assert '<a href="/orders/?unit=hp-46012">2</a>' in boat
    assert '<a href="/orders/?unit=hp-46012&amp;result=not_possible">1</a>' in boat
    assert '<a href="/orders/?unit=hp-46012&amp;cause=weather">1</a>' in boat
    station = records[records.index('data-unit="vms-qinglan"') :].split("</tr>")[0]
    assert '<a href="/orders/?unit=vms-qinglan&amp;overdue=1">1</a>' in station

    def rows(**query: str) -> set[int]:
        text = lin.get("/orders/", query).content.decode()
        return {o for o in (a, b, late) if f'href="/orders/{o}/"' in text}

    assert rows() == {a, b, late}
    assert rows(unit="hp-46012", cause="weather") == {a}
    assert rows(unit="vms-qinglan", overdue="1") == {late}
    assert rows(result="nonsense") == set()
