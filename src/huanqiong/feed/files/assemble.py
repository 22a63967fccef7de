"""Columns as a supplier writes them to the tables of `core/schema.py`; unusable rows get a cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.datum import convert
from huanqiong.core.errors import InputError
from huanqiong.core.schema import OTHER, POSITIONS, STATIC, T, conform
from huanqiong.feed.files.degrees import degrees, wkb_points
from huanqiong.feed.files.layout import Bound, Choice, plain
from huanqiong.feed.files.numbers import F8, FACTORS, Mask, Numbers, coded, numbers, texts
from huanqiong.feed.files.static import Statics
from huanqiong.feed.files.times import I8, NONE, Times, time_of_day, times

FUTURE: Final = timedelta(days=1)
"""Rows of a file later than this after its import are set aside: no mistaken time zone explains more."""
OTHER_TYPES: Final = (4, 21)
"""Base stations and aids to navigation: no ship's position."""
RANGES: Final = {
    "sog_kn": (0.0, 1022.0),
    "cog_deg": (0.0, 359.9999),
    "heading": (0.0, 359.0),
    "nav_status": (0.0, 15.0),
    "msg_type": (1.0, 27.0),
}
"""What a value may be; outside, it is not available. Source: ITU-R M.1371-5, annex 8, tables 48 and 55."""
LAST_MMSI: Final = 2**30 - 1
"""What the 30 bits of a message can hold: a number outside the plan is a claim all the same."""
NO_LAT: Final = 91.0
NO_LON: Final = 181.0
"""Source: ITU-R M.1371-5, annex 8: 91 and 181 degrees mean not available."""


