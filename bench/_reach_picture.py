"""A region of reach on real coast, as an SVG: three shares of the mass, and who meets her where."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import shapely
from shapely.geometry import MultiPolygon

from huanqiong.core.geography import load_geography
from huanqiong.lines.sea.reach import Fix, Meeting, Unit, intercept, regions
from huanqiong.lines.sea.reach.grid import grid_around, water
from huanqiong.lines.sea.reach.outline import outline

WEST, SOUTH, EAST, NORTH = 109.0, 18.9, 112.0, 21.2
WIDE = 900.0
SCALE = WIDE / (EAST - WEST)
TALL = SCALE * (NORTH - SOUTH) / math.cos(math.radians((SOUTH + NORTH) / 2))
FILLS = ((0.95, "#cfe3f5"), (0.8, "#8fbfe8"), (0.5, "#3f86c6"))
UNITS = [
    Unit("Qinglan boat", "boat", 19.56, 110.82, 28.0, 20),
    Unit("Haikou boat", "boat", 20.03, 110.28, 28.0, 10),
    Unit("aircraft", "aircraft", 19.94, 110.46, 110.0, 45),
]


def _xy(lon: float, lat: float) -> tuple[float, float]:
    return (lon - WEST) * SCALE, (NORTH - lat) / (NORTH - SOUTH) * TALL


def _path(shape: MultiPolygon) -> str:
    rings = [r for p in shape.geoms for r in (p.exterior, *p.interiors)]
    drawn = [" L".join("{:.1f} {:.1f}".format(*_xy(x, y)) for x, y in r.coords) for r in rings]
    return "".join(f"M{d}Z" for d in drawn)


def _dot(lon: float, lat: float, colour: str, text: str, down: float = -8.0) -> str:
    x, y = _xy(lon, lat)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}" stroke="#fff"/>'
        f'<text x="{x + 9:.1f}" y="{y + down:.1f}">{text}</text>'
    )


def _meeting(m: Meeting, fix: Fix, down: float) -> str:
    """The unit, its place of meeting, and the way there where it is straight."""
    out = _dot(m.unit.lon, m.unit.lat, "#2b6b3f", m.unit.code, down=18.0)
    if m.meets is None:
        return out
    minutes = (m.meets.t - fix.t).total_seconds() / 60
    around = any(r.code == "reach_around" for r in m.reasons)
    way = f"{m.meets.way_m / 1852:.0f} nm" + (" around land" if around else "")
    (a, b), (x, y) = _xy(m.unit.lon, m.unit.lat), _xy(m.meets.lon, m.meets.lat)
    if not around:
        out += f'<path d="M{a:.1f} {b:.1f}L{x:.1f} {y:.1f}" stroke="#2b6b3f" stroke-dasharray="4 4"/>'
    text = f"{m.unit.code}: {minutes:.0f} min, {way}"
    return (
        out
        + f'<path d="M{x:.1f} {y:.1f}V{y + down:.1f}h9" stroke="#555" fill="none"/>'
        + _dot(m.meets.lon, m.meets.lat, "#b3541e", "")
        + f'<text x="{x + 12:.1f}" y="{y + down + 5:.1f}">{text}</text>'
    )


def draw(out: Path) -> None:
    """A fishing boat making for the Qiongzhou Strait: where she can be three hours after the last fix."""
    coast = load_geography().coast
    fix = Fix(20.22, 111.25, dt.datetime(2026, 3, 1, 4, tzinfo=dt.UTC), 10.0, 268.0, 30, 32.0)
    seen = regions(fix, coast)
    here = next(r for r in seen if r.hours == 3)
    middle = grid_around((SOUTH + NORTH) / 2, (WEST + EAST) / 2, 190_000.0, 400)
    frame = shapely.box(WEST, SOUTH, EAST, NORTH)
    land = shapely.intersection(outline(middle, ~water(middle, coast)).simplify(0.004), frame)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:.0f} {TALL:.0f}" '
        f'font-family="sans-serif" font-size="14"><rect width="100%" height="100%" fill="#f6f9fc"/>'
    ]
    parts += [f'<path d="{_path(here.outline(s))}" fill="{c}" fill-rule="evenodd"/>' for s, c in FILLS]
    kept = [p for p in getattr(land, "geoms", [land]) if p.geom_type == "Polygon"]
    parts.append(
        f'<path d="{_path(MultiPolygon(kept))}" fill="#e4dfd3" stroke="#8d8570" fill-rule="evenodd"/>'
    )
    parts.append(_dot(fix.lon, fix.lat, "#111", "last fix, 10 kn, course 268"))
    found = intercept(fix, UNITS, coast, fix.t, seen)
    parts += [_meeting(m, fix, -150.0 + 26 * k) for k, m in enumerate(found)]
    for k, (share, colour) in enumerate(FILLS[::-1]):
        y = TALL - 70 + 22 * k
        words = f"{share:.0%} after 3 h: {here.area_km2(share):,.0f} km²"
        parts.append(f'<rect x="16" y="{y:.0f}" width="16" height="14" fill="{colour}"/>')
        parts.append(f'<text x="40" y="{y + 12:.0f}">{words}</text>')
    out.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")
