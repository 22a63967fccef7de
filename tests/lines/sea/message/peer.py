"""What pyais says of a message, in the columns of our tables: an independent reading of the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyais

Row = dict[str, Any]


def messages(data: bytes) -> Iterator[Any]:
    """pyais's decoding of every AIS sentence whose checksum holds; parts follow each other in these files."""
    parts: list[bytes] = []
    for raw in data.splitlines():
        line = raw[raw.find(b"!") :] if b"!" in raw else b""
        line = line[: line.find(b"*") + 3]
        if line[3:6] not in (b"VDM", b"VDO"):
            continue
        body, _, given = line[1:].partition(b"*")
        if np.bitwise_xor.reduce(np.frombuffer(body, np.uint8)) != int(given, 16):
            continue
        total, number = int(line.split(b",")[1]), int(line.split(b",")[2])
        parts = [*parts, line] if number > 1 else [line]
        if len(parts) == total:
            yield pyais.decode(*parts)


def _or_none(value: Any, missing: Any) -> Any:
    return None if value is None or value == missing else value


def position(m: Any) -> Row:
    """A row of positions, float32 where the table has float32; degrees as pyais rounds them."""
    long_range = m.msg_type == 27
    sog_none = {9: 1023, 27: 63}.get(m.msg_type, 102.3)
    cog_none = 511 if long_range else 360
    cog = _or_none(m.course, cog_none)
    return {
        "msg_type": m.msg_type,
        "mmsi": int(m.mmsi),
        "lat": _or_none(m.lat, 91.0),
        "lon": _or_none(m.lon, 181.0),
        "sog_kn": None if m.speed == sog_none else np.float32(m.speed),
        "cog_deg": None if cog is None or cog == 360 else np.float32(cog),
        "heading": _or_none(getattr(m, "heading", None), 511),
        "nav_status": int(m.status) if hasattr(m, "status") else None,
    }


def static(m: Any) -> Row:
    """A row of static data; fields the message does not carry are None."""
    row: Row = {"mmsi": int(m.mmsi)}
    kind = m.msg_type
    part = getattr(m, "partno", None)
    row["imo"] = (m.imo or None) if kind == 5 else None
    row["callsign"] = (m.callsign or None) if kind == 5 or part == 1 else None
    row["name"] = (m.shipname or None) if kind in (5, 19) or part == 0 else None
    row["destination"] = (m.destination or None) if kind == 5 else None
    sized = kind in (5, 19) or (part == 1 and not str(m.mmsi).startswith("98"))
    row["ship_type"] = (int(m.ship_type) or None) if kind in (5, 19) or part == 1 else None
    row["length_m"] = (m.to_bow + m.to_stern or None) if sized else None
    row["beam_m"] = (m.to_port + m.to_starboard or None) if sized else None
    row["draught_m"] = np.float32(m.draught) if kind == 5 and m.draught else None
    dated = kind == 5 and m.month and m.day
    row["eta"] = f"{m.month:02d}-{m.day:02d} {m.hour:02d}:{m.minute:02d}" if dated else None
    return row


def other(m: Any) -> Row:
    """A row of other reports."""
    kind = m.msg_type
    speed = _or_none(m.speed, 1023) if kind == 9 else None
    name = m.name if kind == 21 else None
    if name is not None and len(name) == 20:  # a full name goes on in the extension
        name += m.name_ext or ""
    return {
        "mmsi": int(m.mmsi),
        "msg_type": kind,
        "lat": _or_none(getattr(m, "lat", None), 91.0),
        "lon": _or_none(getattr(m, "lon", None), 181.0),
        "name": name or None,
        "text": (m.text or None) if kind in (12, 14) else None,
        "altitude_m": _or_none(m.alt, 4095) if kind == 9 else None,
        "sog_kn": None if speed is None else np.float32(speed),
        "virtual": bool(m.virtual_aid) if kind == 21 else None,
    }


def tables(found: Iterator[Any]) -> dict[str, list[Row]]:
    """The rows of all messages, as our three tables would hold them."""
    out: dict[str, list[Row]] = {"positions": [], "static": [], "other": []}
    for m in found:
        if m.msg_type in (1, 2, 3, 9, 18, 19, 27):
            out["positions"].append(position(m))
        if m.msg_type in (5, 19, 24):
            out["static"].append(static(m))
        if m.msg_type in (4, 9, 12, 14, 21):
            out["other"].append(other(m))
    return out
