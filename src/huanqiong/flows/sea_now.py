"""The newest report of every vessel that a live feed brought, with a cursor to ask what moved since."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pyarrow as pa

from huanqiong.core.units import US

COLUMNS = ("mmsi", "t", "lat", "lon", "cog", "sog", "heading")
_SENT = {"cog": "cog_deg", "sog": "sog_kn", "heading": "heading"}


class Now:
    """Latest rows by MMSI, grown as ships appear. Safe to ask from several threads.

    `cursor` rises by one with each update that moved something, from `first` on: a process that begins at the
    moment's milliseconds stands above every cursor that browsers remember from the process before it.
    `era` counts how often all vessels were taken off.
    """

    def __init__(self, first: int = 0) -> None:
        self._lock = threading.Lock()
        self._place: dict[int, int] = {}
        self._n = 0
        self._columns = {name: np.full(1024, np.nan) for name in COLUMNS}
        self._moved = np.zeros(1024, np.int64)
        self.cursor = first
        self.era = 0
        self.last_us = 0

    def __len__(self) -> int:
        return self._n

    def update(self, positions: pa.Table) -> int:
        """Takes newer reports over; returns how many vessels moved. Rows without place or time stay out."""
        mmsi = _numbers(positions, "mmsi")
        t = positions.column("t").cast(pa.int64()).to_numpy(zero_copy_only=False).astype(np.float64)
        lat, lon = _numbers(positions, "lat"), _numbers(positions, "lon")
        good = np.flatnonzero(~(np.isnan(mmsi) | np.isnan(t) | np.isnan(lat) | np.isnan(lon)))
        if not len(good):
            return 0
        good = good[np.argsort(t[good], kind="stable")]
        newest = dict(zip(mmsi[good].astype(np.int64).tolist(), good.tolist(), strict=True))
        with self._lock:
            at, rows = [], []
            for ship, row in newest.items():
                i = self._place.get(ship)
                if i is None:
                    i = self._add(ship)
                elif t[row] <= self._columns["t"][i]:
                    continue
                at.append(i)
                rows.append(row)
            if not at:
                return 0
            self.cursor += 1
            values = {"mmsi": mmsi, "t": t, "lat": lat, "lon": lon}
            for name, sent in _SENT.items():
                values[name] = _numbers(positions, sent)
            for name in COLUMNS:
                self._columns[name][at] = values[name][rows]
            self._moved[at] = self.cursor
            self.last_us = max(self.last_us, int(t[rows].max()))
        return len(at)

    def clear(self) -> None:
        """Takes all vessels off: another feed begins. The cursor goes on."""
        with self._lock:
            self._place, self._n, self.last_us = {}, 0, 0
            self.cursor += 1
            self.era += 1

    def packed(self, cursor: int) -> tuple[int, int, np.ndarray]:
        """What moved after `cursor`: (newest cursor, era, float64[7, n] in the order of `COLUMNS`)."""
        with self._lock:
            rows = np.flatnonzero(self._moved[: self._n] > cursor)
            return self.cursor, self.era, np.stack([self._columns[name][rows] for name in COLUMNS])

    def adopt(self, cursor: int, era: int, packed: np.ndarray) -> None:
        """Takes over what another process's `packed` said, under its cursor."""
        with self._lock:
            if era != self.era:
                self._place, self._n, self.last_us, self.era = {}, 0, 0, era
            at = []
            for ship in packed[0].astype(np.int64).tolist():
                i = self._place.get(ship)
                at.append(self._add(ship) if i is None else i)
            for name, values in zip(COLUMNS, packed, strict=True):
                self._columns[name][at] = values
            self._moved[at] = self.cursor = cursor
            if at:
                self.last_us = max(self.last_us, int(packed[1].max()))

    def since(self, cursor: int) -> tuple[int, dict[str, np.ndarray]]:
        """(the newest cursor, the vessels that moved after `cursor`), columns as `Picture.latest`."""
        with self._lock:
            rows = np.flatnonzero(self._moved[: self._n] > cursor)
            out: dict[str, Any] = {name: self._columns[name][rows] for name in COLUMNS}
            newest = self.cursor
        out["mmsi"] = out["mmsi"].astype(np.int64)
        out["t"] = (out["t"] // US).astype(np.int64)
        return newest, out

    def _add(self, ship: int) -> int:
        i = self._n
        if i == len(self._moved):
            for name, values in self._columns.items():
                self._columns[name] = np.concatenate([values, np.full(len(values), np.nan)])
            self._moved = np.concatenate([self._moved, np.zeros(len(self._moved), np.int64)])
        self._place[ship] = i
        self._n += 1
        return i


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    return table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
