"""Makes sea areas and the console's static map files from the bundled shorelines.

    python tools/geography_shapes.py seas       data/geography/seas.geojson
    python tools/geography_shapes.py static     console/static/geo/*.json

The sea off a county is the water nearer to that county's coast than to any other, out to 24 nautical miles;
which stretch of coast is whose comes from `county-coast.csv`, where each county's stretch begins, clockwise.
"""

from __future__ import annotations

import csv
import gzip
import json
import math
import sys
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import Point, Polygon, box, mapping
from shapely.ops import linemerge, polygonize, unary_union

from huanqiong.core.geography import shoreline
from huanqiong.data import path

DATA = path("geography")
STATIC = path("").parent / "console" / "static" / "geo"
THEATRE = (105.0, 15.0, 118.0, 23.0)
SQUEEZE = math.cos(math.radians(19.2))
"""Longitudes are multiplied by this so that distances near Hainan are true to a percent."""
KM = 1 / 111.195
SHELF_NM = 24
HANDMADE = (
    (
        "qiongzhou-strait",
        "琼州海峡",
        "Qiongzhou Strait",
        "strait",
        (20.135, 110.18),
        [
            (109.71, 20.01),
            (109.924, 20.224),
            (109.97, 20.32),
            (110.30, 20.32),
            (110.53, 20.40),
            (110.685, 20.16),
            (110.62, 20.02),
            (110.30, 19.97),
            (110.00, 19.93),
            (109.85, 19.92),
        ],
    ),
    (
        "beibu-gulf",
        "北部湾",
        "Beibu Gulf",
        "gulf",
        (20.05, 107.9),
        [
            (107.09, 17.00),
            (107.34, 17.16),
            (108.687, 18.508),
            (108.95, 18.90),
            (109.40, 19.60),
            (109.71, 20.01),
            (109.924, 20.224),
            (110.10, 20.50),
            (110.05, 21.00),
            (109.95, 21.80),
            (108.30, 22.00),
            (106.30, 21.20),
            (105.40, 19.60),
            (105.60, 18.60),
            (106.30, 17.60),
        ],
    ),
    (
        "hainan-east",
        "海南岛东部海域",
        "Waters east of Hainan",
        "waters",
        (19.2, 111.5),
        [
            (110.685, 20.16),
            (112.30, 20.16),
            (112.30, 17.60),
            (109.575, 18.158),
            (109.85, 18.60),
            (110.30, 19.10),
            (110.50, 19.70),
        ],
    ),
    (
        "hainan-south",
        "海南岛南部海域",
        "Waters south of Hainan",
        "waters",
        (17.7, 109.2),
        [
            (109.575, 18.158),
            (112.30, 17.60),
            (112.30, 17.00),
            (108.00, 17.00),
            (108.00, 17.93),
            (108.687, 18.508),
            (109.10, 18.60),
            (109.50, 18.40),
        ],
    ),
    (
        "hainan-west",
        "海南岛西部海域",
        "Waters west of Hainan",
        "waters",
        (19.3, 108.25),
        [
            (108.687, 18.508),
            (108.00, 17.93),
            (108.00, 20.10),
            (109.71, 20.01),
            (109.45, 19.60),
            (108.95, 18.90),
        ],
    ),
)


def theatre_lines() -> list[np.ndarray]:
    """The theatre's shoreline as (n, 2) arrays of lon, lat."""
    lines = shoreline.lines_from_rings((DATA / "shoreline.npz").read_bytes(), "shoreline.npz")
    return [np.round(a, 5) for a in lines]  # so that lines cut at the box end exactly on it


def theatre_land() -> list[Polygon]:
    """Land inside the box: closed shorelines, and what the open ones and the box enclose on the land side."""
    lines = theatre_lines()
    rings = [Polygon(a) for a in lines if len(a) > 3 and (a[0] == a[-1]).all()]
    loose = [shapely.LineString(a) for a in lines if not (a[0] == a[-1]).all()]
    faces = list(polygonize(unary_union([*loose, box(*THEATRE).exterior])))
    world = shapely.union_all(world_land()).intersection(box(*THEATRE))
    land = [f for f in faces if f.intersection(world).area > f.area / 2]
    return [shapely.make_valid(p) for p in [*rings, *land]]


