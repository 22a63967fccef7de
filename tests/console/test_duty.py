"""The duty log in the console: filed as it is typed, shown by day, corrected beside, tied to alerts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import plant
import pytest
from django.test import Client

from huanqiong.core.time import iso
from huanqiong.desk.trust import reads
from huanqiong.desk.watch.access import access_queue

JSON = "application/json"
SAID = {"what": "呼叫三次无应答", "how": "radio", "who": "值班室", "call": "no_answer", "channel": "VHF 16"}


@pytest.fixture
def lin(signed_in: Callable[..., Client]) -> Client:
    return signed_in("lin")


def filed(client: Client, **words: Any) -> int:
    answer = client.post("/api/duty", SAID | words, content_type=JSON)
    assert answer.status_code == 200, answer.content.decode()
    return int(answer.json()["id"])


def entries(client: Client, **query: Any) -> list[dict[str, Any]]:
    return list(client.get("/api/duty", query).json())


# The store's clock stands at its last position, shortly before 03:00 China time on the 23rd.
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0230", "2026-11-22T18:30:00Z"),
        ("２３：３０", "2026-11-22T15:30:00Z"),
        ("17日0230", "2026-11-16T18:30:00Z"),
        ("11月17日 2时30分", "2026-11-16T18:30:00Z"),
        ("1830Z", "2026-11-22T18:30:00Z"),
        ("2026-11-20 08:00", "2026-11-20T00:00:00Z"),
    ],
)
def test_times_are_taken_as_they_are_typed(lin: Client, typed: str, meant: str) -> None:
    filed(lin, when=typed)
    assert entries(lin)[0]["happened_at"] == meant


def test_an_empty_time_is_now_and_a_wrong_one_is_refused_in_words(lin: Client) -> None:
    filed(lin)
    assert abs(plant.T1.timestamp() - _seconds(entries(lin)[0]["happened_at"])) < 600
    refused = lin.post("/api/duty", SAID | {"when": "2561"}, content_type=JSON)
    assert refused.status_code == 422
    assert "2561" in refused.json()["message"]


def _seconds(text: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize(
    ("where", "lat", "lon"),
    [("19.5 111.2", 19.5, 111.2), ("19°30′N 111°12′E", 19.5, 111.2), ("铜鼓岭外 3 海里", 18.0, 110.0)],
)
def test_a_position_in_the_words_counts_before_the_map(
    lin: Client, where: str, lat: float, lon: float
) -> None:
    filed(lin, where=where, lat=18.0, lon=110.0)
    e = entries(lin)[0]
    assert (e["lat"], e["lon"], e["where"]) == (lat, lon, where)
    assert e["place"]


def test_it_is_tied_to_an_alert_and_stands_in_its_story(lin: Client) -> None:
    alert = access_queue(reads.person("lin"))[1].id
    pk = filed(lin, alert=alert)
    filed(lin, what="别的事")
    assert [e["id"] for e in lin.get(f"/api/alerts/{alert}").json()["duty"]] == [pk]
    assert [e["id"] for e in entries(lin, alert=alert)] == [pk]
    page = lin.get("/duty/", {"alert": alert}).content.decode()
    assert "呼叫三次无应答" in page
    assert "别的事" not in page


def test_corrections_stand_beside_and_an_alert_starts_from_it(lin: Client) -> None:
    pk = filed(lin, where="19.5 111.2")
    right = lin.post(f"/api/duty/{pk}/correct", SAID | {"what": "第四次应答", "call": "answered"}, JSON)
    assert right.status_code == 200
    again = lin.post(f"/api/duty/{pk}/correct", SAID, JSON)
    assert again.status_code == 409
    lin.post(f"/api/duty/{pk}/add", SAID | {"what": "渔政来电证实", "how": "phone", "call": ""}, JSON)
    page = lin.get("/duty/").content.decode()
    assert page.count("呼叫三次无应答") == 1  # it stands as it was
    assert page.count("第四次应答") == 1
    assert "corrected by" in page
    assert "adds to" in page
    started = lin.post(f"/api/duty/{pk}/alert", {"severity": 3}, JSON).json()["alert"]
    row = lin.get(f"/api/alerts/{started}").json()["row"]
    assert (row["kind_name"], row["mmsi"], row["severity"]) == ("Report", None, 3)
    assert "呼叫三次无应答" in row["why"]


def test_the_page_filters_and_needs_the_right(lin: Client, signed_in: Callable[..., Client]) -> None:
    filed(lin)
    filed(lin, what="三亚湾见小艇", call="", when="21日2200")
    assert "三亚湾" in lin.get("/duty/", {"day": "2026-11-21"}).content.decode()
    assert "呼叫三次" not in lin.get("/duty/", {"day": "2026-11-21"}).content.decode()
    assert "三亚湾" not in lin.get("/duty/", {"unanswered": "1"}).content.decode()
    assert "呼叫三次" not in lin.get("/duty/", {"words": "小艇"}).content.decode()
    assert lin.get("/duty/", {"day": "no day", "offset": "x"}).status_code == 200
    assert "No entry matches" in lin.get("/duty/", {"words": "没有"}).content.decode()
    analyst = signed_in("fu")
    assert "data-duty-entry" not in analyst.get("/duty/").content.decode()
    assert analyst.post("/api/duty", SAID, content_type=JSON).status_code == 403
    assert signed_in("chen").get("/duty/").status_code == 403


def test_it_is_filed_once_however_often_it_is_sent(lin: Client) -> None:
    assert len({filed(lin, request_id="r-1") for _ in range(3)}) == 1
    assert len(entries(lin)) == 1


def test_since_and_until_narrow(lin: Client) -> None:
    filed(lin, when="0230")
    assert len(entries(lin, since="2026-11-22T18:00:00Z", until=iso(plant.T1))) == 1
    assert not entries(lin, since="2026-11-22T18:31:00Z")
