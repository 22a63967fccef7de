"""Coordinates as people type and read them: decimal, degree-minute, degree-minute-second, 北纬/东经."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from huanqiong.core.errors import InputError

_SIGN: Final = {"N": 1, "S": -1, "E": 1, "W": -1, "北纬": 1, "南纬": -1, "东经": 1, "西经": -1}
_LAT: Final = ("N", "S", "北纬", "南纬")
_HEMI: Final = r"(?P<h>北纬|南纬|东经|西经|[NSEW])"
_REAL: Final = r"\d+(?:\.\d+)?"
_SECONDS: Final = rf"(?:(?P<s>{_REAL})\s*(?:\"|秒))?"
_MINUTES: Final = rf"(?:(?P<m>{_REAL})\s*(?:['分]\s*{_SECONDS})?)?"
_NUMBER: Final = rf"(?P<d>[+-]?{_REAL})\s*(?:[°度]\s*{_MINUTES})?"
_BEFORE: Final = re.compile(rf"{_HEMI}\s*{_NUMBER}")
_AFTER: Final = re.compile(rf"{_NUMBER}\s*(?:{_HEMI}(?![A-Z]))?")
_MARKS: Final = str.maketrans(
    {"′": "'", "’": "'", "‘": "'", "″": '"', "”": '"', "“": '"', "º": "°", "˚": "°", "−": "-"}
)
_REMEDY: Final = "Write for example 20°02.4'N 110°11.5'E, or 20.0400N 110.1917E"


def parse_coordinates(text: str) -> tuple[float, float]:
    """A typed position as (lat, lon) in degrees, of whatever datum the writer used.

    Two bare decimals are taken as latitude and longitude only where the longitude cannot be a latitude (as
    anywhere near Hainan); otherwise, and wherever something is left over, InputError asks for N, S, E, W.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).translate(_MARKS).upper().strip()
    plain = re.sub(r"''", '"', plain)
    found, at = [], 0
    grammar = _BEFORE if re.match(_HEMI, plain) else _AFTER
    for match in grammar.finditer(plain):
        if plain[at : match.start()].strip(" ,;/\t\n、"):
            break
        found.append(_value(match, text))
        at = match.end()
    if len(found) != 2 or plain[at:].strip(" ,;/。.\t\n"):
        raise InputError(f"not a position: {text!r}", remedy=_REMEDY)
    (a, ha), (b, hb) = found
    if ha is None and hb is None:
        if abs(a) <= 90 < abs(b) <= 180:
            return a, b
        if abs(b) <= 90 < abs(a) <= 180:
            return b, a
        if abs(a) <= 90 and abs(b) <= 90:
            raise InputError(f"{text!r} does not say which is latitude", remedy=_REMEDY)
    elif ha is None or hb is None or (ha in _LAT) == (hb in _LAT):
        raise InputError(f"{text!r} needs one latitude and one longitude", remedy=_REMEDY)
    lat, lon = (a, b) if ha in _LAT else (b, a)
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise InputError(f"{text!r} is no place on earth", remedy=_REMEDY)
    return lat, lon


def _value(match: re.Match[str], text: str) -> tuple[float, str | None]:
    """Degrees, signed by the hemisphere, and the hemisphere or None."""
    hemi = match["h"]
    whole = float(match["d"])
    if hemi and whole < 0:
        raise InputError(f"{text!r} has a sign and a hemisphere", remedy=_REMEDY)
    if match["m"] is None and hemi and re.fullmatch(r"\d{4,5}(\.\d+)?", match["d"]):
        whole, minutes = float(int(whole) // 100), whole % 100  # 2002.4N: degrees and minutes run together
    else:
        minutes = float(match["m"] or 0) + float(match["s"] or 0) / 60
        if match["m"] is not None and not whole.is_integer():
            raise InputError(f"{text!r} has minutes after a fraction of a degree", remedy=_REMEDY)
    if minutes >= 60 or float(match["s"] or 0) >= 60:
        raise InputError(f"{text!r} has 60 minutes or seconds or more", remedy=_REMEDY)
    size = abs(whole) + minutes / 60
    return (size * _SIGN[hemi] if hemi else (-size if match["d"].startswith("-") else size)), hemi


def decimal(lat: float, lon: float, digits: int = 5) -> str:
    """`20.04000N 110.19167E`."""
    return f"{abs(lat):.{digits}f}{'S' if lat < 0 else 'N'} {abs(lon):.{digits}f}{'W' if lon < 0 else 'E'}"


def degree_minute(lat: float, lon: float, digits: int = 2) -> str:
    """`20°02.40'N 110°11.50'E`, as on charts and in radio calls."""
    ns, ew = "S" if lat < 0 else "N", "W" if lon < 0 else "E"
    return f"{_minutes(lat, 2, digits)}{ns} {_minutes(lon, 3, digits)}{ew}"


def _minutes(value: float, width: int, digits: int) -> str:
    scale = 60 * 10**digits
    units = round(abs(value) * scale)
    whole, rest = divmod(units, scale)
    return f"{whole:0{width}d}°{rest / 10**digits:0{3 + digits}.{digits}f}'"
