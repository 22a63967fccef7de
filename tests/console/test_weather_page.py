"""Weather over HTTP: declared, shown on the floor, moved, ended; refused with what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from huanqiong.desk.registry.periods import periods

pytestmark = pytest.mark.django_db
FORM = {"kind": "typhoon", "name": "摩羯", "begins": "", "ends": "26日0800", "source": "第11号通报"}


def test_a_period_is_declared_seen_everywhere_moved_and_ended(
    store: object, signed_in: Callable[..., Client]
) -> None:
    c = signed_in("zhou")
    c.cookies["hq_lang"] = "en"
    assert "No period of weather runs" in c.get("/weather/").content.decode()
    assert c.post("/weather/declare/", FORM).status_code == 302
    (p,) = periods()
    assert p.ends_at.isoformat() == "2026-11-26T00:00:00+00:00"
    assert len(p.shelters) > 50
    page = c.get("/weather/").content.decode()
    assert "boats not in shelter" in page
    assert "Qinglan" in page
    assert "/vessels/4129" in page  # planted boats lie at sea
    assert "摩羯" in c.get("/").content.decode()
    assert c.post(f"/weather/{p.id}/move/", {"ends": "27日0800", "source": "第12号通报"}).status_code == 302
    assert periods()[0].source == "第12号通报"
    assert c.post(f"/weather/{p.id}/end/").status_code == 302
    assert periods()[0].ended_by
    assert "摩羯" not in c.get("/").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"ends": ""}, {"ends": "soon"}, {"name": ""}, {"begins": "31日0800", "ends": "0801"}]
)
def test_what_is_wrong_is_said(
    store: object, signed_in: Callable[..., Client], wrong: dict[str, str]
) -> None:
    answer = signed_in("zhou").post("/weather/declare/", FORM | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert periods() == []
