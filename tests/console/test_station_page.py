"""The clerk's page over HTTP: what its device keeps, what it sends, the worker that keeps the page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import plant
import pytest
from django.test import Client

from huanqiong.console import offline
from huanqiong.console.modules import ROOT
from huanqiong.desk.registry import acts
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust.actor import OPERATOR

STATION = {
    "code": "vms-1",
    "kind": "vessel_station",
    "name_zh": "潭门",
    "name_en": "Tanmen",
    "source": "test",
}


@pytest.fixture
def clerk(store: object, signed_in: Callable[..., Client]) -> Client:
    acts.load_stations([STATION, STATION | {"code": "vms-2"}], by=OPERATOR)
    acts.import_boats(
        [BoatFacts("琼临渔11479", station="vms-1", owner="王某")], register="r", version="1", by=OPERATOR
    )
    trust.create_person("mei", by=OPERATOR, name_zh="符梅")
    trust.grant_role("mei", "station_clerk", by=OPERATOR, units=("vms-1",))
    return signed_in("mei")


def send(client: Client, request_id: str, path: str = "/api/shore/sailings", **body: Any) -> Any:
    body = {
        "kind": "departure",
        "station": "vms-1",
        "at": plant.T1.isoformat(),
        "request_id": request_id,
    } | body
    return client.post(path, json.dumps(body), content_type="application/json")


def copy(client: Client) -> Any:
    return client.get("/api/shore/stations/vms-1").json()


def test_a_device_keeps_its_station_and_no_owner(clerk: Client) -> None:
    answer = clerk.get("/api/shore/stations/vms-1")
    assert "王某" not in answer.content.decode()
    kept = answer.json()
    (boat,) = kept["boats"]
    assert (boat["name"], boat["crew"], kept["trips"]) == ("琼临渔11479", [], [])
    assert "QLY11479" in boat["typed"]
    assert clerk.get("/api/shore/stations/vms-2").status_code == 403


def test_what_is_sent_twice_is_one_entry_and_the_copy_knows_it(clerk: Client) -> None:
    code = copy(clerk)["boats"][0]["code"]
    due = (plant.T1 + timedelta(hours=8)).isoformat()
    said = {"boat": code, "crew": ["李大海"], "due_at": due, "purpose": "fishing"}
    first = send(clerk, "r1", **said, sent_at=0)
    assert (first.status_code, send(clerk, "r1", **said, sent_at=9.5).json()) == (200, first.json())
    kept = copy(clerk)
    assert (kept["boats"][0]["crew"], kept["boats"][0]["away_h"]) == (["李大海"], 8.0)
    (trip,) = kept["trips"]
    assert (trip["state"], trip["crew_n"], trip["out"][0]["request_id"]) == ("out", 1, "r1")
    assert trip["out"][0]["skew_s"] < 0
    undone = send(clerk, "r2", f"/api/shore/sailings/{first.json()['id']}/correct", boat=code, void=True)
    assert (undone.status_code, copy(clerk)["trips"]) == (200, [])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x1", "station": "vms-2"}, 403),
        ({"boat": "b-none"}, 404),
        ({"name": ""}, 422),
        ({"name": "x1", "at": "2099-01-01"}, 409),
        ({"name": "x1", "kind": "swim"}, 422),
        ({"name": "x1", "crew": ["y" * 41]}, 422),
    ],
)
def test_a_refusal_says_why_in_the_pages_language(clerk: Client, body: dict[str, Any], status: int) -> None:
    answer = send(clerk, "r1", **body)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert copy(clerk)["trips"] == []


def test_a_clerk_arrives_at_the_page_with_their_own_stations(clerk: Client) -> None:
    answer = clerk.get("/station/")
    boot = json.loads(re.search(r'<script id="boot"[^>]*>(.*?)</script>', answer.content.decode())[1])
    assert boot["stations"] == [{"code": "vms-1", "name": "Tanmen"}]
    assert answer["X-Station-Version"] == offline.version()
    assert "琼临渔" not in answer.content.decode()


def test_the_worker_keeps_every_file_the_page_names(clerk: Client) -> None:
    page, script = clerk.get("/station/").content.decode(), Client().get("/station/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    kept = json.loads(re.match(r"const KEPT = (\{.*\});\n", script.content.decode())[1])
    assert kept["version"] == offline.version()
    named = set(re.findall(r'(?:src|href)="(/(?:static|jsi18n)/[^"#]*)', page))
    assert named <= set(kept["files"])
    assert {f.removeprefix("/static/") for f in kept["files"] if f.startswith("/static/")} == set(
        offline.files()
    )
    style = "".join((ROOT / f).read_text(encoding="utf-8") for f in offline.STYLES)
    used = {f"vendor/{f}" for f in re.findall(r'url\("\.\./vendor/([^"]+)"\)', style)}
    assert used <= set(offline.files())
    for file in offline.files():
        assert (ROOT / file).is_file(), file


def test_the_version_changes_with_any_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    before = offline.version()
    for name in (*offline.files(), offline.WORKER):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((ROOT / name).read_bytes())
    (tmp_path / offline.WORKER).write_text("// other", encoding="utf-8")
    monkeypatch.setattr(offline, "ROOT", tmp_path)
    offline.version.cache_clear()
    try:
        assert offline.version() != before
    finally:
        offline.version.cache_clear()


def test_whoever_keeps_no_log_does_not_get_the_page(store: object, signed_in: Callable[..., Client]) -> None:
    assert signed_in("lin").get("/station/").status_code == 403
    assert Client().get("/station/").status_code == 302
