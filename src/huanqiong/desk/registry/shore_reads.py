"""Questions to the register of boats and the log of sailings. Views come here only through `shore_access`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from huanqiong.core.errors import MissingError
from huanqiong.desk.registry.models import Boat, SailingEntry, Station
from huanqiong.desk.registry.rows import DeviceRow
from huanqiong.desk.registry.search import search
from huanqiong.desk.registry.shore_rows import (
    BoatDetail,
    BoatRow,
    FoundBoat,
    KnownBoat,
    StationCopy,
    StationRow,
)
from huanqiong.desk.registry.shore_rules import shore_rules
from huanqiong.desk.registry.trips import EntryRow, Trip, trips
from huanqiong.lines.names.typed import typed_forms

_CHUNK = 400


def _station(s: Station, boats: int = 0, out: int | None = None) -> StationRow:
    return StationRow(
        s.code, s.kind, s.name_zh, s.name_en, s.township, s.lat, s.lon, s.source, s.valid_from, s.valid_to,
        boats, out,
    )  # fmt: skip


def station_names() -> list[tuple[str, str, str]]:
    """(code, Chinese name, English name) of every station, by code."""
    return list(Station.objects.order_by("code").values_list("code", "name_zh", "name_en"))


def stations(now: datetime) -> list[StationRow]:
    """Stations by code, with how many boats they count and how many of those are out at `now`."""
    out = Counter(t.first.station for t in boats_out(now))
    rows = Station.objects.annotate(n=Count("boats", filter=Q(boats__gone_at=None))).order_by("code")
    return [_station(s, s.n, out[s.code]) for s in rows]


def station(code: str) -> StationRow:
    """One station; MissingError where there is none."""
    s = Station.objects.filter(code=code).first()
    if s is None:
        raise MissingError(f"There is no station {code!r}. It may be of another store.")
    return _station(s)


def boat_row(b: Boat, *, people: bool = False) -> BoatRow:
    """A stored boat as a row; her owner's name only with `people`."""
    s = b.station
    return BoatRow(
        code=b.code, name=b.name, number=b.number, township=b.township, home_port=b.home_port,
        station=s.code if s else "", station_zh=s.name_zh if s else "", station_en=s.name_en if s else "",
        length_m=b.length_m, engine_kw=b.engine_kw, owner=b.owner if people else None, gear=b.gear,
        permits=b.permits, papers=b.papers, valid_from=b.valid_from, valid_to=b.valid_to,
        register=b.register, version=b.version, changed_at=b.changed_at, gone_at=b.gone_at,
        mmsi=b.vessel.mmsi, vessel=b.vessel.code,
    )  # fmt: skip


def _boats() -> QuerySet[Boat]:
    return Boat.objects.select_related("vessel", "station")


def boats(
    q: str = "", *, now: datetime, station: str = "", out: bool = False, limit: int = 100, offset: int = 0
) -> list[FoundBoat]:
    """Boats that `q` names, found as any vessel is; without it by name. `out`: only those that are out."""
    rows = _boats()
    if station:
        rows = rows.filter(station__code=station)
    away = {t.first.boat: t for t in boats_out(now)} if out else {}
    if out:
        rows = rows.filter(code__in=[c for c in away if c])
    if q.strip():
        hits = search(q, limit=limit + offset)
        of = {b.vessel.code: b for b in rows.filter(vessel__code__in=[h.row.code for h in hits])}
        found = [FoundBoat(boat_row(of[h.row.code]), None, h.how, h.text) for h in hits if h.row.code in of]
        found = found[offset : offset + limit]
    else:
        found = [FoundBoat(boat_row(b), None) for b in rows.order_by("plain")[offset : offset + limit]]
    newest: dict[str, Trip] = {}
    for t in trips(entries(Q(boat__code__in=[f.row.code for f in found]), now)):
        newest.setdefault(t.first.boat, t)
    return [replace(f, trip=newest.get(f.row.code)) for f in found]


def count_boats() -> int:
    """How many boats the register has now."""
    return Boat.objects.filter(gone_at=None).count()


def boat(code: str, now: datetime, *, people: bool = False) -> BoatDetail:
    """All of a boat; with `people` her owner's and crews' names. MissingError where there is none."""
    b = _boats().filter(code=code).first()
    if b is None:
        raise MissingError(f"There is no boat {code!r} in the register. It may be of another store.")
    devices = b.vessel.devices.order_by("kind", "ident", "id")
    return BoatDetail(
        row=boat_row(b, people=people),
        devices=tuple(DeviceRow(d.kind, d.ident, d.valid_from, d.valid_to) for d in devices),
        trips=tuple(trips(entries(Q(boat=b), now, people=people))),
    )


def boat_of_vessel(vessel_code: str) -> str:
    """The code of the boat that a hull is; "" where no register has her."""
    return Boat.objects.filter(vessel__code=vessel_code).values_list("code", flat=True).first() or ""


def boats_out(now: datetime) -> list[Trip]:
    """Trips of boats that are out at `now`, the longest overdue first; those of no time due last."""
    away = [t for t in trips(entries(Q(), now)) if t.is_out]
    return sorted(away, key=lambda t: (t.due_at is None, t.due_at or t.first.at))


def station_copy(code: str, now: datetime) -> StationCopy:
    """What a clerk's device keeps of a station: its boats and any other that sailed from it, with crews."""
    rules = shore_rules()
    here = station(code)
    of_station = Q(boat__station__code=code) | Q(station__code=code)
    found = trips(entries(of_station, now, people=True))
    last: dict[str, EntryRow] = {}
    for t in found:
        if t.out and t.first.boat:
            last.setdefault(t.first.boat, t.out[-1])
    rows = _boats().filter(Q(station__code=code) | Q(code__in=list(last)), gone_at=None).order_by("plain")
    known = [_known(b, last.get(b.code)) for b in rows]
    recent = [t for t in found if t.is_out or now - t.first.at <= rules.again]
    return StationCopy(replace(here, boats=len(known)), tuple(known), tuple(recent))


def _known(b: Boat, last: EntryRow | None) -> KnownBoat:
    away = (last.due_at - last.at).total_seconds() / 3600 if last is not None and last.due_at else None
    return KnownBoat(
        code=b.code, name=b.name, township=b.township, typed=typed_forms(b.name),
        crew=(last.crew or ()) if last else (), purpose=last.purpose if last else "", away_h=away,
        sailed_at=last.at if last else None,
    )  # fmt: skip


def entries(which: Q, now: datetime, *, people: bool = False) -> Iterable[EntryRow]:
    """Entries that stand at `now`, as many days back as the rules look; crews' names only with `people`."""
    rules = shore_rules()
    rows = SailingEntry.objects.filter(which, later=None, void=False)
    rows = rows.filter(at__gte=now - rules.look_back, at__lte=now + rules.ahead)
    rows = rows.select_related("boat", "station", "by").order_by("at", "id")
    for e in rows.iterator(_CHUNK):
        crew = tuple(e.crew) if people else None
        yield EntryRow(
            e.pk, e.kind, e.boat.code if e.boat else "", e.name, e.plain, e.station.code, e.at, e.due_at,
            crew, len(e.crew), e.purpose, e.note, e.by.display_name, e.made_at, e.skew_s, e.about_id,
            e.request_id,
        )  # fmt: skip
