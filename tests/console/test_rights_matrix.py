"""Every address and every call of the API, as every role, as a person without one and as nobody.

What each needs stands in data/roles/doors.toml, what each role may in data/roles/roles.toml; both are read
here as they are, not through the code that decides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from django.test import Client
from doors import Asked, Visitor, calls, page_patterns

from huanqiong import data
from huanqiong.console import limits, stream
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.registry.shore_access import access_boats
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.access import access_queue

ROLES: dict[str, Any] = tomllib.loads((data.path("roles") / "roles.toml").read_text(encoding="utf-8"))
TABLE: dict[str, Any] = tomllib.loads((data.path("roles") / "doors.toml").read_text(encoding="utf-8"))
DOORS: dict[str, str] = TABLE["pages"] | TABLE["api"]
WHO = [*ROLES["roles"], "no_role", "nobody"]
FAR = datetime(2099, 1, 1, tzinfo=UTC)
WORDS = {"anybody", "signed_in", "halfway", "token"}


def may(who: str, door: str, roles: Mapping[str, Any] = ROLES) -> bool:
    """Whether the files say that it opens."""
    if door in ("anybody", "token"):
        return True
    if door == "halfway" or who == "nobody":
        return False
    return door == "signed_in" or door in roles["roles"].get(who, {"permissions": ()})["permissions"]


def opened(asked: Asked, door: str) -> bool:
    """Whether the answer is one from behind the door. A wrong password behind the open one is a 401."""
    path = door.split(" ", 1)[1]
    to_sign_in = asked.leads_to.startswith("/sign-in/") and path != "/sign-out/"
    refused = asked.status in (401, 403)
    if asked.status == 401 and path in ("/sign-in/", "/sign-in/passkey/"):
        refused = False
    return not refused and not to_sign_in and asked.status < 500 and asked.status != 429


def undeclared(doors: Mapping[str, str]) -> set[str]:
    """Addresses and calls that are not in the table, and lines of it that lead nowhere."""
    paths = {d.split(" ", 1)[1] for d in doors if d in TABLE["pages"] or d not in calls()}
    return (set(calls()) - set(doors)) | (page_patterns() ^ (paths - {c.split(" ", 1)[1] for c in calls()}))


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream reads in a thread of its own, which would wait for this test's transaction."""

    async def here(fn: Any, *args: Any) -> Any:
        return await sync_to_async(fn, thread_sensitive=True)(*args)

    monkeypatch.setattr(stream, "_asked", here)
    monkeypatch.setattr(stream, "connections", SimpleNamespace(all=lambda **_: []))


def planted_boat() -> str:
    """The code of a boat in the register."""
    registry.import_boats([BoatFacts("琼临渔11479")], register="x", version="1", by=OPERATOR)
    return access_boats(reads.person("lin"), now=FAR)[0].row.code


@pytest.fixture
def visit(signed_in: Callable[..., Client], one_connection: None) -> Callable[..., list[str]]:
    """visit(who, doors) gives the doors where the files say otherwise than what happens. Nothing stays."""
    alert = next(a for a in access_queue(reads.person("all")) if a.kind == "gap").id
    order = watch.order(alert, "hp-46012", "look", FAR, by=reads.person("lin"))
    values = {
        "alert_id": alert,
        "order_id": order,
        "entry_id": 1,
        "step_id": 1,
        "period_id": 1,
        "standing_id": 1,
        "silence_id": 1,
        "zone_id": 1,
        "mmsi": 412900005,
        "factor_id": 1,
        "approval_id": 1,
        "handover_id": 1,
        "boat": planted_boat(),
        "code": reads.person("lin").code,
        "action": "revoke",
        "language": "en",
    }

    def run(who: str, doors: Mapping[str, str], roles: Mapping[str, Any] = ROLES) -> list[str]:
        name = {"nobody": "", "no_role": "nobody"}.get(who, f"as-{who}")
        if name == f"as-{who}" and not any(p.username == name for p in reads.people()):
            acts.create_person(name, by=OPERATOR)
            acts.grant_role(name, who, by=OPERATOR)
        wrong = []
        for door, needs in doors.items():
            limits.counters.cache_clear()
            with transaction.atomic():
                client = signed_in(name) if name else Client()
                asked = Visitor(client, values).ask(door)
                transaction.set_rollback(True)
            if opened(asked, door) != may(who, needs, roles):
                wrong.append(f"{door} as {who}: {asked.status} {asked.leads_to}, the files say {needs}")
        return wrong

    return run


@pytest.mark.timeout(600)
@pytest.mark.parametrize("who", WHO)
def test_what_opens_is_what_the_files_say(who: str, visit: Callable[..., list[str]]) -> None:
    assert visit(who, DOORS) == []


def test_every_address_and_call_is_declared_and_every_need_is_known() -> None:
    assert undeclared(DOORS) == set()
    assert set(DOORS.values()) <= set(ROLES["permissions"]) | WORDS
    assert len(DOORS) > 70


def test_an_address_nobody_declared_is_found() -> None:
    less = {k: v for k, v in DOORS.items() if k not in ("GET /audit/", "POST /api/zones")}
    assert undeclared(less) == {"/audit/", "POST /api/zones"}
    assert undeclared(DOORS | {"GET /no-such-page/": "anybody"}) == {"/no-such-page/"}


@pytest.mark.parametrize(
    ("door", "needs"),
    [
        ("GET /audit/", "users.view"),
        ("GET /help/", "anybody"),
        ("POST /api/alerts/{alert_id}/reopen", "watch.judge"),
        ("GET /api/store", "watch.view"),
        ("POST /accounts/<str:code>/<str:action>/", "users.view"),
    ],
)
def test_a_wrong_line_of_the_table_is_found(door: str, needs: str, visit: Callable[..., list[str]]) -> None:
    assert DOORS[door] != needs
    assert any(visit(who, {door: needs}) for who in WHO)


@pytest.mark.parametrize(
    ("role", "permission"),
    [("duty_officer", "watch.claim"), ("auditor", "audit.view"), ("analyst", "+audit.view")],
)
def test_a_right_missing_or_extra_in_the_code_is_found(
    role: str, permission: str, visit: Callable[..., list[str]]
) -> None:
    held = set(ROLES["roles"][role]["permissions"])
    other = held | {permission[1:]} if permission.startswith("+") else held - {permission}
    changed = {"roles": {**ROLES["roles"], role: {"permissions": sorted(other)}}}
    doors = {d: n for d, n in DOORS.items() if n == permission.lstrip("+")}
    assert len(visit(role, doors, changed)) == len(doors) > 0


@pytest.mark.parametrize("door", sorted(d for d in DOORS if not d.startswith("GET ")))
def test_nothing_changes_without_the_forms_token(door: str, store: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reads.person("all"))
    values = dict.fromkeys(("alert_id", "order_id", "silence_id", "zone_id", "factor_id"), 1)
    asked = Visitor(client, values | {"code": "x", "action": "close"}).ask(door)
    assert asked.status == 403, (door, asked)
