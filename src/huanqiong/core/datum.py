"""Datums met in China, and the way between them: WGS-84, CGCS2000, GCJ-02, BD-09.

WGS-84 and CGCS2000 agree within centimetres and are taken as one. GCJ-02 (phone maps) moves points inside
China by hundreds of metres; BD-09 (Baidu) moves GCJ-02 once more. The way into GCJ-02 is a formula; the way
back is found by iteration, so a round trip closes far below a metre.
Source: the published reverse engineering of GCJ-02 on the Krasovsky 1940 ellipsoid; outside the rectangle
0.8293-55.8271 N, 72.004-137.8347 E it leaves points alone, and so do all maps that use it.
"""

from __future__ import annotations

import math
from typing import Final, Literal, get_args

Datum = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]
DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)
_A: Final = 6_378_245.0
_EE: Final = 0.00669342162296594323
_BD: Final = math.pi * 3000.0 / 180.0


def _shifted(lat: float, lon: float) -> bool:
    return 0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347


def _offset(lat: float, lon: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    root = math.sqrt(abs(x))
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    dy = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    dy += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    dy += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    dx = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    dx += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    dx += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    p = math.radians(lat)
    magic = 1.0 - _EE * math.sin(p) ** 2
    dlat = math.degrees(dy / (_A * (1.0 - _EE) / (magic * math.sqrt(magic))))
    return dlat, math.degrees(dx / (_A / math.sqrt(magic) * math.cos(p)))


def _to_gcj(lat: float, lon: float) -> tuple[float, float]:
    if not _shifted(lat, lon):
        return lat, lon
    dlat, dlon = _offset(lat, lon)
    return lat + dlat, lon + dlon


def _from_gcj(lat: float, lon: float) -> tuple[float, float]:
    if not _shifted(lat, lon):
        return lat, lon
    y, x = lat, lon
    for _ in range(12):
        dlat, dlon = _offset(y, x)
        y, x = lat - dlat, lon - dlon
    return y, x


def _to_bd(lat: float, lon: float) -> tuple[float, float]:
    z = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD)
    return z * math.sin(theta) + 0.006, z * math.cos(theta) + 0.0065


def _from_bd(lat: float, lon: float) -> tuple[float, float]:
    y, x = lat - 0.006, lon - 0.0065
    for _ in range(8):
        y2, x2 = _to_bd(y, x)
        y, x = y + lat - y2, x + lon - x2
    return y, x


def convert(lat: float, lon: float, of: Datum, to: Datum) -> tuple[float, float]:
    """A point's degrees in another datum: (lat, lon)."""
    plain = ("WGS-84", "CGCS2000")
    if of == to or (of in plain and to in plain):
        return lat, lon
    if of == "BD-09":
        lat, lon = _from_bd(lat, lon)
    if to in plain and of not in plain:
        return _from_gcj(lat, lon)
    if of in plain:
        lat, lon = _to_gcj(lat, lon)
    return _to_bd(lat, lon) if to == "BD-09" else (lat, lon)
