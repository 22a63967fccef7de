"""An interception over HTTP: two agencies, each order's page names the others, the scene, one outcome."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import plant
import pytest
from django.test import Client

from huanqiong.core.time import iso
from huanqiong.desk.trust import reads
from huanqiong.desk.watch.access import access_queue

JSON = "application/json"
DUE = iso(plant.T1 + timedelta(hours=6))
UNITS = [
    {"unit": "hp-46012", "commander": "王艇长", "phone": "13800000001", "in_command": True},
    {"unit": "hg-3301", "commander": "李关长", "phone": "13800000002"},
]


@pytest.fixture
def lin(signed_in: Callable[..., Client]) -> Client:
    return signed_in("lin")


@pytest.fixture
def sent(lin: Client) -> dict[str, int]:
    """The orders of both units."""
    alert = next(a for a in access_queue(reads.person("lin")) if a.kind == "gap").id
    met = {
        u["code"]: u["meeting"]["token"] for u in lin.get(f"/api/alerts/{alert}/reach").json()["units"][:2]
    }
    units = [u | {"meeting": met[u["unit"]]} for u in UNITS]
    wish = {"units": units, "deadline": DUE, "text": "stop her", "request_id": "i"}
    for _ in range(2):  # the answer was lost on its way
        answer = lin.post(f"/api/alerts/{alert}/intercept", wish, JSON)
        assert answer.status_code == 200
    orders = answer.json()["orders"]
    assert len(orders) == 2
    return {"alert": alert} | {o["unit_code"]: o["id"] for o in orders}


def page(client: Client, order: int) -> str:
    answer = client.get(f"/orders/{order}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_each_order_names_the_others_and_who_is_in_command(lin: Client, sent: dict[str, int]) -> None:
    for unit in ("hp-46012", "hg-3301"):
        text = page(lin, sent[unit])
        together = text[text.index('id="together"') :].split("</section>")[0]
        for part in (
            "Coast Guard 46012",
            "Customs 3301",
            "海警局",
            "海口海关缉私局",
            "王艇长",
            "13800000002",
        ):
            assert part in together, part
        row = together[together.index(f'data-order="{sent["hp-46012"]}"') :].split("</tr>")[0]
        assert "in command" in row
        assert together.count("in command") == 1
    assert 'id="together"' not in page(lin, single(lin, sent["alert"]))


def single(client: Client, alert: int) -> int:
    wish = {"unit": "vms-qinglan", "deadline": DUE, "text": "watch"}
    return int(client.post(f"/api/alerts/{alert}/order", wish, JSON).json()["orders"][-1]["id"])


@pytest.mark.parametrize(
    "units",
    [[], [UNITS[1]], [UNITS[0] | {"commander": ""}], [UNITS[0], UNITS[0]], [UNITS[0] | {"unit": "none"}]],
)
def test_who_lacks_a_commander_is_not_sent(lin: Client, units: list[dict[str, Any]]) -> None:
    alert = next(a for a in access_queue(reads.person("lin")) if a.kind == "gap").id
    wish = {"units": units, "deadline": DUE, "text": "x"}
    assert lin.post(f"/api/alerts/{alert}/intercept", wish, JSON).status_code in (404, 422)
    assert lin.get(f"/api/alerts/{alert}").json()["orders"] == []


def test_the_scene_is_one_timeline_on_every_page(lin: Client, sent: dict[str, int]) -> None:
    url = f"/api/orders/{sent['hg-3301']}/report"
    wish = {"what": "sighted", "where": "19.1 108.3", "words": "两艘", "request_id": "s"}
    first = lin.post(url, wish, JSON)
    assert first.status_code == 200
    assert lin.post(url, wish, JSON).json() == first.json()
    lin.post(f"/api/orders/{sent['hp-46012']}/report", {"what": "lost", "waited_s": 60}, JSON)
    right = {"what": "sighted", "when": "0259", "words": "一艘", "corrects": first.json()["id"]}
    assert lin.post(url, right, JSON).status_code == 200
    assert lin.post(url, right | {"words": "x"}, JSON).status_code == 409
    for unit in ("hp-46012", "hg-3301"):
        text = page(lin, sent[unit])
        scene = text[text.index('id="scene"') :].split("</section>")[0]
        assert scene.count("<li") == 3
        assert scene.index("一艘") < scene.index("两艘"), "by what happened, not by what was written"
        assert "corrected by" in scene
        assert "Customs 3301" in scene
    told = lin.get(f"/api/alerts/{sent['alert']}").json()["scene"]
    assert [r["what"] for r in told] == ["sighted", "sighted", "lost"]
    assert told[0]["corrects"] == told[1]["id"]
    assert told[1]["lat"] == 19.1


@pytest.mark.parametrize(
    "wish",
    [{"what": "x"}, {"what": "other"}, {"what": "lost", "when": "2330"}, {"what": "lost", "when": "2561"}],
)
def test_a_report_of_no_sense_is_refused(lin: Client, sent: dict[str, int], wish: dict[str, str]) -> None:
    # 2330 of the evening before is earlier than the order.
    answer = lin.post(f"/api/orders/{sent['hg-3301']}/report", wish, JSON)
    assert answer.status_code == 422
    assert answer.json()["message"]


def test_one_outcome_ends_all_and_says_whose_it_was(lin: Client, sent: dict[str, int]) -> None:
    far, near = sent["hp-46012"], sent["hg-3301"]
    third = {"unit": "vms-qinglan", "commander": "赵站长", "phone": "1", "deadline": DUE, "text": "watch"}
    joined = lin.post(f"/api/orders/{far}/join", third, JSON)
    assert joined.status_code == 200
    assert lin.post(f"/api/orders/{far}/join", third, JSON).status_code == 409
    cannot = {"result": "not_possible", "cause": "weather"}
    assert lin.post(f"/api/orders/{near}/outcome", cannot, JSON).status_code == 200
    assert 'id="outcome"' in page(lin, far)
    ended = {"result": "no_hit", "note": "papers in order", "name": "王艇长"}
    assert lin.post(f"/api/orders/{far}/outcome", ended, JSON).status_code == 200
    shared = page(lin, joined.json()["id"])
    assert "no hit" in shared
    assert "for all units" in shared
    assert "王艇长" in shared[shared.index('id="told"') :]
    assert "not possible: weather" in page(lin, near)
    assert lin.post(f"/api/orders/{far}/join", third | {"unit": "hg-3301"}, JSON).status_code == 409
    alone = single(lin, sent["alert"])
    assert lin.post(f"/api/orders/{alone}/join", third, JSON).status_code == 422
