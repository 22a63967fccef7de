"""AIS parameter groups of NMEA 2000 to rows, given as dicts of POSITIONS, STATIC and OTHER columns.

Units there: 1e-7 degrees, 1e-4 radians, 0.01 m/s, 0.1 m (draught 0.01 m); all bits set, and the two
values below ("error", "reserved"), mean not available. Source: field layouts as in the public NMEA 2000 PGN
tables; positions, base stations, aids and static data checked against the recorded sample `aava-n2k.data`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from huanqiong.core.units import KN_MS

Row = dict[str, Any]

DEGREES_1E7: Final = 10_000_000
TEXT_END: Final = b"@\xff\x00"


class ShortError(ValueError):
    """The packet ends before the fields that a row needs."""


def _u(data: bytes, at: int, size: int) -> int | None:
    """An unsigned field, None where not available."""
    v = int.from_bytes(data[at : at + size], "little")
    return None if v >= (1 << 8 * size) - 3 else v


def _degrees(data: bytes, at: int, missing: int) -> float | None:
    v = int.from_bytes(data[at : at + 4], "little", signed=True)
    return None if v >= 0x7FFFFFFD or v == missing * DEGREES_1E7 else v / DEGREES_1E7


def _angle(data: bytes, at: int) -> float | None:
    v = _u(data, at, 2)
    return None if v is None else math.degrees(v * 1e-4)


def _knots(data: bytes, at: int) -> float | None:
    v = _u(data, at, 2)
    return None if v is None else v * 0.01 / KN_MS


def _heading(data: bytes, at: int) -> int | None:
    v = _angle(data, at)
    return None if v is None else round(v) % 360


def _metres(data: bytes, at: int) -> int | None:
    v = _u(data, at, 2)
    return round(v / 10) or None if v else None


def _text(data: bytes) -> str | None:
    for end in TEXT_END:
        data = data.split(bytes([end]), 1)[0]
    return data.decode("latin-1").strip() or None


def _head(data: bytes) -> Row:
    return {"mmsi": int.from_bytes(data[1:5], "little") & 0x3FFFFFFF}


def _place(data: bytes) -> Row:
    return {"lon": _degrees(data, 5, 181), "lat": _degrees(data, 9, 91)}


def _moving(data: bytes) -> Row:
    row = _head(data) | _place(data)
    row |= {"msg_type": data[0] & 0x3F, "cog_deg": _angle(data, 14), "sog_kn": _knots(data, 16)}
    return row


def class_a(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129038, types 1 to 3."""
    _need(data, 26)
    row = _moving(data) | {"heading": _heading(data, 21), "nav_status": data[25] & 0x0F}
    return [("positions", row)]


def class_b(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129039, type 18."""
    _need(data, 23)
    return [("positions", _moving(data) | {"heading": _heading(data, 21)})]


def class_b_extended(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129040, type 19: a position and static data."""
    _need(data, 52)
    static = _head(data) | {
        "ship_type": data[20] if 0 < data[20] < 253 else None,
        "length_m": _metres(data, 24),
        "beam_m": _metres(data, 26),
        "name": _text(data[32:52]),
    }
    return [("positions", _moving(data) | {"heading": _heading(data, 21)}), ("static", static)]


def aid(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129041, type 21. The name is a length, an encoding (1: one byte a character) and the text."""
    _need(data, 26)
    row = _head(data) | _place(data) | {"msg_type": 21, "virtual": bool(data[22] >> 6 & 1)}
    if len(data) > 28 and data[27] == 1:
        row["name"] = _text(data[28 : 26 + data[26]])
    elif len(data) > 28 and data[27] == 0:
        row["name"] = data[28 : 26 + data[26]].decode("utf-16-le", "replace").strip() or None
    return [("other", row)]


def base_station(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129793, type 4. Type 11 has the same form and is passed over, as in NMEA 0183."""
    _need(data, 13)
    if data[0] & 0x3F != 4:
        return []
    return [("other", _head(data) | _place(data) | {"msg_type": 4})]


def static_a(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129794, type 5."""
    _need(data, 73)
    draught = _u(data, 51, 2)
    row = _head(data) | {
        "imo": _u(data, 5, 4) or None,
        "callsign": _text(data[9:16]),
        "name": _text(data[16:36]),
        "ship_type": data[36] if 0 < data[36] < 253 else None,
        "length_m": _metres(data, 37),
        "beam_m": _metres(data, 39),
        "draught_m": draught / 100 if draught else None,
        "destination": _text(data[53:73]),
        "eta": _eta(_u(data, 45, 2), _u(data, 47, 4)),
    }
    return [("static", row)]


def static_b_name(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129809, type 24 part A."""
    _need(data, 25)
    return [("static", _head(data) | {"name": _text(data[5:25])})]


def static_b_size(data: bytes) -> list[tuple[str, Row]]:
    """PGN 129810, type 24 part B."""
    _need(data, 24)
    row = _head(data) | {
        "ship_type": data[5] if 0 < data[5] < 253 else None,
        "callsign": _text(data[13:20]),
        "length_m": _metres(data, 20),
        "beam_m": _metres(data, 22),
    }
    return [("static", row)]


def _eta(days: int | None, time: int | None) -> str | None:
    """`MM-DD HH:MM` from days since 1970 and units of 1e-4 s."""
    if not days:
        return None
    day = date(1970, 1, 1) + timedelta(days=days)
    hour, minute = divmod(time // 600_000, 60) if time is not None else (24, 60)
    return f"{day:%m-%d} {hour:02d}:{minute:02d}"


def _need(data: bytes, size: int) -> None:
    if len(data) < size:
        raise ShortError(f"{len(data)} bytes, {size} needed")


REPORTS: Final[dict[int, Callable[[bytes], list[tuple[str, Row]]]]] = {
    129038: class_a,
    129039: class_b,
    129040: class_b_extended,
    129041: aid,
    129793: base_station,
    129794: static_a,
    129809: static_b_name,
    129810: static_b_size,
}
