"""Standing alerts over HTTP: made with a trial on the stored week, switched on, refused with reasons."""

from __future__ import annotations

from collections.abc import Callable

import plant
import pytest
from django.test import Client

from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import reads
from huanqiong.desk.watch.wished import standing_rows

pytestmark = pytest.mark.django_db
WEST, SOUTH, EAST, NORTH = 106.0, 16.0, 113.0, 22.5
ALL = [[WEST, SOUTH], [EAST, SOUTH], [EAST, NORTH], [WEST, NORTH], [WEST, SOUTH]]
FORM = {
    "name": "夜间进入",
    "reason": "x",
    "severity": "3",
    "kind": ["zone_visit"],
    "from": "22：00",
    "to": "0500",
}


def test_a_new_zone_is_tried_on_the_week_before_it_was_drawn(
    store: object, signed_in: Callable[..., Client]
) -> None:
    zone = registry.draw_zone("z", {"type": "Polygon", "coordinates": [ALL]}, by=reads.person("zhou"))
    c = signed_in("zhou")
    assert c.post("/standing/make/", FORM | {"zone": str(zone)}).status_code == 302
    (row,) = standing_rows()
    assert (row.state, row.wish.from_min, row.wish.to_min) == ("trial", 1320, 300)
    assert row.trial["events"] >= row.trial["alerts"] > 0
    assert row.trial["kinds"] == {"zone_visit": row.trial["events"]}
    page = c.get("/standing/").content.decode()
    assert "夜间进入" in page
    assert f"{row.trial['alerts']}</b>" in page
    for step in ("on", "review", "off"):
        assert c.post(f"/standing/{row.id}/{step}/", {"why": "x"}).status_code == 302
    assert standing_rows()[0].state == "off"
    assert c.post(f"/standing/{row.id}/on/").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"from": "2561"}, "2561"),
        ({"vessels": "41290000"}, "41290000"),
        ({"name": ""}, "name"),
        ({"severity": "9"}, "Severity"),
        ({"zone": "999"}, "999"),
    ],
)
def test_a_form_that_cannot_be_says_why_and_keeps_what_was_typed(
    store: object, signed_in: Callable[..., Client], wrong: dict[str, str], said: str
) -> None:
    c = signed_in("zhou")
    c.cookies["hq_lang"] = "en"
    answer = c.post("/standing/make/", FORM | wrong)
    assert answer.status_code in (404, 422)
    page = answer.content.decode()
    assert said in page
    assert 'value="zone_visit" checked' in page
    assert not standing_rows()


def test_vessels_of_a_list_are_found_in_what_was_stored(
    store: object, signed_in: Callable[..., Client]
) -> None:
    c = signed_in("zhou")
    ship = plant.ALERTED["gap"]
    assert (
        c.post("/standing/make/", {"name": "x", "reason": "x", "vessels": f"{ship}，412999999"}).status_code
        == 302
    )
    (row,) = standing_rows()
    assert row.trial["already"] == 1
    assert {e["mmsi"] for e in row.trial["examples"]} == {ship}
