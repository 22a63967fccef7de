"""A still chart as SVG: coast, a vessel's last hours, the unit, north and a scale. No tiles, works in print.

Outlines are the bundled ones of the console's maps: GSHHG inside the theatre's box, else Natural Earth.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

GEO = Path(__file__).parents[1] / "static" / "geo"
WIDTH, HEIGHT = 640.0, 330.0
EDGE = 34.0
LEAST_NM = 8.0
"""A view is never narrower: some coast or a name should be in it."""
MOST_PLACES = 8
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn; points are (lat, lon) degrees. `track` oldest first; `course` degrees true or None;
    `unit` None: its place is not known; `meeting` where it is to meet her, None: none was chosen. Names are
    shown as they are."""

    vessel: Point
    name: str
    track: Sequence[Point] = ()
    course: float | None = None
    unit: Point | None = None
    unit_name: str = ""
    lang: str = "zh"
    meeting: Point | None = None
    meeting_name: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A plane view: degrees to picture units, north up."""

    lat: float
    lon: float
    per_degree: float  # picture units a degree of latitude

    def xy(self, lat: float, lon: float) -> Point:
        x = WIDTH / 2 + _wrapped(lon - self.lon) * math.cos(math.radians(self.lat)) * self.per_degree
        return x, HEIGHT / 2 - (lat - self.lat) * self.per_degree

    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        h = HEIGHT / 2 / self.per_degree
        w = WIDTH / 2 / self.per_degree / max(0.05, math.cos(math.radians(self.lat)))
        return self.lon - w, max(-89.9, self.lat - h), self.lon + w, min(89.9, self.lat + h)


def _wrapped(d: float) -> float:
    return (d + 180.0) % 360.0 - 180.0


def view_of(points: Iterable[Point]) -> View:
    """The view that holds all the points, with an edge around them."""
    every = list(points)
    lats = [p[0] for p in every]
    first = every[0][1]
    lons = [first + _wrapped(p[1] - first) for p in every]
    lat, lon = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    squeeze = max(0.05, math.cos(math.radians(lat)))
    high = max((max(lats) - min(lats)) / (HEIGHT - 2 * EDGE), LEAST_NM / 60 / HEIGHT)
    wide = (max(lons) - min(lons)) * squeeze / (WIDTH - 4 * EDGE)
    return View(lat, lon, 1 / max(high, wide))


@cache
def _shapes(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A file's parts (geometries) and their bounds (n, 4)."""
    found = json.loads((GEO / f"{name}.json").read_text(encoding="utf-8"))["features"]
    parts = shapely.get_parts(
        np.array([shapely.from_geojson(json.dumps(f["geometry"])) for f in found], dtype=object)
    )
    return parts, shapely.bounds(parts)


@cache
def _places() -> tuple[dict[str, Any], ...]:
    found = json.loads((GEO / "places.json").read_text(encoding="utf-8"))["features"]
    return tuple(
        f["properties"] | {"lat": f["geometry"]["coordinates"][1], "lon": f["geometry"]["coordinates"][0]}
        for f in found
    )


def _clipped(name: str, view: View) -> list[Any]:
    """The parts of a file inside the view, no finer than the picture shows."""
    w, s, e, n = view.box()
    parts, bounds = _shapes(name)
    near = parts[(bounds[:, 0] <= e) & (bounds[:, 2] >= w) & (bounds[:, 1] <= n) & (bounds[:, 3] >= s)]
    inside = shapely.simplify(shapely.clip_by_rect(near, w, s, e, n), 0.4 / view.per_degree)
    return [g for g in shapely.get_parts(inside) if not g.is_empty]


def _layer(view: View) -> str:
    """Which outlines: the fine ones where they cover the view, else the world's."""
    w, s, e, n = view.box()
    _parts, bounds = _shapes("theatre-land")
    inside = (
        bounds[:, 0].min() <= w
        and bounds[:, 1].min() <= s
        and bounds[:, 2].max() >= e
        and bounds[:, 3].max() >= n
    )
    return "theatre" if inside else "world"


