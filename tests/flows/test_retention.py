"""The retention job against a slow plain reference, row by row, on generated histories and a moving clock.

Nothing outlives its date once the job ran, nothing dies early, what is held or needed lives.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import RefusedError
from huanqiong.core.schema import POSITIONS
from huanqiong.desk.registry.models import Device, SearchTerm, StaticRecord, Unit, Vessel
from huanqiong.desk.registry.search import normal
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.models import Hold, LogEntry, LogSalt, OutboxRow, Person, Receipt
from huanqiong.desk.watch.models import Alert, Frozen, Order, Outcome, Silence, Verdict
from huanqiong.flows.retention import job
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store, create_store

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
BOAT, SHIP, UNKNOWN = 412000001, 412000002, 412000003
PERIOD = {"small": 180, "terminal": 180, "contact": 30, "ship": 1095, "alert": 365, "raw": 180}
"""Written here by hand: the reference must not read the table that it checks."""


def day(n: float) -> datetime:
    return T0 + n * DAY


@dataclass
class World:
    """A store and what stands in it, as plain values for the reference."""

    store: Store
    fixes: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)
    holds: list[dict[str, Any]] = field(default_factory=list)
    raws: list[tuple[str, datetime]] = field(default_factory=list)

    def fix(self, source: str, device: int, n: float, lon: float, msg_type: int = 1) -> None:
        raw = Objects(self.store.objects).put(f"{source} {device} {n} {len(self.fixes)}".encode())
        os.utime(Objects(self.store.objects).where(raw), (day(n).timestamp(),) * 2)
        self.raws.append((raw, day(n)))
        ais = source == "ais"
        row = {"source": source, "device": str(device), "mmsi": device if ais else None, "t": day(n)}
        row |= {"lat": 20.0, "lon": lon, "msg_type": msg_type if ais else None}
        row |= {"raw_sha256": raw, "raw_offset": len(self.fixes)}
        Lake(self.store.lake).append(pa.Table.from_pylist([row], schema=POSITIONS), source_id=f"file:{raw}")
        self.fixes.append(row)

    def alert(self, device: int, n: float, lon: float, changed: float, *, hit: bool, raw: int | None) -> None:
        common = {"kind": "gap", "subject": f"ais:{device}", "mmsi": device, "t0": day(n), "t1": day(n + 0.1)}
        common |= {"lat": 20.0, "lon": lon, "severity": 1}
        alert = Alert(
            **common,
            known_at=day(n),
            rank=1,
            tier=1,
            raised_at=day(n),
            changed_at=day(changed),
            state="closed",
        )
        alert.save()
        named = (
            [{"sha256": self.raws[raw % len(self.raws)][0], "offset": 0}]
            if self.raws and raw is not None
            else []
        )
        verdict = Verdict(
            **common, key="k", content_sha256=f"{alert.pk:064d}", score=0.5, reasons=[], profile="p",
            version="1", raw=named, recorded_at=day(n), alert=alert,
        )  # fmt: skip
        verdict.save()
        Alert.objects.filter(pk=alert.pk).update(lead=verdict)
        Frozen(alert=alert, moment="claim", by=self.who(), at=day(n), shown="{}", sha256="0" * 64).save()
        told = {"pk": alert.pk, "hit": hit, "changed": day(changed), "device": str(device), "lon": lon}
        self.alerts.append(told | {"t0": day(n), "t1": day(n + 0.1), "raw": [x["sha256"] for x in named]})
        if hit:
            unit, _ = Unit.objects.get_or_create(
                code="u", defaults={"name_zh": "艇", "name_en": "b", "kind": "station"}
            )
            order = Order(
                alert=alert, unit=unit, text="x", deadline=day(n), by=self.who(), at=day(n), state="done"
            )
            order.save()
            Outcome(order=order, kind="gap", detector="d", result="hit", by=self.who(), at=day(n)).save()

    def hold(self, device: int | None, a: float, length: float, lon: float | None) -> None:
        since, until = day(a), day(a + length)
        box = (lon - 0.2, 19.0, lon + 0.2, 21.0) if lon is not None else None
        west, south, east, north = box or (None,) * 4
        subject = f"device:{device}" if device else ""
        Hold(
            subject=subject, since=since, until=until, reason="x", set_at=since, set_by=self.who(),
            west=west, south=south, east=east, north=north,
        ).save()  # fmt: skip
        devices = {str(device)} if device else set()
        self.holds.append({"devices": devices, "since": since, "until": until, "box": box})

    def who(self) -> Person:
        return Person.objects.get_or_create(username="li")[0]


# The reference: one record at a time, from the rules as a person would tell them.


def covers(h: dict[str, Any], device: str, t0: datetime, t1: datetime, lon: float) -> bool:
    near = h["box"] is not None and h["box"][0] <= lon <= h["box"][2]
    return h["since"] <= t1 and t0 <= h["until"] and (device in h["devices"] or near)


def proposals(w: World) -> list[dict[str, Any]]:
    reach = 20 * 1852 / 111_195
    out = []
    for a in w.alerts:
        if a["hit"]:
            # At 20 degrees north, widened to the box's own edge: its east-west reach.
            wide = reach / math.cos(math.radians(20 + reach))
            box = (a["lon"] - wide, 0, a["lon"] + wide, 0)
            out.append({"devices": {a["device"]}, "since": a["t0"] - DAY, "until": a["t1"] + DAY, "box": box})
    return out


def alive_alerts(w: World, now: datetime, holds: list[dict[str, Any]]) -> set[int]:
    return {
        a["pk"]
        for a in w.alerts
        if a["hit"]
        or a["changed"] + PERIOD["alert"] * DAY > now
        or any(covers(h, a["device"], a["t0"], a["t1"], a["lon"]) for h in holds)
    }


def period(fix: dict[str, Any]) -> int:
    if fix["source"] == "beidou":
        return PERIOD["terminal"]
    if fix["source"] != "ais":
        return PERIOD["contact"]
    return PERIOD["small" if fix["mmsi"] == BOAT or fix["msg_type"] in (18, 19) else "ship"]


def wanted(w: World, fix: dict[str, Any], holds: list[dict[str, Any]], alerts: set[int]) -> bool:
    if any(covers(h, fix["device"], fix["t"], fix["t"], fix["lon"]) for h in holds):
        return True
    return any(
        a["pk"] in alerts and fix["device"] == a["device"] and a["t0"] - 2 * DAY <= fix["t"] <= a["t1"] + DAY
        for a in w.alerts
    )


def expected(w: World, now: datetime, provisional: bool) -> tuple[set[int], set[int], set[str]]:
    """(alerts, offsets of fixes, raw files) that are there after the job ran at `now`."""
    holds = w.holds + (proposals(w) if provisional else [])
    alerts = alive_alerts(w, now, holds)
    kept = [(f, wanted(w, f, holds, alerts)) for f in w.fixes]
    fixes = {f["raw_offset"] for f, stays in kept if stays or f["t"] + period(f) * DAY > now}
    named = {r for a in w.alerts if a["pk"] in alerts for r in a["raw"]}
    named |= {f["raw_sha256"] for f, stays in kept if stays}
    raws = {r for r, start in w.raws if r in named or start + PERIOD["raw"] * DAY > now}
    return alerts, fixes, raws


def found(w: World) -> tuple[set[int], set[int], set[str]]:
    rows = Lake(w.store.lake).read(columns=["raw_offset"]).column("raw_offset").to_pylist()
    raws = {p.name for p in w.store.objects.glob("*/*")}
    return set(Alert.objects.values_list("pk", flat=True)), set(rows), raws


@contextmanager
def at(monkeypatch: pytest.MonkeyPatch, now: datetime) -> Iterator[None]:
    """Acts inside happen at `now`."""
    from huanqiong.desk.trust import act as acting

    with monkeypatch.context() as m:
        m.setattr(acting, "now", lambda: now)
        yield


@pytest.fixture
def live(hq_home: Path, db: None) -> Store:
    return create_store("main", kind="live", title_zh="试", title_en="Trial")


TIMES = st.integers(0, 40).map(lambda n: n * 11)
LONS = st.sampled_from([110.0, 110.1, 111.0, 112.0])
DEVICES = st.sampled_from([BOAT, SHIP, UNKNOWN])
FIXES = st.lists(
    st.tuples(
        st.sampled_from(["ais", "ais", "beidou", "radar"]), DEVICES, TIMES, LONS, st.sampled_from([1, 18])
    ),
    max_size=10,
)
ALERTS = st.lists(
    st.tuples(DEVICES, TIMES, LONS, st.integers(0, 60), st.booleans(), st.none() | st.integers(0, 9)),
    max_size=4,
)
HOLDS = st.lists(
    st.tuples(st.none() | DEVICES, TIMES, st.integers(1, 200), st.none() | LONS).filter(
        lambda h: h[0] or h[3]
    ),
    max_size=2,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(fixes=FIXES, alerts=ALERTS, holds=HOLDS, runs=st.lists(st.integers(20, 1700), min_size=1, max_size=4))
def test_the_job_does_what_the_rules_say_of_each_record(
    live: Store,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
    fixes: Any,
    alerts: Any,
    holds: Any,
    runs: list[int],
) -> None:
    monkeypatch.setenv("HUANQIONG_HOME", str(tmp_path_factory.mktemp("home")))
    w = World(create_store("main", kind="live", title_zh="试", title_en="Trial"))
    with transaction.atomic():
        Vessel(mmsi=BOAT, said_length_m=12).save()
        Vessel(mmsi=SHIP, said_length_m=120).save()
        for source, device, n, lon, msg in fixes:
            w.fix(source, device, n, lon, msg)
        for device, n, lon, more, hit, raw in alerts:
            w.alert(device, n, lon, n + more, hit=hit, raw=raw)
        for device, a, length, lon in holds:
            w.hold(device, a, length, lon)
        first: int | None = None
        for n in sorted(runs):
            now = day(n)
            planned = {t.rule.code: t for t in job.plan(w.store, now, by=OPERATOR)}
            held_before = bool(first is not None or not any(a["hit"] for a in w.alerts))
            with at(monkeypatch, now):
                done = job.apply(w.store, now, by=OPERATOR)
            first = n if first is None else first
            assert found(w) == expected(w, now, provisional=n < first + 30)
            if held_before and not done.lapsed:  # else the run itself changed what is held
                assert done.destroyed == {c: t.go for c, t in planned.items() if t.go}
            with at(monkeypatch, now):
                assert job.apply(w.store, now, by=OPERATOR).destroyed == {}
            there = found(w)
            w.fixes = [f for f in w.fixes if f["raw_offset"] in there[1]]
            w.alerts = [a for a in w.alerts if a["pk"] in there[0]]
            w.raws = [r for r in w.raws if r[0] in there[2]]
        assert not Lake(w.store.lake).verify()
        transaction.set_rollback(True)


class TestRecords:
    """Tables whose rows go one by one."""

    def test_logins_receipts_news_and_salts(self, live: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        with at(monkeypatch, T0):
            acts.create_person("wang", by=OPERATOR, name_zh="王")
            token = acts.issue_login("wang", by=OPERATOR)
            acts.begin_session(by=reads.person("wang"), how="password", address="10.0.0.1")
        assert token
        Receipt(request_id="r", act="x", actor="system", asked_sha256="0" * 64, at=T0).save()
        for i in (1, 2):
            OutboxRow(pos=i, topic="x", payload={}, at=T0).save()
        salts, entries = LogSalt.objects.count(), LogEntry.objects.count()
        assert salts >= 2
        with at(monkeypatch, day(29)):
            assert set(job.apply(live, day(29), by=OPERATOR).destroyed) == {"outbox"}
        left = OutboxRow.objects.values_list("pos", flat=True)
        assert list(left) == [2]  # where a stream resumes
        with at(monkeypatch, day(40)):
            assert set(job.apply(live, day(40), by=OPERATOR).destroyed) == {"login.token", "receipt"}
        hold = Hold(subject=f"person:{reads.person('wang').code}", reason="x", set_at=T0, set_by=None)
        hold.save()
        with at(monkeypatch, day(3000)):
            assert not {"session.ended", "salt.sign_in", "salt.other"} & set(
                job.apply(live, day(3000), by=OPERATOR).destroyed
            )
        Hold.objects.filter(pk=hold.pk).update(lifted_at=day(3000))
        with at(monkeypatch, day(3000)):
            gone = job.apply(live, day(3000), by=OPERATOR).destroyed
        assert gone["session.ended"] == 1
        assert gone["salt.sign_in"] + gone["salt.other"] == salts
        assert not LogSalt.objects.exists()
        assert LogEntry.objects.count() > entries  # entries stay; what went has entries of its own

    def test_names_go_with_the_last_static_record(self, live: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        boat = Vessel(
            mmsi=BOAT, said_name="QIONG LIN YU 1", said_callsign="B1", said_length_m=12, said_at=day(9)
        )
        boat.save()
        device = Device(vessel=boat, kind="ais", ident=str(BOAT))
        device.save()
        for n, name in ((0, "OLD NAME"), (9, "QIONG LIN YU 1")):
            StaticRecord(
                device=device, values_sha256=f"{n:064d}", name=name, first_seen=day(n), last_seen=day(n)
            ).save()
            SearchTerm(vessel=boat, field="name", text=name, norm=normal(name)).save()
        SearchTerm(vessel=boat, field="mmsi", text=str(BOAT), norm=str(BOAT)).save()
        with at(monkeypatch, day(185)):
            assert job.apply(live, day(185), by=OPERATOR).destroyed == {"static.small_boat": 1}
        boat.refresh_from_db()
        assert boat.said_name == "QIONG LIN YU 1"
        assert set(SearchTerm.objects.values_list("text", flat=True)) == {"QIONG LIN YU 1", str(BOAT)}
        with at(monkeypatch, day(190)):
            assert job.apply(live, day(190), by=OPERATOR).blanked == 1
        boat.refresh_from_db()
        assert (boat.said_name, boat.said_callsign, boat.said_length_m) == ("", "", 12)
        assert list(SearchTerm.objects.values_list("text", flat=True)) == [str(BOAT)]

    def test_a_silence_stays_while_a_verdict_it_held_is_kept(
        self, live: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        li = Person.objects.create(username="li")
        s = Silence(subject=f"ais:{BOAT}", mmsi=BOAT, since=T0, until=day(1), reason="x", by=li, at=T0)
        s.save()
        Verdict(
            kind="gap", subject=f"ais:{BOAT}", mmsi=BOAT, t0=T0, t1=T0, severity=1, key="k", score=0,
            content_sha256="0" * 64, reasons=[], profile="p", version="1", recorded_at=day(20), silence=s,
        ).save()  # fmt: skip
        with at(monkeypatch, day(370)):
            assert job.apply(live, day(370), by=OPERATOR).destroyed == {}
        with at(monkeypatch, day(385)):
            assert job.apply(live, day(385), by=OPERATOR).destroyed == {"alert.no_hit": 1, "silence": 1}


def test_a_drill_keeps_everything_and_says_why(hq_home: Path, db: None) -> None:
    drill = create_store("drill", kind="drill", title_zh="演", title_en="Drill")
    with pytest.raises(RefusedError, match="kind drill"):
        job.apply(drill, day(0), by=OPERATOR)
    assert job.plan(drill, day(0), by=OPERATOR)


def test_a_hit_proposes_its_context_once(live: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    w = World(live)
    w.alert(BOAT, 10, 110.0, 11, hit=True, raw=None)
    with at(monkeypatch, day(12)):
        (made,) = job.apply(live, day(12), by=SYSTEM).proposed
        assert job.apply(live, day(12), by=SYSTEM).proposed == []
    (row,) = reads.holds()
    assert (row.id, row.state, row.subject) == (made, "proposed", f"alert:{w.alerts[0]['pk']}")
    assert (row.since, row.until) == (day(9), day(10.1) + DAY)
    assert row.box is not None
    assert row.box[1] == pytest.approx(20 - 20 / 60, abs=0.001)
    with at(monkeypatch, day(42)):
        assert job.apply(live, day(42), by=SYSTEM).lapsed == [made]
        assert job.apply(live, day(42), by=SYSTEM).proposed == []


@pytest.mark.parametrize("step", ["log_destroyed", "destroy_files", "commit", "destroy_rows"])
def test_killed_in_the_middle_and_run_again_it_finishes(
    live: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    w = World(live)
    Vessel(mmsi=BOAT, said_length_m=12).save()
    for n in range(4):
        w.fix("ais", BOAT, n, 110.0)
    w.alert(SHIP, 1, 112.0, 1, hit=False, raw=None)
    now = day(400)

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as m, at(monkeypatch, now):
        m.setattr({"commit": Lake, "destroy_files": job}.get(step, acts), step, die)
        with pytest.raises(KeyboardInterrupt):
            job.apply(live, now, by=OPERATOR)
    with at(monkeypatch, now):
        job.apply(live, now, by=OPERATOR)
    assert found(w) == (set(), set(), set())
    bodies = [e.body for e in LogEntry.objects.filter(act="retention.destroy")]
    assert sum('"lake positions' in b for b in bodies) == 4  # one a day, none twice
    assert not Lake(live.lake).verify()


def test_killed_between_two_files_none_is_told_of_twice(live: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    w = World(live)
    for n in range(6):
        w.fix("ais", SHIP, n, 110.0)
    left = [r for r, _ in w.raws[:2]]
    real, now = job.destroy_files, day(400)

    def half(paths: Any) -> int:
        real([p for p in paths if p.name not in left])
        raise KeyboardInterrupt

    with monkeypatch.context() as m, at(monkeypatch, now):
        m.setattr(job, "destroy_files", half)
        with pytest.raises(KeyboardInterrupt):
            job.apply(live, now, by=OPERATOR)
    assert sorted(found(w)[2]) == sorted(left)
    with at(monkeypatch, now):
        w.fix("ais", SHIP, 7, 110.0)  # due too, and in no entry yet
        assert job.apply(live, now, by=SYSTEM).destroyed == {"raw.file": 3}
    assert found(w)[2] == set()
    told = [json.loads(e.body)["details"] for e in LogEntry.objects.filter(act="retention.destroy")]
    assert [d["count"] for d in told if d["class"] == "raw.file"] == [6, 1]
    assert not list(live.path.glob(".retention.going*"))


def test_files_that_a_hold_took_back_stay_though_an_entry_names_them(
    live: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    w = World(live)
    w.fix("ais", SHIP, 1, 110.0)
    now = day(400)

    def die(_: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as m, at(monkeypatch, now):
        m.setattr(job, "destroy_files", die)
        with pytest.raises(KeyboardInterrupt):
            job.apply(live, now, by=OPERATOR)
    w.hold(SHIP, 0, 10, None)
    with at(monkeypatch, now):
        assert job.apply(live, now, by=SYSTEM).destroyed == {}
    assert found(w)[2] == {w.raws[0][0]}
