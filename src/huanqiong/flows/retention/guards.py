"""What must stay although its date has come: what a hold covers, and what a kept alert's evidence needs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.box import Box
from huanqiong.desk.registry.models import Device, Vessel
from huanqiong.desk.trust.reads import HoldRow
from huanqiong.desk.watch.models import Alert, Verdict
from huanqiong.lake.rows import LOWEST, whole

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Guard:
    """Covers records of these devices, and whatever lay in the box, from `since` to `until` (None: open);
    the alerts by id and the persons by code whatever their time.
    """

    devices: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    box: Box | None = None
    alerts: frozenset[int] = frozenset()
    persons: frozenset[str] = frozenset()

    def meets(self, t0: datetime, t1: datetime) -> bool:
        """Whether its time has a moment in common with t0 to t1."""
        return (self.until is None or t0 <= self.until) and (self.since is None or t1 >= self.since)

    def inside(self, lat: float | None, lon: float | None) -> bool:
        """Whether a place lies in its waters."""
        if self.box is None or lat is None or lon is None:
            return False
        west, south, east, north = self.box
        return west <= lon <= east and south <= lat <= north

    def behaviour(
        self, devices: Iterable[str], t0: datetime, t1: datetime, lat: float | None, lon: float | None
    ) -> bool:
        """Whether it covers something these devices did there and then."""
        return self.meets(t0, t1) and (not self.devices.isdisjoint(devices) or self.inside(lat, lon))


def guards(rows: Iterable[HoldRow]) -> list[Guard]:
    """What the holds that protect cover."""
    return [_guard(h) for h in rows if h.protects]


def _guard(h: HoldRow) -> Guard:
    kind, _, name = h.subject.partition(":")
    devices: set[str] = set()
    alerts: frozenset[int] = frozenset()
    if kind == "device":
        devices = {name}
    elif kind == "vessel":
        devices = set(Device.objects.filter(vessel__code=name).values_list("ident", flat=True))
        devices |= {str(m) for m in Vessel.objects.filter(code=name).values_list("mmsi", flat=True) if m}
    elif kind == "alert":
        alerts = frozenset({int(name)})
        for row in Alert.everything.filter(pk=int(name)):
            devices |= devices_of(row)
    persons = frozenset({name}) if kind == "person" else frozenset()
    return Guard(frozenset(devices), h.since, h.until, h.box, alerts, persons)


def devices_of(row: Alert | Verdict) -> set[str]:
    """The devices an alert or a verdict is about, as the lake names them."""
    said = {str(m) for m in (row.mmsi, row.other_mmsi) if m is not None}
    return said | {s.partition(":")[2] for s in (row.subject, row.other_subject) if ":" in s}


@dataclass(slots=True)
class Fixes:
    """Guards ready to be asked about many positions at once."""

    wide: list[Guard] = field(default_factory=list)
    narrow: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """device -> times from and to in microseconds, both within."""

    def add(self, guard: Guard) -> None:
        """Takes a guard in."""
        low = LOWEST if guard.since is None else _us(guard.since)
        high = np.iinfo(np.int64).max if guard.until is None else _us(guard.until)
        for device in guard.devices:
            self.narrow.setdefault(device, []).append((low, int(high)))
        if guard.box is not None:
            self.wide.append(guard)

    def cover(self, rows: pa.Table) -> Mask:
        """Which rows of positions, static data or other reports must stay. A row without a time is covered by
        its device alone."""
        t = whole(rows, "t")
        out = np.zeros(len(t), bool)
        names = names_of(rows)
        known = [d for d in names.dictionary.to_pylist() if d in self.narrow]
        if known:
            codes = pc.fill_null(names.indices, -1).to_numpy(zero_copy_only=False)
            place = {d: i for i, d in enumerate(names.dictionary.to_pylist())}
            for device in known:
                at = np.flatnonzero(codes == place[device])
                for low, high in self.narrow[device]:
                    out[at] |= ((t[at] >= low) & (t[at] <= high)) | (t[at] == LOWEST)
        if self.wide and "lat" in rows.column_names:
            lat, lon = (_floats(rows, c) for c in ("lat", "lon"))
            for g in self.wide:
                west, south, east, north = g.box or (0.0, 0.0, 0.0, 0.0)
                within = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north) & (t != LOWEST)
                if g.since is not None:
                    within &= t >= _us(g.since)
                if g.until is not None:
                    within &= t <= _us(g.until)
                out |= within
        return out


def names_of(rows: pa.Table) -> pa.DictionaryArray:
    """The devices of rows: the device's own id, else its MMSI as text."""
    mmsi = rows.column("mmsi").cast(pa.string())
    found = pc.coalesce(rows.column("device"), mmsi) if "device" in rows.column_names else mmsi
    coded = found.combine_chunks().dictionary_encode()
    return pa.concat_arrays(coded.chunks) if isinstance(coded, pa.ChunkedArray) else coded


def _floats(rows: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(pc.fill_null(rows.column(name), math.nan).to_numpy(), dtype=np.float64)


def _us(t: datetime) -> int:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    delta = t - epoch
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