def _path(points: Iterable[Point], view: View, *, closed: bool = False) -> str:
    told = "L".join(f"{x:.1f} {y:.1f}" for x, y in (view.xy(lat, lon) for lat, lon in points))
    return f"M{told}{'Z' if closed else ''}" if told else ""


def _outline(line: Any) -> list[Point]:
    return [(lat, lon) for lon, lat in line.coords]


def draw(scene: Scene) -> SafeString:
    """The chart as one `<svg>`; its colours are classes of the page's style."""
    points = [scene.vessel, *scene.track, *(p for p in (scene.unit, scene.meeting) if p)]
    view = view_of(points)
    layer = _layer(view)
    land = "".join(
        _path(_outline(ring), view, closed=True)
        for g in _clipped(f"{layer}-land", view)
        if g.geom_type == "Polygon"
        for ring in (g.exterior, *g.interiors)
    )
    coast = "".join(
        _path(_outline(g), view) for g in _clipped(f"{layer}-coast", view) if g.geom_type == "LineString"
    )
    parts = [
        format_html('<path class="land" d="{}"/><path class="coast" d="{}"/>', land, coast),
        _grid(view),
        _named(view, scene.lang),
        _track(scene, view),
        _unit(scene, view),
        _meeting(scene, view),
        _vessel(scene, view),
        _north(),
        _scale(view, scene.lang),
    ]
    return format_html(
        '<svg class="order-chart" viewBox="0 0 {} {}" role="img">'
        '<rect class="sea" width="100%" height="100%"/>{}</svg>',
        int(WIDTH),
        int(HEIGHT),
        format_html_join("", "{}", ((p,) for p in parts)),
    )


def nice(value: float) -> float:
    """The greatest of 1, 2, 5 times a power of ten that is not above the value."""
    power = 10 ** math.floor(math.log10(value))
    return max(m * power for m in (1, 2, 5) if m * power <= value * (1 + 1e-9))


def _grid(view: View) -> SafeString:
    """Lines of whole steps of minutes, with their degrees at the edge."""
    w, s, e, n = view.box()
    step = _step(n - s, 6)
    out = []
    for k in range(math.ceil(s * 60 / step), math.floor(n * 60 / step) + 1):
        y = view.xy(k * step / 60, view.lon)[1]
        out.append((f"M0 {y:.1f}H{WIDTH:.0f}", 3, f"{y - 3:.1f}", _dm(k * step, "NS")))
    step = _step(e - w, 8)
    for k in range(math.ceil(w * 60 / step), math.floor(e * 60 / step) + 1):
        x = view.xy(view.lat, k * step / 60)[0]
        label = _dm(round(_wrapped(k * step / 60) * 60), "EW")
        out.append((f"M{x:.1f} 0V{HEIGHT:.0f}", f"{x + 3:.1f}", f"{HEIGHT - 4:.0f}", label))
    return format_html_join("", '<path class="grid" d="{}"/><text class="deg" x="{}" y="{}">{}</text>', out)


def _step(degrees: float, most: int) -> int:
    """Minutes between lines, so that there are at most so many."""
    steps = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200)
    return next((m for m in steps if degrees * 60 / m <= most), 2700)


def _dm(minutes: int, letters: str) -> str:
    d, m = divmod(abs(minutes), 60)
    return f"{d}°{m:02d}′{letters[minutes < 0]}"


def _named(view: View, lang: str) -> SafeString:
    """The weightiest named places in the view, away from one another."""
    w, s, e, n = view.box()
    shown: list[tuple[float, float, str]] = []
    for p in sorted(_places(), key=lambda p: p["rank"]):
        if w < p["lon"] < e and s < p["lat"] < n and len(shown) < MOST_PLACES:
            x, y = view.xy(p["lat"], p["lon"])
            if (
                20 < y < HEIGHT - 20
                and x < WIDTH - 80
                and all(math.hypot(x - a, (y - b) * 3) > 80 for a, b, _ in shown)
            ):
                shown.append((x, y, p["name_en"] if lang == "en" else p["name_zh"]))
    return format_html_join(
        "",
        '<circle class="place" cx="{}" cy="{}" r="2"/><text class="place" x="{}" y="{}">{}</text>',
        ((f"{x:.1f}", f"{y:.1f}", f"{x + 5:.1f}", f"{y + 4:.1f}", name) for x, y, name in shown),
    )