def world_land() -> list[Any]:
    """The world's land, even-odd of all rings, cut at the antimeridian."""
    rings = shoreline.lines_from_rings((DATA / "world-shoreline.npz").read_bytes(), "world-shoreline.npz")
    globe = box(-180, -90, 180, 90)
    parts: list[Any] = []
    for ring in rings:
        turn = np.diff(ring[:, 0])
        lon = ring[0, 0] + np.concatenate([[0.0], np.cumsum(turn - 360 * np.round(turn / 360))])
        flat = np.stack([lon, ring[:, 1]], axis=1)
        if abs(lon[-1] - lon[0]) > 180:  # around the pole: Antarctica
            flat = np.vstack([flat, [lon[-1], -90], [lon[0], -90], flat[:1]])
        if len(flat) < 4:
            continue
        polygon = shapely.make_valid(Polygon(flat))
        for shift in (-360, 0, 360):
            moved = affinity.translate(polygon, shift).intersection(globe)
            if moved.area > 0:
                parts.append(moved)
    parts.sort(key=lambda p: -p.area)
    land: list[Any] = []
    tree = shapely.STRtree(parts)
    for i, p in enumerate(parts):
        inside = p.representative_point()
        around = [j for j in tree.query(inside, predicate="intersects") if parts[j].area > p.area and j != i]
        if len(around) % 2 == 0:
            holes = [parts[j] for j in tree.query(p, predicate="contains_properly") if j != i]
            land.append(p.difference(unary_union(holes)) if holes else p)
    return land