@dataclass(slots=True)
class Faults:
    """Which rows were set aside: the first fault found in each."""

    rejected: Mask
    found: list[tuple[int, str | None, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def mark(self, bad: Mask, column: str | None, cause: str) -> None:
        rows = np.flatnonzero(bad & ~self.rejected)
        if len(rows):
            self.found += [(row, column, cause) for row in rows.tolist()]
            self.rejected[rows] = True
            self.count(cause, len(rows))

    def count(self, what: str, n: int) -> None:
        if n:
            self.counts[what] = self.counts.get(what, 0) + n


@dataclass(slots=True)
class Assembler:
    """Carries through a file what its pieces share: the layout, the clock, each ship's last static row."""

    bound: Bound
    raw_sha256: str
    t0: datetime | None
    now: datetime
    where: str
    statics: Statics = field(init=False)
    last_us: int | None = None
    naive: int = 0

    def __post_init__(self) -> None:
        self.statics = Statics(self.bound)

    def __call__(
        self, columns: dict[str, pa.Array], offsets: I8, faults: Faults
    ) -> tuple[pa.Table, pa.Table, pa.Table]:
        """(positions, static, other) of a piece; `columns` by the file's names, `offsets` as `raw_offset`."""
        na = self.bound.layout.na_texts
        got = self.bound.columns
        us = self._times(columns, faults)
        mmsi, devices = self._who(columns, faults, len(offsets))
        lat, lon = self._where(columns, faults, len(offsets))
        values = {name: self._value(name, columns, faults) for name in RANGES if name in got}
        keep = ~faults.rejected
        is_ais = ~np.isnan(mmsi)
        table = {
            "source": self._source(columns, is_ais),
            "device": devices,
            "mmsi": _ints(mmsi, pa.int64()),
            "t": _stamp(us),
            "lat": pa.array(lat, mask=np.isnan(lat)),
            "lon": pa.array(lon, mask=np.isnan(lon)),
            "sog_kn": _floats(values.get("sog_kn")),
            "cog_deg": _floats(values.get("cog_deg")),
            "heading": _ints(values.get("heading"), pa.int16()),
            "nav_status": _ints(values.get("nav_status"), pa.int8()),
            "msg_type": _ints(values.get("msg_type"), pa.int8()),
            "receiver": texts(columns[got["receiver"][0]], na) if "receiver" in got else None,
            **self._origin(columns, offsets),
        }
        whole = conform(pa.table({k: v for k, v in table.items() if v is not None}), POSITIONS)
        kinds = values.get("msg_type")
        apart = np.isin(kinds, OTHER_TYPES) if kinds is not None else np.zeros(len(us), bool)
        other = OTHER.empty_table()
        if apart.any():
            name = texts(columns[got["name"][0]], na) if "name" in got else pa.nulls(len(us), pa.string())
            other = conform(whole.append_column("name", name), OTHER).filter(pa.array(keep & apart))
        static = self.statics(columns, mmsi, us, keep & ~apart) if is_ais.any() else STATIC.empty_table()
        chosen = keep & ~apart
        return whole if chosen.all() else whole.filter(pa.array(chosen)), static, other

    def _times(self, columns: dict[str, pa.Array], faults: Faults) -> I8:
        na, got = self.bound.layout.na_texts, self.bound.columns
        if "t" in got:
            name, choice = got["t"]
            read = times(columns[name], choice.form or "iso", choice.zone or "UTC", na)
        else:
            name, _ = got["tod"]
            read = self._time_of_day(columns[name])
        self.naive += read.naive
        faults.mark(read.bad, name, "no time")
        faults.mark(read.us == NONE, name, "time is missing")
        latest = int((self.now + FUTURE).timestamp() * 1e6)
        faults.mark(read.us > latest, name, "time is more than a day in the future")
        return read.us

    def _time_of_day(self, column: pa.Array) -> Times:
        if self.t0 is None:
            raise InputError(
                "its times are times of day without a date",
                where=self.where,
                remedy="Give the day: --t0 2024-05-01",
            )
        read = time_of_day(column, self.bound.layout.na_texts, self.t0, self.last_us)
        valid = read.us[read.us != NONE]
        self.last_us = int(valid[-1]) if len(valid) else self.last_us
        return read

    def _who(self, columns: dict[str, pa.Array], faults: Faults, n: int) -> tuple[F8, pa.Array]:
        na, got = self.bound.layout.na_texts, self.bound.columns
        mmsi, devices = np.full(n, np.nan), pa.nulls(n, pa.string())
        if "device" in got:
            name = got["device"][0]
            devices = texts(columns[name], na)
        if "mmsi" in got:
            name = got["mmsi"][0]
            mmsi, bad = numbers(columns[name], na)
            faults.mark(bad | (mmsi != np.floor(mmsi)) & ~np.isnan(mmsi), name, "MMSI is no number")
            faults.mark((mmsi < 0) | (mmsi > LAST_MMSI), name, "MMSI is out of range")
            text = _ints_of(mmsi, pa.int64()).cast(pa.string())
            exact = "device" in got and plain(got["device"][0]) == "device"
            devices = pc.coalesce(devices, text) if exact else pc.coalesce(text, devices)
        faults.mark(np.asarray(pc.is_null(devices)), name, "no MMSI or device")
        return mmsi, devices

    def _where(self, columns: dict[str, pa.Array], faults: Faults, n: int) -> tuple[F8, F8]:
        got = self.bound.columns
        if "lat" in got and "lon" in got:
            lat, lon = (self._degrees(columns, got[k], faults) for k in ("lat", "lon"))
            names = got["lat"][0], got["lon"][0]
        else:
            column = got["geometry"][0]
            (lat, bad), (lon, _) = wkb_points(columns[column])
            faults.mark(bad, column, "geometry is no point")
            names = column, column
        lat[lat == NO_LAT], lon[lon == NO_LON] = np.nan, np.nan
        faults.mark(np.abs(lat) > 90.0, names[0], "latitude is out of range")
        faults.mark(np.abs(lon) > 180.0, names[1], "longitude is out of range")
        none = np.isnan(lat) | np.isnan(lon)
        faults.count("position not available", int((none & ~faults.rejected).sum()))
        lat[none], lon[none] = np.nan, np.nan
        return self._to_wgs84(lat, lon)

    def _degrees(self, columns: dict[str, pa.Array], at: tuple[str, Choice], faults: Faults) -> F8:
        name, choice = at
        values, bad = degrees(columns[name], choice.form, choice.unit, self.bound.layout.na_texts)
        faults.mark(bad, name, "no number")
        return values

    def _to_wgs84(self, lat: F8, lon: F8) -> tuple[F8, F8]:
        datum = self.bound.layout.datum
        if datum in ("WGS-84", "CGCS2000"):
            return lat, lon
        out_lat, out_lon = lat.copy(), lon.copy()
        for i in np.flatnonzero(~np.isnan(lat)).tolist():
            out_lat[i], out_lon[i] = convert(float(lat[i]), float(lon[i]), datum, "WGS-84")
        return out_lat, out_lon

    def _value(self, name: str, columns: dict[str, pa.Array], faults: Faults) -> F8:
        column, choice = self.bound.columns[name]
        spec = self.bound.layout.fields[name]
        values, bad = coded(columns[column], self.bound.layout.na_texts, spec.codes)
        faults.mark(bad, column, "no number")
        values = without(Numbers(values, bad), spec.na) * FACTORS[choice.unit or "deg"]
        low, high = RANGES[name]
        outside = (values < low) | (values > high)
        faults.count(f"{name} out of range", int((outside & ~faults.rejected).sum()))
        values[outside] = np.nan
        return values

    def _source(self, columns: dict[str, pa.Array], is_ais: Mask) -> pa.Array:
        layout, got = self.bound.layout, self.bound.columns
        if layout.source_always:
            return pa.repeat(pa.scalar(layout.source), len(is_ais))
        guess = pc.if_else(pa.array(is_ais), pa.scalar("ais"), pa.scalar(layout.source))
        if "source" in got:
            return pc.coalesce(texts(columns[got["source"][0]], layout.na_texts), guess)
        return guess

    def _origin(self, columns: dict[str, pa.Array], offsets: I8) -> dict[str, pa.Array]:
        """A table that already says where its rows come from keeps that; else this file and these offsets."""
        got, n = self.bound.columns, len(offsets)
        sha, at = pa.repeat(pa.scalar(self.raw_sha256), n), pa.array(offsets)
        if "raw_sha256" in got and "raw_offset" in got:
            told = texts(columns[got["raw_sha256"][0]], self.bound.layout.na_texts)
            where = columns[got["raw_offset"][0]].cast(pa.int64())
            at = pc.if_else(pc.is_valid(told), where, at)
            sha = pc.coalesce(told, sha)
        return {"raw_sha256": sha, "raw_offset": at}


def without(column: Numbers, na: tuple[float, ...]) -> F8:
    """The values, NaN where they are one of the numbers that mean "not available"."""
    values = column.values
    for number in na:
        values[np.abs(values - number) < 1e-3] = np.nan
    return values


def _stamp(us: I8) -> pa.Array:
    return pa.array(us, pa.int64(), mask=us == NONE).cast(T)


def _floats(values: F8 | None) -> pa.Array | None:
    return None if values is None else pa.array(values, mask=np.isnan(values)).cast(pa.float32())


def _ints(values: npt.NDArray[np.float64] | None, kind: pa.DataType) -> pa.Array | None:
    return None if values is None else _ints_of(values, kind)


def _ints_of(values: npt.NDArray[np.float64], kind: pa.DataType) -> pa.Array:
    none = np.isnan(values)
    bounded = np.clip(np.where(none, 0, values), -1, 2**31)
    return pa.array(np.round(bounded).astype(np.int64), mask=none).cast(kind, safe=False)


def utc_now() -> datetime:
    """The clock of imports."""
    return datetime.now(UTC)