def _track(scene: Scene, view: View) -> SafeString:
    return format_html('<path class="track" d="{}"/>', _path(scene.track, view))


def _text(at: Point, name: str, kind: str) -> SafeString:
    """A name beside a mark, on the side that has room."""
    left = at[0] > WIDTH * 0.7
    x = at[0] - 13 if left else at[0] + 13
    return format_html(
        '<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>',
        kind, f"{x:.1f}", f"{at[1] - 7:.1f}", "end" if left else "start", name,
    )  # fmt: skip


def _unit(scene: Scene, view: View) -> SafeString:
    if scene.unit is None:
        return mark_safe("")
    (x, y), to = view.xy(*scene.unit), view.xy(*(scene.meeting or scene.vessel))
    return format_html(
        '<path class="leg" d="M{} {}L{} {}"/><rect class="unit" x="{}" y="{}" width="11" height="11"/>{}',
        f"{x:.1f}", f"{y:.1f}", f"{to[0]:.1f}", f"{to[1]:.1f}", f"{x - 5.5:.1f}", f"{y - 5.5:.1f}",
        _text((x, y), scene.unit_name, "name"),
    )  # fmt: skip


def _meeting(scene: Scene, view: View) -> SafeString:
    """A ring where the unit is to meet her, and her way there."""
    if scene.meeting is None:
        return mark_safe("")
    (x, y), her = view.xy(*scene.meeting), view.xy(*scene.vessel)
    return format_html(
        '<path class="way" d="M{} {}L{} {}"/><g class="meet"><circle cx="{x}" cy="{y}" r="9"/>'
        '<path d="M{x} {y}m-13 0h26m-13-13v26"/></g>{}',
        f"{her[0]:.1f}", f"{her[1]:.1f}", f"{x:.1f}", f"{y:.1f}",
        _text((x, y + 24), scene.meeting_name, "name"), x=f"{x:.1f}", y=f"{y:.1f}",
    )  # fmt: skip


def _vessel(scene: Scene, view: View) -> SafeString:
    x, y = view.xy(*scene.vessel)
    if scene.course is None:
        mark = format_html('<circle class="vessel" cx="{}" cy="{}" r="6"/>', f"{x:.1f}", f"{y:.1f}")
    else:
        mark = format_html(
            '<path class="vessel" d="M0 -10 6 8 0 4-6 8Z" transform="translate({} {}) rotate({})"/>',
            f"{x:.1f}", f"{y:.1f}", f"{scene.course:.0f}",
        )  # fmt: skip
    return format_html("{}{}", mark, _text((x, y), scene.name, "name her"))


def _north() -> SafeString:
    x = WIDTH - 24
    return format_html(
        '<g class="north"><path d="M{x} 12l7 24-7-5-7 5Z"/>'
        '<text x="{x}" y="50" text-anchor="middle">N</text></g>',
        x=f"{x:.0f}",
    )


def _scale(view: View, lang: str) -> SafeString:
    """A bar of a round number of nautical miles (a minute of latitude each), at most a quarter wide."""
    nm = nice(WIDTH / 4 / view.per_degree * 60)
    long = nm / 60 * view.per_degree
    x, y = WIDTH - 16 - long, HEIGHT - 22
    line = f"M{x:.1f} {y - 5:.1f}v10m0-5h{long:.1f}m0-5v10"
    return format_html(
        '<g class="scale"><path d="{}"/><text x="{}" y="{}" text-anchor="end">{} {}</text></g>',
        line, f"{WIDTH - 16:.0f}", f"{y - 8:.1f}", f"{nm:g}", "nm" if lang == "en" else "海里",
    )  # fmt: skip