def county_points() -> tuple[np.ndarray, list[str]]:
    """Shore points half a kilometre apart with the county each belongs to, empty off Hainan and Xuwen."""
    lines = theatre_lines()
    main = max((a for a in lines if (a[0] == a[-1]).all()), key=lambda a: Polygon(a).area)
    if shapely.is_ccw(shapely.LinearRing(main)):
        main = main[::-1]
    ring = affinity.scale(shapely.LineString(main), SQUEEZE, 1.0, origin=(0, 0))
    with open(DATA / "county-coast.csv", encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    marks = [(ring.project(Point(float(r["lon"]) * SQUEEZE, float(r["lat"]))), r["county"]) for r in rows]
    marks.sort()
    at = np.array([m for m, _ in marks])
    points, owner = [], []
    for s in np.arange(0, ring.length, 0.5 * KM):
        p = ring.interpolate(s)
        points.append((p.x, p.y))
        owner.append(marks[int(np.searchsorted(at, s, side="right")) - 1][1])
    home = shapely.STRtree(shapely.points(points))
    for a in lines:
        if a is main or np.array_equal(a, main[::-1]):
            continue
        line = affinity.scale(shapely.LineString(a), SQUEEZE, 1.0, origin=(0, 0))
        for s in np.arange(0, line.length, 0.5 * KM):
            p = line.interpolate(s)
            lon, lat = p.x / SQUEEZE, p.y
            i = int(home.nearest(p))
            if len(a) < 2000 and p.distance(shapely.Point(points[i])) < 15 * KM and lat < 20.17:
                who = owner[i]
            else:
                who = "440825" if 109.85 < lon < 110.60 and 20.15 < lat < 20.62 else ""
            points.append((p.x, p.y))
            owner.append(who)
    return np.array(points), owner


def seas() -> None:
    """Sea areas: drawn by hand, and computed off each county."""
    land = unary_union(theatre_land()).buffer(-0.008).simplify(0.004)
    features = [feature(*a[:4], "", a[4], Polygon(a[5]).difference(land)) for a in HANDMADE]
    points, owner = county_points()
    keep = [i for i, p in enumerate(points) if 107 < p[0] / SQUEEZE < 112.5 and 17 < p[1] < 22]
    points, owner = points[keep], [owner[i] for i in keep]
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), ordered=True)
    shelf = affinity.scale(land, SQUEEZE, 1.0, origin=(0, 0))
    with open(DATA / "county-coast.csv", encoding="utf-8", newline="") as f:
        names = {r["county"]: (r["name_zh"], r["name_en"]) for r in csv.DictReader(f)}
    names["440825"] = ("徐闻", "Xuwen")
    for code, (zh, en) in names.items():
        own = [i for i, o in enumerate(owner) if o == code]
        near = shapely.MultiPoint(points[own]).buffer(SHELF_NM * 1.852 * KM)
        g = unary_union([cells.geoms[i] for i in own]).intersection(near).difference(shelf)
        g = affinity.scale(g.simplify(0.002), 1 / SQUEEZE, 1.0, origin=(0, 0))
        p = largest(g).representative_point()
        features.append(feature(f"sea-{code}", f"{zh}近海", f"Sea off {en}", "county", code, (p.y, p.x), g))
    text = json.dumps(
        {"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":")
    )
    (DATA / "seas.geojson").write_text(text + "\n", encoding="utf-8")
    print(f"seas.geojson: {len(text):,} characters, {len(features)} areas")


def largest(g: Any) -> Any:
    """The largest polygon of a geometry."""
    return max(getattr(g, "geoms", [g]), key=lambda p: p.area)


def feature(
    i: str, zh: str, en: str, kind: str, county: str, label: tuple[float, float], g: Any
) -> dict[str, Any]:
    """A sea area as GeoJSON, to a thousandth of a degree or so."""
    g = shapely.make_valid(shapely.set_precision(g, 1e-4))
    g = unary_union([p for p in getattr(g, "geoms", [g]) if p.geom_type == "Polygon" and p.area > 1e-4])
    lat, lon = (round(v, 4) for v in label)
    p = {
        "id": i,
        "name_zh": zh,
        "name_en": en,
        "kind": kind,
        "county": county,
        "label_lat": lat,
        "label_lon": lon,
    }
    return {"type": "Feature", "properties": p, "geometry": mapping(g)}


def write(name: str, geometries: list[Any], digits: int) -> None:
    """One geometry collection as compact GeoJSON."""
    features = []
    for g in geometries:
        at = json.loads(json.dumps(mapping(g)["coordinates"]), parse_float=lambda s: round(float(s), digits))
        features.append(
            {"type": "Feature", "properties": {}, "geometry": {"type": g.geom_type, "coordinates": at}}
        )
    dump(name, {"type": "FeatureCollection", "features": features})


def dump(name: str, content: Any) -> None:
    """Writes a static file and says what it weighs on the wire."""
    raw = (json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    STATIC.mkdir(parents=True, exist_ok=True)
    (STATIC / name).write_bytes(raw)
    print(f"{name}: {len(raw):,} bytes, {len(gzip.compress(raw)):,} gzipped")


def polygons(parts: list[Any], tolerance: float, smallest: float) -> list[Any]:
    """Simplified polygons, those below `smallest` square degrees left out."""
    out = []
    for p in parts:
        g = shapely.make_valid(p.simplify(tolerance))
        out += [q for q in getattr(g, "geoms", [g]) if q.geom_type == "Polygon" and q.area > smallest]
    return out


def static() -> None:
    """The console's map: land to fill, coast to draw, labels to place."""
    write("theatre-land.json", polygons(theatre_land(), 0.0003, 1e-7), 4)
    lines = [shapely.LineString(a).simplify(0.0003) for a in theatre_lines()]
    write("theatre-coast.json", [shapely.MultiLineString([g for g in lines if g.length > 0.002])], 4)
    hole = box(*THEATRE).buffer(-0.01, join_style="mitre")  # the fills overlap, so that no seam shows
    land = polygons([p.difference(hole) for p in world_land()], 0.022, 1.2e-3)
    write("world-land.json", land, 3)
    edge = hole.exterior.buffer(1e-6).union(box(-180, -90, 180, 90).exterior.buffer(1e-6))
    coast = unary_union([p.boundary.difference(edge) for p in land])
    write("world-coast.json", [linemerge(coast)], 3)
    with open(DATA / "places.csv", encoding="utf-8", newline="") as f:
        places = list(csv.DictReader(f))
    dump(
        "places.json",
        labels([(r, r["lat"], r["lon"]) for r in places], ("name_zh", "name_en", "kind", "rank")),
    )
    areas = [
        f["properties"] for f in json.loads((DATA / "seas.geojson").read_text(encoding="utf-8"))["features"]
    ]
    shown = [(a, a["label_lat"], a["label_lon"]) for a in areas]
    dump("seas.json", labels(shown, ("id", "name_zh", "name_en", "kind")))


def labels(rows: list[tuple[dict[str, Any], Any, Any]], keep: tuple[str, ...]) -> dict[str, Any]:
    """Points with properties, as GeoJSON."""
    features = []
    for r, lat, lon in rows:
        p = {k: int(r[k]) if k == "rank" else r[k] for k in keep}
        at = [float(lon), float(lat)]
        features.append(
            {"type": "Feature", "properties": p, "geometry": {"type": "Point", "coordinates": at}}
        )
    return {"type": "FeatureCollection", "features": features}


if __name__ == "__main__":
    {"seas": seas, "static": static}[sys.argv[1]]()
