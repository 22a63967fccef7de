"""A point in words, as it is said on the radio: "木兰头灯塔 032° 12.4 海里，文昌近海"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huanqiong.core.place import bearing_deg, degree_minute
from huanqiong.core.units import NM_M

if TYPE_CHECKING:
    from huanqiong.core.geography.geography import Geography

_AT_M = 500.0
"""Nearer than this a point is said to be at the place, without bearing."""
_NAMED_M = 200 * NM_M
"""Farther than this no named place helps: the coordinates stand alone."""


def describe(geography: Geography, lat: float, lon: float, lang: str) -> str:
    """Bearing and distance from the nearest named point, then the sea area; else degree and minute."""
    zh = lang.startswith("zh")
    parts = []
    near = geography.places.nearest(lat, lon)
    if near is not None and near[1] <= _NAMED_M:
        place, dist_m = near
        if dist_m < _AT_M:
            parts.append(f"{place.name_zh}附近" if zh else f"at {place.name_en}")
        else:
            b = round(float(bearing_deg(place.lat, place.lon, lat, lon))) % 360
            nm = dist_m / NM_M
            far = f"{b:03d}° {nm:.1f} {'海里' if zh else 'nm'}"
            parts.append(f"{place.name_zh} {far}" if zh else f"{far} from {place.name_en}")
    else:
        parts.append(degree_minute(lat, lon))
    areas = geography.area_of(lat, lon)
    if areas:
        parts.append(geography.seas.by_id(areas[0]).name(lang))
    return ("，" if zh else ", ").join(parts)
