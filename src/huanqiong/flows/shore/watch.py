"""What the log of sailings says against the clock and against the tracks, as alerts like any other.

Overdue: past what a boat said and a grace, nobody logged her return. Log against track: her return was logged
and her AIS moves at sea. An alert is withdrawn when it is no longer so. Safe to run twice and to be killed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Q

from huanqiong.core.geography import Geography
from huanqiong.core.units import NM_M
from huanqiong.desk.registry.models import Boat, Station
from huanqiong.desk.registry.shore_reads import entries
from huanqiong.desk.registry.shore_rules import ShoreRules, shore_rules
from huanqiong.desk.registry.trips import Trip, trips
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.found import found
from huanqiong.desk.watch.models import Verdict
from huanqiong.flows.sea_geography import geography_of
from huanqiong.flows.sea_picture import Picture
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store

PROFILE: Final = "shore"
SOURCE: Final = "data/shore/shore.toml"
_BEGIN, _END = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check did: boats that are out, events that hold, alerts that are new, verdicts withdrawn."""

    out: int
    holding: int
    alerts: int
    withdrawn: int


class Fix(NamedTuple):
    """Where a boat's AIS was last: degrees WGS-84, knots (NaN: not sent)."""

    t: datetime
    lat: float
    lon: float
    sog_kn: float


def check_live(store: Store) -> Checked | None:
    """The check as of now, for stores that follow the world; None elsewhere, where no clock runs."""
    return check(store, datetime.now(UTC)) if store.kind == "live" else None


def check(store: Store, now: datetime) -> Checked:
    """Raises and withdraws alerts as the log and the tracks stand at `now`."""
    rules = shore_rules()
    found_trips = trips(entries(Q(), now), rules)
    numbers = dict(Boat.objects.exclude(vessel__mmsi=None).values_list("code", "vessel__mmsi"))
    events = list(_overdue(found_trips, numbers, now, rules))
    newest: dict[str, Trip] = {}
    for t in found_trips:
        newest.setdefault(t.first.whose, t)
    back = {numbers[t.first.boat]: t for t in newest.values() if t.back and t.first.boat in numbers}
    if back:
        fixes = _fixes(Picture(Lake(store.lake)), now, rules)
        events += _against_track(back, fixes, geography_of(store), now, rules)
    keys = {found(e).key for e in events}
    standing = set(
        Verdict.everything.filter(profile=PROFILE, replaced_by=None, withdrawn_at=None)
        .filter(key__in=keys, kind="log_against_track")
        .values_list("key", flat=True)
    )
    # Once is enough: where she is now belongs to her track, not to a new version every few minutes.
    fresh = [e for e in events if found(e).key not in standing]
    out = acts.raise_alerts(fresh, by=SYSTEM, policy=f"{PROFILE} {rules.version}")
    gone = acts.withdraw_missing(
        keys, PROFILE, _BEGIN, _END, by=SYSTEM, reason="the log of sailings no longer says so"
    )
    away = sum(t.is_out for t in found_trips)
    return Checked(away, len(events), len(out["alerts"]), gone["verdicts"])


def _overdue(
    all_trips: list[Trip], numbers: Mapping[str, int], now: datetime, rules: ShoreRules
) -> Iterator[dict[str, Any]]:
    places = {s.code: s for s in Station.objects.all()}
    bands = (rules.grace, rules.grace + rules.medium, rules.grace + rules.high)
    for t in all_trips:
        if not t.is_out or t.due_at is None:
            continue
        passed = [n for n, band in enumerate(bands) if t.due_at + band <= now]
        if not passed:
            continue
        # The moment the band was reached, not the moment of this run: the same finding is the same event.
        late, station = bands[passed[-1]], places[t.first.station]
        yield _event(
            "overdue", t, numbers.get(t.first.boat), t.due_at, t.due_at + late, station.lat, station.lon,
            rules.severities[passed[-1]], rules,
            [
                _reason("sailing_late", late / timedelta(hours=1), rules.grace / timedelta(hours=1), "h"),
                _reason("sailing_crew", t.out[-1].crew_n),
                _reason("sailing_station", station.name_zh),
            ],
        )  # fmt: skip


def _against_track(
    back: Mapping[int, Trip],
    fixes: Mapping[int, Fix],
    geography: Geography,
    now: datetime,
    rules: ShoreRules,
) -> Iterator[dict[str, Any]]:
    for mmsi, t in back.items():
        fix, returned = fixes.get(mmsi), t.back[-1].at
        if fix is None or fix.t < returned + rules.track_after or not fix.sog_kn >= rules.track_speed_kn:
            continue
        off_nm = float(geography.coast.distance_m([fix.lat], [fix.lon])[0]) / NM_M
        if off_nm < rules.track_offshore_nm:
            continue
        hours = (fix.t - returned) / timedelta(hours=1)
        yield _event(
            "log_against_track", t, mmsi, returned, fix.t, fix.lat, fix.lon, rules.track_severity, rules,
            [
                _reason("sailing_in_port", round(hours, 2), rules.track_after / timedelta(hours=1), "h"),
                _reason("sailing_speed", round(fix.sog_kn, 1), rules.track_speed_kn, "kn"),
                _reason("offshore", round(off_nm, 1), rules.track_offshore_nm, "nm"),
            ],
        )  # fmt: skip


def _fixes(picture: Picture, now: datetime, rules: ShoreRules) -> dict[int, Fix]:
    """Each vessel's newest position, where it is new enough to speak of now."""
    p = picture.latest(now, rules.track_fix_h)
    columns = (p["mmsi"].tolist(), p["t"].tolist(), p["lat"].tolist(), p["lon"].tolist(), p["sog"].tolist())
    rows = zip(*columns, strict=True)
    return {int(m): Fix(datetime.fromtimestamp(t, UTC), lat, lon, sog) for m, t, lat, lon, sog in rows}


def _event(
    kind: str,
    t: Trip,
    mmsi: int | None,
    t0: datetime,
    t1: datetime,
    lat: float | None,
    lon: float | None,
    severity: int,
    rules: ShoreRules,
    reasons: list[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "kind": kind, "subject": f"mmsi:{mmsi}" if mmsi is not None else f"boat:{t.first.whose}",
        "mmsi": mmsi, "t0": t0, "t1": t1, "lat": lat, "lon": lon, "score": 0.5, "severity": severity,
        "reasons": [_reason("sailing_boat", t.first.name), *reasons],
        "profile": PROFILE, "version": rules.version,
    }  # fmt: skip


def _reason(code: str, value: Any, limit: float | None = None, unit: str | None = None) -> dict[str, Any]:
    return {
        "code": code, "value": value, "limit": limit, "unit": unit, "source": SOURCE if limit else None
    }  # fmt: skip
