"""The register's pages: lists, search, one boat; names of people for a purpose only, with an entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import plant
import pytest
from django.test import Client

from huanqiong.desk.registry import acts
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.registry.sailing import Sailing
from huanqiong.desk.registry.shore_access import access_boats
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.models import LogEntry

STATION = {"code": "vms-1", "kind": "vessel_station", "source": "警务站名录"}
STATION |= {"name_zh": "潭门", "name_en": "Tanmen", "lat": 19.24, "lon": 110.63}
GAP = plant.ALERTED["gap"]


@pytest.fixture
def code(store: object) -> str:
    """A boat that left with a crew and is overdue; another, and one that no register has, are out too."""
    acts.load_stations([STATION], by=OPERATOR)
    acts.import_boats(
        [
            BoatFacts("琼临渔11479", station="vms-1", owner="王某某", mmsi=GAP, gear="刺网"),
            BoatFacts("琼临渔20002", station="vms-1"),
        ],
        register="县名册",
        version="2026",
        by=OPERATOR,
    )
    trust.create_person("mei", by=OPERATOR, name_zh="符梅")
    trust.grant_role("mei", "station_clerk", by=OPERATOR)
    mei = reads.person("mei")
    left = plant.T1 - timedelta(hours=20)
    found = {f.row.name: f.row.code for f in access_boats(mei, now=plant.T1)}
    for n, boat in enumerate(("琼临渔11479", "琼临渔20002", "")):
        said = Sailing(
            "departure", "vms-1", left, boat=found.get(boat, ""), name="琼临渔99999",
            due_at=left + timedelta(hours=8 if n == 0 else 40), crew=("李大海", "王二"), purpose="fishing",
        )  # fmt: skip
        acts.log_sailing(said, by=mei, now=plant.T1, request_id=f"r{n}")
    return found["琼临渔11479"]


def test_the_list_finds_says_who_is_out_and_names_nobody(code: str, signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    page = client.get("/boats/").content.decode()
    assert page.count("琼临渔") == 2
    assert "overdue" in page
    assert "2 boats in the register" in page
    found = client.get("/boats/?q=QIONG LIN YU 11479").content.decode()
    assert "琼临渔11479" in found
    assert "琼临渔20002" not in found
    out = client.get("/boats/?out=1&station=vms-1").content.decode()
    assert "琼临渔99999" in out
    assert "not in the register" in out
    for text in (page, found, out):
        assert "王某某" not in text
        assert "李大海" not in text
    assert "No boat matches" in client.get("/boats/?q=zzzz").content.decode()


def test_people_open_for_a_purpose_and_leave_an_entry(code: str, signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    page = client.get(f"/boats/{code}/").content.decode()
    assert "李大海" not in page
    assert "王某某" not in page
    assert "Gap" in page or "gap" in page
    asked = client.get(f"/boats/{code}/?people=1").content.decode()
    assert "王某某" not in asked
    assert f'action="/boats/{code}/"' in asked or "purpose" in asked
    wrong = client.get(f"/boats/{code}/?people=1&purpose=report")
    assert wrong.status_code == 403
    assert "王某某" not in wrong.content.decode()
    opened = client.get(f"/boats/{code}/?people=1&purpose=duty.watch").content.decode()
    assert "王某某" in opened
    assert "李大海、王二" in opened
    assert LogEntry.objects.filter(act="record.read", subject=f"boat:{code}").exists()
    assert "王某某" not in client.get(f"/boats/{code}/").content.decode()
    assert client.get("/boats/b-none/").status_code == 404
    assert client.get("/boats/b-none/?people=1&purpose=duty.watch").status_code == 404


def test_a_clerk_sees_no_alert_and_the_vessels_page_leads_to_the_register(
    code: str, signed_in: Callable[..., Client]
) -> None:
    assert f"/boats/{code}/" in signed_in("lin").get(f"/vessels/{GAP}/").content.decode()
    page = signed_in("mei").get(f"/boats/{code}/").content.decode()
    assert "/?alert=" not in page
    assert f"/vessels/{GAP}/" not in page


def test_stations_count_their_boats_and_say_their_source(code: str, signed_in: Callable[..., Client]) -> None:
    page = signed_in("lin").get("/stations/").content.decode()
    assert "警务站名录" in page
    assert "/boats/?station=vms-1&amp;out=1" in page
    assert signed_in("chen").get("/stations/").status_code == 403
