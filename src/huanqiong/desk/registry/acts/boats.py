"""Acts on stations and on the register of boats: entered from lists, each row whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huanqiong.core.errors import UsageError
from huanqiong.desk.registry.acts.bulk import add_terms
from huanqiong.desk.registry.acts.vessels import carry_device
from huanqiong.desk.registry.boat_facts import BoatFacts, Problem
from huanqiong.desk.registry.models import Boat, Device, Station, Vessel
from huanqiong.desk.registry.search import terms
from huanqiong.desk.registry.shore import STATION_KINDS
from huanqiong.desk.trust.act import Act, act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.canonical import canonical, sha256_hex

_STATION = ("kind", "name_zh", "name_en", "township", "lat", "lon", "source", "valid_from", "valid_to")
_CODES = 200
"""Codes of boats that the log's entry lists; of more it says how many."""


def load_stations(rows: Iterable[Mapping[str, Any]], *, by: Actor) -> int:
    """Enters stations, or what is new about them; returns how many changed. Places are degrees WGS-84.

    UsageError: a kind that is none, half a place.
    """
    with act("station.load", by=by, permission="boats.edit") as a:
        changed = []
        for row in rows:
            facts = dict.fromkeys(("lat", "lon", "valid_from", "valid_to")) | {"township": ""} | dict(row)
            code = str(facts["code"])
            if facts["kind"] not in STATION_KINDS:
                raise UsageError(f"Station {code}: kind {facts['kind']!r}: use {', '.join(STATION_KINDS)}.")
            if (facts["lat"] is None) != (facts["lon"] is None):
                raise UsageError(f"Station {code}: a place needs latitude and longitude.")
            station = Station.objects.filter(code=code).first() or Station(code=code)
            if station.pk and all(getattr(station, c) == facts[c] for c in _STATION):
                continue
            for c in _STATION:
                setattr(station, c, facts[c])
            station.save()
            changed.append(code)
        a.idle, a.details = not changed, {"units": changed}
        a.tell("station", codes=changed)
    return len(changed)


def import_boats(
    rows: Iterable[BoatFacts], *, register: str, version: str, by: Actor
) -> tuple[dict[str, int], list[Problem]]:
    """Enters boats of one list, found by their folded names; returns ({new, changed, same}, rows not taken).

    A boat's hull is the vessel that carries her device, where one was heard; a device that the list gives her
    is hers from now on. The same list again changes nothing.
    """
    out = {"new": 0, "changed": 0, "same": 0}
    problems: list[Problem] = []
    with act("boats.import", by=by, permission="boats.edit") as a:
        stations = dict(Station.objects.values_list("code", "pk"))
        seen: dict[str, str] = {}
        touched: list[str] = []
        content = []
        for facts in rows:
            wrong = next(facts.problems(), None) or _unusable(facts, stations, seen)
            boat = Boat.objects.select_for_update(of=("self",)).filter(plain=facts.plain).first()
            wrong = wrong or _taken(facts, boat)
            if wrong is not None:
                problems.append(Problem(facts.where, *wrong))
                continue
            seen[facts.plain] = facts.where
            what, boat = _put(a, boat, facts, stations.get(facts.station), register, version)
            out[what] += 1
            if what != "same":
                touched.append(boat.code)
                content.append([boat.code, *map(str, facts.columns().values()), facts.mmsi, facts.beidou])
        entered, updated = out["new"], out["changed"]
        a.idle = not touched
        a.details = {
            "register": register, "version": version, "entered": entered, "updated": updated,
            "refused_rows": len(problems),
            "content": sha256_hex(canonical(content)), "boats": touched[:_CODES],
        }  # fmt: skip
        a.tell("boat", count=len(touched))
    return out, problems


