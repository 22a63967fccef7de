"""The boarding record over HTTP: filed with its outcome, refused with all that lacks, corrected, printed,
blanked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import plant
import pytest
from boarded_hit import HIT
from django.test import Client

from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_queue
from huanqiong.lake.store import Store


def post(client: Client, order: int, body: dict[str, Any], more: str = "") -> Any:
    return client.post(f"/api/orders/{order}/boarding{more}", json.dumps(body), "application/json")


@pytest.fixture
def order(store: Store) -> int:
    by = reads.person("lin")
    alert = next(a for a in access_queue(by) if a.kind == "gap").id
    return acts.order(alert, "hp-46012", "Board", plant.T1 + timedelta(hours=3), by=by)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_hit_is_filed_once_and_ends_its_order(signed_in: Callable[..., Client], order: int) -> None:
    lin = signed_in("lin")
    form = text(lin, f"/orders/{order}/boarding/")
    for part in (
        'id="boarding"',
        "What speaks for the crew",
        "Her last AIS position",
        "Coast Guard Law art. 18",
    ):
        assert part in form, part
    for _ in range(2):  # the answer was lost on its way
        assert post(lin, order, HIT | {"request_id": "b-1"}).status_code == 200
    sheet = text(lin, f"/orders/{order}/boarding/")
    for part in (
        "王海 · B1001", "《Coast Guard Law》 2021-01-22", "art. 18", "text not checked here",
        "not determined", "no official layer of waters is loaded here", "船长主动打开夹层",
        "2026-11-23 01:30 – 2026-11-23 02:15", "-0.8 s off true time", "DRILL", "RESTRICTED",
    ):  # fmt: skip
        assert part in sheet, part
    assert 'id="boarding"' not in sheet
    row = lin.get("/api/orders").json()[0]
    assert (row["result"], row["note"], row["state"]) == ("hit", "", "done")
    assert [h.cause for h in reads.holds()] == [f"order:{order}", f"order:{order}:sailing"]
    assert post(lin, order, HIT).status_code == 409


def test_all_that_lacks_is_said_at_once_in_both_languages(
    signed_in: Callable[..., Client], order: int
) -> None:
    said = post(signed_in("lin"), order, {"result": "hit"})
    assert said.status_code == 422
    message = said.json()["message"]
    for part in (
        "two officers",
        "legal basis",
        "recording",
        "who was present",
        "clock",
        "speaks for the crew",
    ):
        assert part in message, part
    chinese = post(signed_in("lin", "zh-hans"), order, {"result": "hit"}).json()["message"]
    for part in ("两名", "法律依据", "录音录像", "在场", "时钟", "有利"):
        assert part in chinese, (part, chinese)
    old = HIT | {"basis": [{"law": "治安管理处罚法", "version": "2012-10-26", "article": 87}]}
    assert "《治安管理处罚法》 2012-10-26" in post(signed_in("lin"), order, old).json()["message"]
    unread = post(signed_in("lin"), order, HIT | {"began": "2561", "where": "somewhere"}).json()["message"]
    assert "2561" in unread
    assert "somewhere" in unread
    assert signed_in("lin").get(f"/api/orders/{order}/boarding").json() == []
    assert reads.holds() == []


def test_what_waited_for_the_network_is_read_by_the_clock_of_then(
    signed_in: Callable[..., Client], order: int
) -> None:
    lin = signed_in("lin")
    assert post(lin, order, HIT | {"waited_s": 7200}).status_code == 200  # an archive's clock stands
    [row] = lin.get(f"/api/orders/{order}/boarding").json()
    assert row["began_shown"] == "2026-11-23 01:30"


def test_a_correction_stands_beside_the_first(signed_in: Callable[..., Client], order: int) -> None:
    lin = signed_in("lin")
    post(lin, order, HIT)
    form = text(lin, f"/orders/{order}/boarding/?correct=1")
    assert 'data-correct="1"' in form
    assert "2026-11-23 01:30" in form
    better = HIT | {"found": "夹层内 13 包"}
    assert post(lin, order, better, "/correct").status_code == 422
    assert post(lin, order, better | {"why": "复点"}, "/correct").status_code == 200
    sheet = text(lin, f"/orders/{order}/boarding/")
    assert sheet.index("夹层内 13 包") < sheet.index("夹层内 12 包")
    assert "Version 2" in sheet
    assert "复点" in sheet


def test_the_layer_of_the_store_decides_the_waters(
    signed_in: Callable[..., Client], order: int, store: Store
) -> None:
    ring = [[107.0, 18.0], [109.0, 18.0], [109.0, 20.0], [107.0, 20.0], [107.0, 18.0]]
    told = {"waters": "eez", "own": False, "name_zh": "试验区", "name_en": "trial zone"}
    feature = {"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    layer = {"type": "FeatureCollection", "source": "Office", "date": "2026-02-01", "features": [feature]}
    file = store.geography / "waters.geojson"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(layer), encoding="utf-8")
    try:
        lin = signed_in("lin")
        foreign = post(lin, order, HIT | {"flag": "PA"})
        assert "consent" in foreign.json()["message"]
        agreed = {"consent": "given", "consent_who": "x", "consent_at": "0100", "consent_ref": "PA-7"}
        assert post(lin, order, HIT | {"flag": "PA"} | agreed).status_code == 200
        sheet = text(lin, f"/orders/{order}/boarding/")
        assert "exclusive economic zone" in sheet
        assert "Office, 2026-02-01" in sheet
        assert "trial zone" in sheet
    finally:
        file.unlink()


def test_who_may_not_record_sees_no_names(signed_in: Callable[..., Client], order: int) -> None:
    post(signed_in("lin"), order, HIT)
    trust.create_person("far", by=OPERATOR)
    trust.grant_role("far", "coast_station", by=OPERATOR, units=["vms-qinglan"])
    far = signed_in("far")
    for seen in (
        text(far, f"/orders/{order}/boarding/"),
        far.get(f"/api/orders/{order}/boarding").content.decode(),
    ):
        for name in ("王海", "B1001", "陈船长", "身份证", "夹层内", "主动打开"):
            assert name not in seen
    assert "Names and words about people" in text(far, f"/orders/{order}/boarding/")
    assert "Correct by addition" not in text(far, f"/orders/{order}/boarding/")
    assert post(far, order, HIT).status_code == 403
    assert signed_in("chen").get(f"/orders/{order}/boarding/").status_code == 403


def test_before_it_is_filed_a_reader_sees_that_there_is_none(
    signed_in: Callable[..., Client], order: int
) -> None:
    assert "There is no boarding record yet" in text(signed_in("fu"), f"/orders/{order}/boarding/")
    assert signed_in("lin").get("/orders/999999/boarding/").status_code == 404
