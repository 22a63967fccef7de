"""The rows a verdict is about: those of its ships, over the days it was found in, and no other ship's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.schema import OTHER, POSITIONS
from huanqiong.desk.watch.rows import VerdictRow
from huanqiong.flows.evidence.replay import midnight
from huanqiong.lake.positions import Lake

AROUND = timedelta(hours=1)
"""How far around a distress signal its device's reports are shown."""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Ships:
    """Whom the verdicts are about: AIS numbers, and devices without one."""

    mmsis: frozenset[int]
    devices: frozenset[str]

    @classmethod
    def of(cls, verdicts: Iterable[VerdictRow]) -> Ships:
        """The subjects of verdicts, both of a pair."""
        mmsis: set[int] = set()
        devices: set[str] = set()
        for v in verdicts:
            for subject in (v.subject, v.other_subject):
                kind, _, name = subject.partition(":")
                if kind == "mmsi":
                    mmsis.add(int(name))
                elif kind == "device":
                    devices.add(name)
        return cls(frozenset(mmsis), frozenset(devices))

    def among(self, table: pa.Table) -> pa.Array:
        """Which rows (columns mmsi, device) are theirs."""
        numbers, names = pa.array(sorted(self.mmsis), pa.int64()), pa.array(sorted(self.devices), pa.string())
        mmsi = table.column("mmsi")
        nameless = pc.and_(pc.is_null(mmsi), pc.is_in(table.column("device"), value_set=names))
        return pc.or_(pc.is_in(mmsi, value_set=numbers), nameless)


def own_days(lake: Lake, days: Iterable[date], ships: Ships) -> pa.Table:
    """All their positions of these days, in the lake's order."""
    tables = [POSITIONS.empty_table()]
    for day in sorted(set(days)):
        tables.append(_own(lake, midnight(day), midnight(day) + _DAY, ships))
    return pa.concat_tables(tables)


def own_calls(
    lake: Lake, t0: datetime, t1: datetime, ships: Ships, seen: Iterable[date]
) -> tuple[pa.Table, pa.Table]:
    """(positions, other reports) of a distress device around its signals; days in `seen` are left out."""
    days = set(seen)
    rows = _own(lake, t0 - AROUND, t1 + AROUND, ships)
    new = [r.date() not in days for r in rows.column("t").to_pylist()]
    other = lake.read_other(t0 - AROUND, t1 + AROUND, mmsis=ships.mmsis)
    return rows.filter(pa.array(new, pa.bool_())), other if other.num_rows else OTHER.empty_table()


def _own(lake: Lake, t0: datetime, t1: datetime, ships: Ships) -> pa.Table:
    who = lake.read(t0, t1, columns=("device", "mmsi")).group_by(["device", "mmsi"]).aggregate([])
    chosen = who.filter(ships.among(who)).column("device").to_pylist()
    # Rows that name no device, only a number, cannot be asked for by device.
    table = lake.read(t0, t1, devices=None if None in chosen else chosen)
    return table.filter(ships.among(table))