def leave_register(register: str, version: str, *, by: Actor) -> int:
    """Marks the boats that this version of a register no longer has; returns how many. They stay found."""
    with act("boats.leave", by=by, permission="boats.edit") as a:
        gone = Boat.objects.select_for_update(of=("self",)).filter(register=register, gone_at=None)
        codes = []
        for boat in gone.exclude(version=version):
            boat.gone_at = boat.changed_at = a.at
            boat.save(update_fields=["gone_at", "changed_at"])
            codes.append(boat.code)
        a.idle = not codes
        a.details = {"register": register, "version": version, "count": len(codes), "boats": codes[:_CODES]}
        a.tell("boat", count=len(codes))
    return len(codes)


def _unusable(
    facts: BoatFacts, stations: Mapping[str, int], seen: Mapping[str, str]
) -> tuple[str, str] | None:
    if facts.plain in seen:
        return f"name {facts.name} stands in {seen[facts.plain]} too", "Keep one row of each boat."
    if facts.station and facts.station not in stations:
        known = ", ".join(sorted(stations)[:12]) or "none yet: load them first"
        return f"station {facts.station} is not known", f"Use a station's code: {known}."
    return None


def _taken(facts: BoatFacts, boat: Boat | None) -> tuple[str, str] | None:
    """Whether a device of the row is another boat's."""
    for kind, ident in _devices(facts):
        carrier = Device.objects.filter(kind=kind, ident=ident, valid_to=None).select_related("vessel__boat")
        for d in carrier:
            other = getattr(d.vessel, "boat", None)
            if other is not None and (boat is None or other.pk != boat.pk):
                text = f"{kind} {ident} is carried by {other.name}"
                return text, "Ask which of the two has it and give it to her only."
    return None


def _devices(facts: BoatFacts) -> list[tuple[str, str]]:
    found = [("ais", str(facts.mmsi))] if facts.mmsi is not None else []
    return found + ([("beidou", facts.beidou)] if facts.beidou else [])


def _put(
    a: Act, boat: Boat | None, facts: BoatFacts, station: int | None, register: str, version: str
) -> tuple[str, Boat]:
    values = facts.columns() | {"station_id": station}
    what = "same"
    if boat is None:
        boat, what = Boat(vessel=_hull(facts)), "new"
    elif any(getattr(boat, k) != v for k, v in values.items()) or boat.gone_at is not None:
        what = "changed"
    moved = _carry(a, boat, facts)
    if what == "same" and moved:
        what = "changed"
    if what != "same" or (boat.register, boat.version) != (register, version):
        for k, v in values.items():
            setattr(boat, k, v)
        boat.register, boat.version, boat.gone_at, boat.changed_at = register, version, None, a.at
        boat.save()
    if what != "same":
        vessel = boat.vessel
        vessel.name_zh = facts.name
        vessel.home_port = facts.home_port or vessel.home_port
        vessel.save(update_fields=["name_zh", "home_port"])
        found = [("name_zh", facts.name), ("home_port", facts.home_port)]
        found += [("mmsi" if kind == "ais" else kind, ident) for kind, ident in _devices(facts)]
        add_terms(a, terms(vessel.pk, found))
    return what, boat


def _hull(facts: BoatFacts) -> Vessel:
    """The vessel that carries her first known device; else one that nobody has heard yet."""
    for kind, ident in _devices(facts):
        device = Device.objects.filter(kind=kind, ident=ident, valid_to=None).select_related("vessel").first()
        if device is not None:
            return device.vessel
    vessel = Vessel(mmsi=facts.mmsi)
    vessel.save()
    return vessel


def _carry(a: Act, boat: Boat, facts: BoatFacts) -> bool:
    """Gives her the row's devices; one that another hull carried until now changes over at this moment."""
    moved = False
    for kind, ident in _devices(facts):
        on = Device.objects.filter(kind=kind, ident=ident, valid_to=None).first()
        if on is not None and on.vessel_id == boat.vessel_id:
            continue
        moved = True
        if on is None and boat.pk is None:
            Device(vessel=boat.vessel, kind=kind, ident=ident).save()
            continue
        carry_device(boat.vessel.code, kind, ident, a.at if on is not None else None, by=a.by)
        boat.vessel.refresh_from_db()
    return moved
