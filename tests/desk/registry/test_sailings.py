"""The log of sailings: filed once however often it is sent, set right by addition, merged in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.registry import acts, shore_access, shore_reads
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.registry.models import Boat, SailingEntry
from huanqiong.desk.registry.sailing import Sailing
from huanqiong.desk.registry.shore_rules import shore_rules
from huanqiong.desk.registry.trips import EntryRow, trips
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.models import LogEntry, Receipt

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


def h(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.fixture
def boat(db: None) -> str:
    rows = ("a", "b")
    acts.load_stations(
        (
            {"code": f"vms-{c}", "kind": "vessel_station", "name_zh": c, "name_en": c, "source": "test"}
            for c in rows
        ),
        by=OPERATOR,
    )
    acts.import_boats(
        [BoatFacts("琼临渔11479", "row 2", station="vms-a")], register="r", version="1", by=OPERATOR
    )
    return Boat.objects.get().code


@pytest.fixture
def clerk(person: Any) -> Any:
    return person("chen", "station_clerk")


def out(boat: str, at: datetime, **more: Any) -> Sailing:
    return Sailing("departure", "vms-a", at, boat=boat, **more)


def back(boat: str, at: datetime) -> Sailing:
    return Sailing("return", "vms-a", at, boat=boat)


def test_sent_twice_it_is_filed_once_also_when_the_receipt_is_gone(boat: str, clerk: Any) -> None:
    said = out(boat, h(-1), due_at=h(8), crew=("李大海", "王二"), purpose="fishing", skew_s=1.5)
    first = acts.log_sailing(said, by=clerk, now=NOW, request_id="r1")
    assert acts.log_sailing(said, by=clerk, now=NOW, request_id="r1") == first
    Receipt.objects.all().delete()
    assert acts.log_sailing(said, by=clerk, now=NOW, request_id="r1") == first
    assert SailingEntry.objects.count() == 1
    with pytest.raises(StateError, match="already used"):
        acts.log_sailing(replace(said, at=h(-2)), by=clerk, now=NOW, request_id="r1")
    Receipt.objects.all().delete()
    with pytest.raises(StateError, match="already used"):
        acts.log_sailing(replace(said, at=h(-2)), by=clerk, now=NOW, request_id="r1")
    entry = LogEntry.objects.get(act="sailing.log")
    assert "李大海" not in entry.body
    assert '"crew_n":2' in entry.body


def test_a_correction_stands_beside_what_it_sets_right(boat: str, clerk: Any) -> None:
    said = out(boat, h(-3), crew=("李大海",))
    first = acts.log_sailing(said, by=clerk, now=NOW, request_id="r1")
    right = acts.correct_sailing(
        first, replace(said, crew=("李大海", "王二")), by=clerk, now=NOW, request_id="r2"
    )
    assert SailingEntry.objects.get(pk=first).crew == ["李大海"]
    (trip,) = shore_access.access_boat_people(clerk, boat, now=NOW).trips
    assert trip.first.crew == ("李大海", "王二")
    assert trip.first.about == first
    with pytest.raises(StateError, match=f"entry {right}"):
        acts.correct_sailing(first, said, by=clerk, now=NOW, request_id="r3")
    gone = acts.correct_sailing(right, said, by=clerk, now=NOW, request_id="r4", void=True)
    assert shore_access.access_boat(clerk, boat, now=NOW).trips == ()
    with pytest.raises(StateError, match="takes another back"):
        acts.correct_sailing(gone, said, by=clerk, now=NOW, request_id="r5")
    assert SailingEntry.objects.count() == 3


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"kind": "swim"}, UsageError),
        ({"boat": "", "name": " - "}, UsageError),
        ({"boat": "b-none"}, MissingError),
        ({"station": "vms-none"}, MissingError),
        ({"at": h(1)}, StateError),
        ({"at": h(-24 * 40)}, StateError),
        ({"due_at": h(-2)}, UsageError),
        ({"crew": ("",)}, UsageError),
        ({"crew": ("x",) * 41}, UsageError),
        ({"purpose": "smuggling"}, UsageError),
        ({"kind": "return", "crew": ("x",)}, UsageError),
    ],
)
def test_what_cannot_be_is_refused(boat: str, clerk: Any, change: dict[str, Any], error: type) -> None:
    with pytest.raises(error):
        acts.log_sailing(replace(out(boat, h(-1)), **change), by=clerk, now=NOW, request_id="r")
    assert not SailingEntry.objects.exists()


def test_a_clerk_bound_to_a_station_writes_and_reads_there_only(boat: str, person: Any) -> None:
    clerk = person("bian")
    trust.grant_role("bian", "station_clerk", by=OPERATOR, units=("vms-b",))
    assert shore_access.access_own_stations(clerk) == [("vms-b", "b", "b")]
    with pytest.raises(RefusedError, match="vms-a"):
        acts.log_sailing(out(boat, h(-1)), by=clerk, now=NOW, request_id="r")
    with pytest.raises(RefusedError, match="vms-a"):
        shore_access.access_station_copy(clerk, "vms-a", now=NOW)
    assert shore_access.access_station_copy(clerk, "vms-b", now=NOW).boats == ()


def test_a_copy_knows_crew_and_time_away_of_last_time(boat: str, clerk: Any) -> None:
    acts.log_sailing(out(boat, h(-30), due_at=h(-24), crew=("甲",)), by=clerk, now=NOW, request_id="1")
    acts.log_sailing(back(boat, h(-23)), by=clerk, now=NOW, request_id="2")
    acts.log_sailing(
        out(boat, h(-5), due_at=h(7), crew=("甲", "乙"), purpose="fishing"), by=clerk, now=NOW, request_id="3"
    )
    copy = shore_access.access_station_copy(clerk, "vms-a", now=NOW)
    (known,) = copy.boats
    assert (known.crew, known.away_h, known.purpose, known.sailed_at) == (
        ("甲", "乙"),
        12.0,
        "fishing",
        h(-5),
    )
    assert "QLY11479" in known.typed
    assert [t.is_out for t in copy.trips] == [True, False]
    assert shore_reads.stations(NOW)[0].out == 1
    (found,) = shore_access.access_boats(clerk, now=NOW, out=True)
    assert (found.trip.left_at, found.trip.first.crew, found.trip.first.crew_n) == (h(-5), None, 2)


def test_a_boat_that_the_register_lacks_is_logged_by_name(boat: str, clerk: Any) -> None:
    said = Sailing("departure", "vms-a", h(-3), name="琼临渔99999")
    acts.log_sailing(said, by=clerk, now=NOW, request_id="1")
    (away,) = shore_access.access_boats_out(clerk, now=NOW)
    assert (away.first.boat, away.first.name) == ("", "琼临渔99999")
    acts.log_sailing(replace(said, kind="return", at=h(-2)), by=clerk, now=NOW, request_id="2")
    assert shore_access.access_boats_out(clerk, now=NOW) == []
    # Typed by a device whose copy did not have her yet: she is the register's boat.
    acts.log_sailing(replace(said, name="琼临渔 11479"), by=clerk, now=NOW, request_id="3")
    (away,) = shore_access.access_boats_out(clerk, now=NOW)
    assert away.first.boat == boat


def entry(n: int, kind: str, at: float, **more: Any) -> EntryRow:
    values: dict[str, Any] = {
        "id": n, "kind": kind, "boat": "b-1", "name": "x", "plain": "X", "station": "s", "at": h(at),
        "due_at": None, "crew": None, "crew_n": 0, "purpose": "", "note": "", "by": "c", "made_at": NOW,
        "skew_s": None, "about": None, "request_id": str(n),
    }  # fmt: skip
    return EntryRow(**values | more)


def shape(entries: Any) -> list[tuple[list[int], list[int], list[str]]]:
    return [([e.id for e in t.out], [e.id for e in t.back], t.conflicts) for t in trips(entries)]


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        ([(1, "departure", 0), (2, "return", 5)], [([1], [2], [])]),
        ([(1, "departure", 0), (2, "return", 5), (3, "return", 5.2)], [([1], [2, 3], ["back_twice"])]),
        ([(1, "departure", 0), (2, "departure", 0.3)], [([1, 2], [], ["out_twice"])]),
        ([(1, "departure", 0), (2, "departure", 9)], [([2], [], []), ([1], [], ["no_return"])]),
        ([(1, "return", 5)], [([], [1], ["no_departure"])]),
        ([(1, "departure", 0), (2, "return", 5), (3, "departure", 5)], [([3], [], []), ([1], [2], [])]),
        (
            [(1, "departure", -99), (2, "return", -90), (3, "return", 0)],
            [([], [3], ["no_departure"]), ([1], [2], [])],
        ),
    ],
)
def test_entries_say_the_same_in_whatever_order_they_came(entries: list[Any], wanted: Any) -> None:
    rows = [entry(*e) for e in entries]
    for order in itertools.permutations(rows):
        assert shape(order) == wanted


def test_overdue_is_past_what_was_said_last_and_the_grace() -> None:
    rules = shore_rules()
    rows = [entry(1, "departure", -9, due_at=h(-5)), entry(2, "departure", -8.9, due_at=h(-4))]
    assert trips(rows)[0].overdue_since(rules) == h(-4) + rules.grace
    assert trips([*rows, entry(3, "return", -1)])[0].overdue_since(rules) is None
    assert trips([entry(1, "departure", -9)])[0].overdue_since(rules) is None
