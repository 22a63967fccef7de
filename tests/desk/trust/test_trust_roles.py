"""Who may hold what, and where: what stands apart, by property and under concurrency; scope."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from desk_events import at, event
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.pg.place import place_of

from huanqiong.core.errors import RefusedError, UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.access import NOWHERE, Scope, allow_at, scope_of
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.roles import role_book
from huanqiong.desk.watch import acts as watch
from huanqiong.lake.store import create_store

ROLES = sorted(role_book().roles)
SIDE = {code: role.side for code, role in role_book().roles.items()}
HALVES = {"reward_officer_a", "reward_officer_b"}


def apart(a: str, b: str) -> bool:
    """Written from the rule itself: care and enforcement, and the two halves of a key."""
    return {SIDE[a], SIDE[b]} == {"care", "enforcement"} or {a, b} == HALVES


@pytest.mark.django_db
def test_every_pair_of_roles(person: Callable[..., Any]) -> None:
    refused = set()
    for a in ROLES:
        person(f"is-{a}", a)
        for b in ROLES:
            if a == b:
                continue
            try:
                with transaction.atomic():
                    acts.grant_role(f"is-{a}", b, by=OPERATOR)
                    transaction.set_rollback(True)
            except RefusedError:
                refused.add((a, b))
    assert refused == {(a, b) for a, b in itertools.permutations(ROLES, 2) if apart(a, b)}
    assert len(refused) > 90


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wishes=st.lists(st.tuples(st.booleans(), st.sampled_from(ROLES)), max_size=25))
def test_no_order_of_grants_and_revocations_brings_two_apart_together(
    person: Callable[..., Any], wishes: list[tuple[bool, str]]
) -> None:
    with transaction.atomic():
        person("li")
        held: set[str] = set()
        for give, role in wishes:
            if give and any(apart(role, h) for h in held):
                with pytest.raises(RefusedError):
                    acts.grant_role("li", role, by=OPERATOR)
            elif give:
                acts.grant_role("li", role, by=OPERATOR)
                held.add(role)
            elif role in held:
                acts.revoke_role("li", role, by=OPERATOR)
                held.discard(role)
        assert set(reads.people()[0].roles) == held
        assert not any(apart(a, b) for a, b in itertools.combinations(held, 2))
        transaction.set_rollback(True)


WORKER = """
import sys
from huanqiong.cli.django import open_records
open_records("main")
from huanqiong.core.errors import RefusedError
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
print("ready", flush=True)
sys.stdin.readline()
for n in range(25):
    try:
        acts.grant_role(f"p{n}", sys.argv[1], by=OPERATOR)
    except RefusedError:
        pass
"""
MAKE = """
from huanqiong.cli.django import open_records
open_records("main")
from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR
for n in range(25):
    acts.create_person(f"p{n}", by=OPERATOR)
"""
REPORT = """
from huanqiong.cli.django import open_records
open_records("main")
from huanqiong.desk.trust import reads
for p in reads.people():
    print(",".join(p.roles))
"""


def test_two_administrators_at_once_cannot_do_what_one_cannot(hq_home: Path) -> None:
    create_store("main", kind="live", title_zh="试", title_en="Trial")
    environment = os.environ | place_of(hq_home)

    def start(code: str, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *words],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    made = start(MAKE)
    made.communicate()
    assert made.returncode == 0
    workers = [start(WORKER, role) for role in ("duty_officer", "care_worker", "clinician")]
    for w in workers:
        assert w.stdout is not None
        assert w.stdout.readline() == "ready\n"
    for w in workers:
        w.communicate("go\n")
        assert w.returncode == 0
    out, _ = start(REPORT).communicate()
    held = [set(line.split(",")) for line in out.splitlines()]
    assert len(held) == 25
    assert all(h in ({"duty_officer"}, {"care_worker", "clinician"}) for h in held), held


@pytest.fixture
def orders(db: None, person: Callable[..., Any]) -> dict[str, int]:
    """An order to each of two stations."""
    from huanqiong.desk.watch.access import access_queue

    for code in ("north", "south"):
        registry.add_unit(code, code, code, "station", by=OPERATOR)
    officer = person("chief", "duty_officer")
    watch.raise_alerts([event()], by=SYSTEM)
    alert = access_queue(officer)[0].id
    return {
        u: watch.order(alert, u, "look", at(0) + timedelta(days=9), by=officer) for u in ("north", "south")
    }


def test_a_role_bound_to_a_station_answers_for_that_station_only(
    orders: dict[str, int], person: Callable[..., Any]
) -> None:
    zhao = person("zhao")
    acts.grant_role("zhao", "coast_station", by=OPERATOR, units=("north",))
    assert scope_of(zhao, "watch.outcome") == Scope(False, frozenset({"north"}))
    with pytest.raises(RefusedError, match=r"south.*holds at: north"):
        watch.acknowledge_order(orders["south"], by=zhao)
    with pytest.raises(RefusedError, match="north"):
        watch.record_outcome(orders["south"], "no_hit", by=zhao)
    watch.acknowledge_order(orders["north"], by=zhao)
    watch.record_outcome(orders["north"], "no_hit", by=zhao)
    acts.grant_role("zhao", "coast_station", by=OPERATOR)
    assert scope_of(zhao, "watch.outcome") == Scope(True), "the new scope took the old one's place"
    assert len(reads.people(zhao.code)[0].grants) == 1
    watch.acknowledge_order(orders["south"], by=zhao)


@pytest.mark.django_db
def test_scopes_of_several_roles_add_up_for_what_they_give(person: Callable[..., Any]) -> None:
    li = person("li")
    assert scope_of(li, "watch.outcome") == NOWHERE
    acts.grant_role("li", "coast_station", by=OPERATOR, units=("north",), areas=("460100",))
    acts.grant_role("li", "duty_officer", by=OPERATOR, units=("south",))
    assert scope_of(li, "watch.outcome") == Scope(False, frozenset({"north", "south"}), frozenset({"460100"}))
    assert scope_of(li, "watch.judge") == Scope(False, frozenset({"south"}))
    assert scope_of(li, "audit.view") == NOWHERE
    allow_at(li, "watch.outcome", unit="elsewhere", areas=("460100", "469000"))
    with pytest.raises(RefusedError):
        allow_at(li, "watch.outcome", unit="elsewhere", areas=("469000",))
    acts.grant_role("li", "supervisor", by=OPERATOR)
    assert scope_of(li, "watch.outcome") == Scope(True)
    assert scope_of(OPERATOR, "users.manage") == Scope(True)


@pytest.mark.django_db
def test_the_same_scope_twice_is_one_grant_and_no_second_entry(person: Callable[..., Any]) -> None:
    person("li")
    for _ in range(2):
        acts.grant_role("li", "coast_station", by=OPERATOR, units=("b", "a", "b"))
    assert [e.details for e in reads.audit(act="role.grant")] == [
        {"role": "coast_station", "units": ["a", "b"]}
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", " ", "a b", "x" * 41, "a\nb"])
def test_codes_of_a_scope_are_plain(person: Callable[..., Any], code: str) -> None:
    person("li")
    with pytest.raises(UsageError):
        acts.grant_role("li", "coast_station", by=OPERATOR, units=(code,))
