"""Positions and static data as AIVDM sentences: what a replay of a table sends.

The bits are the sea line's (`lines/sea/message/encode.py`). Types 1-3, 5, 18 and 27.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.feed.net.stamps import xor
from huanqiong.lines.sea.message import encode as ais
from huanqiong.lines.sea.message.armour import Bits, rows_of_bytes, vdm, vdm_pair

MMSI_BITS = 30
_A, _B, _FAR = (1, 2, 3), 18, 27


def position_sentences(positions: pa.Table) -> list[bytes | None]:
    """A sentence with line end for each row, in order; None for rows AIS cannot carry (no MMSI, no time).

    Types 1, 2, 3, 18 and 27 are kept, 19 becomes 18 (its name is static data), all others become 1.
    Values are rounded to what the message can hold; null is sent as "not available".
    """
    n = positions.num_rows
    mmsi = _column(positions, "mmsi", -1, np.int64)
    t_us = _column(
        positions.set_column(positions.schema.get_field_index("t"), "t", pc.cast(positions["t"], pa.int64())),
        "t",
        -1,
        np.int64,
    )
    kind = _column(positions, "msg_type", 1, np.int64)
    kind = np.where(kind == 19, _B, kind)
    kind = np.where(np.isin(kind, (*_A, _B, _FAR)), kind, 1)
    lat, lon = (_column(positions, name, np.nan, np.float64) for name in ("lat", "lon"))
    placed = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    sog = _column(positions, "sog_kn", np.nan, np.float64)
    cog = _column(positions, "cog_deg", np.nan, np.float64)
    heading = _column(positions, "heading", 511, np.int64) & 511
    status = _column(positions, "nav_status", 15, np.int64) & 15
    second = (t_us // 1_000_000) % 60
    usable = (mmsi >= 0) & (mmsi < 1 << MMSI_BITS) & (t_us >= 0)

    lat_raw = np.rint(np.where(placed, lat, 91.0) * 600_000).astype(np.int64)
    lon_raw = np.rint(np.where(placed, lon, 181.0) * 600_000).astype(np.int64)
    sog_raw = _raw(sog, 10, 1022, ais.SOG_NONE)
    cog_raw = np.where(np.isnan(cog), ais.COG_NONE, np.rint(np.nan_to_num(cog) * 10) % 3600).astype(np.int64)

    out: list[bytes | None] = [None] * n
    i = np.flatnonzero(usable & np.isin(kind, _A))
    way = (sog_raw[i], lon_raw[i], lat_raw[i], cog_raw[i], heading[i], second[i])
    _place(out, i, ais.class_a(mmsi[i], status[i], *way, kind=kind[i], accurate=0))
    i = np.flatnonzero(usable & (kind == _B))
    _place(
        out, i, ais.class_b(mmsi[i], sog_raw[i], lon_raw[i], lat_raw[i], cog_raw[i], heading[i], second[i])
    )
    i = np.flatnonzero(usable & (kind == _FAR))
    coarse_lon = np.rint(np.where(placed, lon, 181.0) * 600).astype(np.int64)
    coarse_lat = np.rint(np.where(placed, lat, 91.0) * 600).astype(np.int64)
    coarse_cog = np.where(np.isnan(cog), 511, np.rint(np.nan_to_num(cog)) % 360).astype(np.int64)
    coarse_sog = _raw(sog, 1, 62, 63)
    _place(
        out,
        i,
        ais.long_range(mmsi[i], status[i], coarse_lon[i], coarse_lat[i], coarse_sog[i], coarse_cog[i]),
    )
    return out


def static_sentences(row: dict[str, Any], sequence: int) -> bytes:
    """A STATIC row as type 5: two sentences with line ends. `sequence` 0 to 9 ties the two together."""

    def number(name: str, times: int = 1) -> np.ndarray:
        return np.array([round(float(row.get(name) or 0) * times)], dtype=np.int64)

    def text(name: str) -> list[str]:
        return [row.get(name) or ""]

    bits = ais.static_a(
        number("mmsi"), number("imo"), text("callsign"), text("name"), number("ship_type"),
        number("length_m"), number("beam_m"), number("draught_m", 10), text("destination"),
        _eta(row.get("eta")),
    )  # fmt: skip
    return rows_of_bytes(vdm_pair(bits, np.array([sequence])))[0]


def tagged(sentence: bytes, t_us: int, receiver: str | None = None) -> bytes:
    """The sentence behind a tag block with its time (milliseconds where it has them) and its receiver."""
    whole, rest = divmod(t_us, 1_000_000)
    time = b"%d" % whole if rest == 0 else (b"%d" % (t_us // 1000) if rest % 1000 == 0 else b"%d" % t_us)
    source = receiver.encode("ascii", "replace") if receiver else b""
    tag = (b"s:%s,c:%s" % (source, time)) if source and not set(source) & set(b",*\\\r\n") else b"c:%s" % time
    return b"\\%s*%02X\\%s" % (tag, xor(tag), sentence)


def _column(table: pa.Table, name: str, missing: float, kind: type) -> np.ndarray:
    at = table.schema.get_field_index(name)
    if at < 0:
        return np.full(table.num_rows, missing, dtype=kind)
    column = table.column(at)
    if pa.types.is_integer(column.type) and kind is np.int64:
        column = column.cast(pa.int64())
    filled = pc.fill_null(column.cast(pa.float64()) if kind is np.float64 else column, missing)
    return np.asarray(filled.to_numpy(), dtype=kind)


def _raw(values: np.ndarray, times: int, most: int, none: int) -> np.ndarray:
    """Speeds as the message carries them."""
    known = np.clip(np.rint(np.nan_to_num(values) * times), 0, most)
    return np.where(np.isnan(values), none, known).astype(np.int64)


def _place(out: list[bytes | None], rows: np.ndarray, bits: Bits) -> None:
    """Writes a one-part sentence into `out` for each of the rows."""
    if len(rows):
        for row, line in zip(rows.tolist(), rows_of_bytes(vdm(bits)), strict=True):
            out[row] = line


def _eta(text: str | None) -> tuple[int, int, int, int]:
    """`MM-DD HH:MM` as four numbers; not available: 0, 0, 24, 60."""
    try:
        date, clock = (text or "").split(" ")
        return int(date[:2]), int(date[3:5]), int(clock[:2]), int(clock[3:5])
    except ValueError:
        return 0, 0, 24, 60
