"""Positions and static data as AIVDM sentences: what a replay of a table sends.

Source: ITU-R M.1371-5, annex 8 (types 1-3, 5, 18, 27) and IEC 61162-1 (armour, VDM).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.feed.net.stamps import xor

_ARMOUR = np.frombuffer(
    bytes(v + 48 if v < 40 else v + 56 for v in range(64)),
    dtype=np.uint8,
)
_HEX = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)
MMSI_BITS = 30
_A, _B, _FAR = (1, 2, 3), 18, 27

Bits = list[tuple[Any, int]]
"""Fields of a message in order: value or column of values, width in bits."""


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
    sog_raw = np.where(np.isnan(sog), 1023, np.clip(np.rint(np.nan_to_num(sog) * 10), 0, 1022)).astype(
        np.int64
    )
    cog_raw = np.where(np.isnan(cog), 3600, np.rint(np.nan_to_num(cog) * 10) % 3600).astype(np.int64)

    out: list[bytes | None] = [None] * n
    a = usable & np.isin(kind, _A)
    _place(out, a, [
        (kind, 6), (0, 2), (mmsi, 30), (status, 4), (-128 & 255, 8), (sog_raw, 10), (0, 1), (lon_raw, 28),
        (lat_raw, 27), (cog_raw, 12), (heading, 9), (second, 6), (0, 2), (0, 3), (0, 1), (0, 19),
    ])  # fmt: skip
    _place(out, usable & (kind == _B), [
        (18, 6), (0, 2), (mmsi, 30), (0, 8), (sog_raw, 10), (0, 1), (lon_raw, 28), (lat_raw, 27),
        (cog_raw, 12), (heading, 9), (second, 6), (0, 2), (1, 1), (0, 6), (0, 20),
    ])  # fmt: skip
    coarse_lon = np.rint(np.where(placed, lon, 181.0) * 600).astype(np.int64)
    coarse_lat = np.rint(np.where(placed, lat, 91.0) * 600).astype(np.int64)
    coarse_sog = np.where(np.isnan(sog), 63, np.clip(np.rint(np.nan_to_num(sog)), 0, 62)).astype(np.int64)
    coarse_cog = np.where(np.isnan(cog), 511, np.rint(np.nan_to_num(cog)) % 360).astype(np.int64)
    _place(out, usable & (kind == _FAR), [
        (27, 6), (0, 2), (mmsi, 30), (0, 1), (0, 1), (status, 4), (coarse_lon, 18), (coarse_lat, 17),
        (coarse_sog, 6), (coarse_cog, 9), (0, 1), (0, 1),
    ])  # fmt: skip
    return out


def static_sentences(row: dict[str, Any], sequence: int) -> bytes:
    """A STATIC row as type 5: two sentences with line ends. `sequence` 0 to 9 ties the two together."""
    month, day, hour, minute = _eta(row.get("eta"))
    length, beam = int(row.get("length_m") or 0), int(row.get("beam_m") or 0)
    bow, port = min(length // 2, 511), min(beam // 2, 63)
    fields: Bits = [
        (5, 6), (0, 2), (int(row["mmsi"]), 30), (0, 2), (int(row.get("imo") or 0), 30),
        *_text(row.get("callsign"), 7), *_text(row.get("name"), 20), (int(row.get("ship_type") or 0), 8),
        (bow, 9), (min(length - bow, 511), 9), (port, 6), (min(beam - port, 63), 6), (1, 4),
        (month, 4), (day, 5), (hour, 5), (minute, 6),
        (min(round(float(row.get("draught_m") or 0) * 10), 255), 8),
        *_text(row.get("destination"), 20), (0, 1), (0, 1), (0, 2),
    ]  # fmt: skip
    payload = _armoured(fields, 1)[0].tobytes()
    parts = []
    for number, (piece, fill) in enumerate(((payload[:56], 0), (payload[56:], 2)), start=1):
        body = b"AIVDM,2,%d,%d,A,%s,%d" % (number, sequence % 10, piece, fill)
        parts.append(b"!%s*%02X\r\n" % (body, xor(body)))
    return b"".join(parts)


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


def _place(out: list[bytes | None], where: np.ndarray, fields: Bits) -> None:
    """Writes a one-part sentence into `out` for each row of `where`."""
    rows = np.flatnonzero(where)
    if not len(rows):
        return
    picked: Bits = [(v[rows] if isinstance(v, np.ndarray) else v, width) for v, width in fields]
    payload = _armoured(picked, len(rows))
    head, tail = (np.frombuffer(b, dtype=np.uint8) for b in (b"AIVDM,1,1,,A,", b",0"))
    body = np.hstack([np.tile(head, (len(rows), 1)), payload, np.tile(tail, (len(rows), 1))])
    sums = np.bitwise_xor.reduce(body, axis=1)
    digits = np.stack([_HEX[sums >> 4], _HEX[sums & 15]], axis=1)
    for row, text, check in zip(rows.tolist(), body, digits, strict=True):
        out[row] = b"!%s*%s\r\n" % (text.tobytes(), check.tobytes())


def _armoured(fields: Bits, n: int) -> np.ndarray:
    """Payload characters, one row a message; the bits must fill whole characters but for the last."""
    total = sum(width for _, width in fields)
    bits = np.zeros((n, -(-total // 6) * 6), dtype=np.uint8)
    at = 0
    for value, width in fields:
        shifts = np.arange(width - 1, -1, -1)
        column = np.asarray(value, dtype=np.int64).reshape(-1, 1)
        bits[:, at : at + width] = (column >> shifts) & 1
        at += width
    six = bits.reshape(n, -1, 6) @ np.array([32, 16, 8, 4, 2, 1], dtype=np.uint8)
    return _ARMOUR[six]


def _text(value: str | None, length: int) -> Sequence[tuple[int, int]]:
    """Six-bit characters; what the alphabet lacks becomes `?`, the rest is filled with `@`."""
    fields = []
    for c in (value or "").upper()[:length].ljust(length, "@"):
        code = ord(c)
        fields.append(((code - 64 if 64 <= code < 96 else code if 32 <= code < 64 else 63) & 63, 6))
    return fields


def _eta(text: str | None) -> tuple[int, int, int, int]:
    """`MM-DD HH:MM` as four numbers; not available: 0, 0, 24, 60."""
    try:
        date, clock = (text or "").split(" ")
        return int(date[:2]), int(date[3:5]), int(clock[:2]), int(clock[3:5])
    except ValueError:
        return 0, 0, 24, 60
