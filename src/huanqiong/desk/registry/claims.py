"""What many devices said of themselves, in short: for the changes of identity of a whole theatre at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huanqiong.desk.registry.models import StaticRecord, Vessel


@dataclass(frozen=True, slots=True)
class Claim:
    """One set of values that an MMSI sent, and when it was first heard; "" and None: not said."""

    mmsi: int
    name: str
    callsign: str
    imo: int | None
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A vessel in short. `code` is ours, taken from nothing she claims; `flag` is the register's."""

    mmsi: int
    code: str
    name: str
    flag: str
    ship_type: int | None


def claims(since: datetime, at: datetime) -> list[Claim]:
    """Sets of values of every MMSI that sent one between these, with those she sent before; oldest first."""
    changed = StaticRecord.objects.filter(first_seen__gte=since, first_seen__lte=at, device__kind="ais")
    rows = StaticRecord.objects.filter(device__in=changed.values("device"), first_seen__lte=at)
    columns = ("device__ident", "name", "callsign", "imo", "first_seen")
    return [
        Claim(int(ident), name.strip(), callsign.strip(), imo, first)
        for ident, name, callsign, imo, first in rows.order_by("first_seen", "id").values_list(*columns)
        if ident.isdigit()
    ]


def known() -> list[Known]:
    """Every vessel with an MMSI."""
    columns = ("mmsi", "code", "name_zh", "name_en", "said_name", "flag", "said_type")
    rows = Vessel.objects.filter(mmsi__isnull=False).order_by("id").values_list(*columns)
    return [Known(m, code, zh or en or said, flag, kind) for m, code, zh, en, said, flag, kind in rows]
