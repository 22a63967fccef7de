"""The geography of a theatre, frozen: what the lines measure against, known by its fingerprint."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from huanqiong.core.errors import InputError, MissingError
from huanqiong.core.geography import build, shoreline
from huanqiong.core.geography.areas import Division, SeaAreas, read_divisions, read_seas
from huanqiong.core.geography.coast import Coast
from huanqiong.core.geography.kernels import TILE_DEG
from huanqiong.core.geography.near import read_near
from huanqiong.core.geography.places import Places, read_places
from huanqiong.core.geography.points import Points, points
from huanqiong.core.geography.ports import Port, Ports, read_ports, read_world_ports
from huanqiong.core.place import haversine_m
from huanqiong.data import path

FILES = (
    "theatre.toml",
    "shoreline",
    "world-shoreline.npz",
    "ports.csv",
    "world-ports.csv.gz",
    "places.csv",
    "seas.geojson",
    "divisions.csv",
)
"""What a directory given in place of the bundled one may hold; what it lacks is taken from the bundle."""
SHORELINES = ("shoreline.geojson", "shoreline.geojson.gz", "shoreline.npz")


@dataclass(frozen=True, eq=False)
class Geography:
    """Coast, ports, anchorages, sea areas and divisions of a theatre.

    `fingerprint` is the SHA-256 over the files it was read from (and over replaced anchorages): two equal
    fingerprints give equal answers.
    """

    theatre: str
    box: build.Box
    """West, south, east, north of the water that the theatre's own shoreline describes, degrees."""
    fingerprint: str
    coast: Coast
    ports: Ports
    world_ports: Ports
    """Ports outside the box."""
    anchorages: Points
    _raw: dict[str, bytes] = field(repr=False)

    @cached_property
    def places(self) -> Places:
        """Named points for labels and for texts like "12.4 nm north of ..."."""
        return read_places(self._raw["places.csv"], "places.csv")

    @cached_property
    def seas(self) -> SeaAreas:
        """Named waters, for wording and grouping; no legal boundaries."""
        return read_seas(self._raw["seas.geojson"], "seas.geojson")

    @cached_property
    def divisions(self) -> dict[str, Division]:
        """Administrative divisions by code."""
        return read_divisions(self._raw["divisions.csv"], "divisions.csv")

    def with_anchorages(
        self, lat: ArrayLike, lon: ArrayLike, labels: list[str] | tuple[str, ...]
    ) -> Geography:
        """The same geography with other anchorages, and so with another fingerprint."""
        found = points(lat, lon, labels)
        h = hashlib.sha256(self.fingerprint.encode())
        for part in (found.lat.tobytes(), found.lon.tobytes(), "\n".join(found.label).encode()):
            h.update(hashlib.sha256(part).digest())
        return replace(self, anchorages=found, fingerprint=h.hexdigest())

    def nearest_port(self, lat: float, lon: float) -> tuple[Port, float]:
        """The nearest port, theatre's or world's, and the distance to its position in metres."""
        best: tuple[Port, float] | None = None
        for table in (self.ports, self.world_ports):
            if len(table):
                d = haversine_m(lat, lon, table.lat, table.lon)
                i = int(np.argmin(d))
                if best is None or float(d[i]) < best[1]:
                    best = table[i], float(d[i])
        if best is None:
            raise MissingError(f"geography {self.theatre} holds no port: add rows to ports.csv")
        return best

    def area_of(self, lat: float, lon: float) -> list[str]:
        """Ids of the sea areas that hold a point: off a county first, then the smallest; none on land."""
        return [] if bool(self.coast.on_land(lat, lon)[0]) else self.seas.at(lat, lon)

    def describe(self, lat: float, lon: float, lang: str = "zh") -> str:
        """A point in words: distance and bearing from the nearest named point, and the sea area."""
        from huanqiong.core.geography.describe import describe

        return describe(self, lat, lon, lang)


def load_geography(theatre: str = "hainan", directory: Path | str | None = None) -> Geography:
    """The geography of a theatre, read once a process and shared.

    Files found in `directory` stand in for the bundled ones of the same name (see FILES; a shoreline may be
    GeoJSON). InputError: a file there cannot be used. MissingError: no such theatre.
    """
    return _load(theatre, Path(directory).resolve() if directory is not None else None)


@lru_cache(maxsize=8)
def _load(theatre: str, directory: Path | None) -> Geography:
    bundled = path("geography")
    if directory is not None and not directory.is_dir():
        raise InputError(
            "no such directory", where=str(directory), remedy="Give a directory with geography files"
        )
    if directory is None and theatre != "hainan":
        raise MissingError(f"no bundled geography for theatre {theatre}: give a directory, or use hainan")
    found: dict[str, Path] = {}
    for name in FILES:
        candidates = SHORELINES if name == "shoreline" else (name,)
        places = [d / c for d in (directory, bundled) if d is not None for c in candidates]
        found[name] = next(p for p in places if p.is_file())
    raw = {name: p.read_bytes() for name, p in found.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in raw.items()}
    fingerprint = hashlib.sha256("".join(f"{n} {hashes[n]}\n" for n in FILES).encode()).hexdigest()
    box = _box(raw["theatre.toml"], str(found["theatre.toml"]))
    lines = found["shoreline"]
    read = shoreline.lines_from_rings if lines.suffix == ".npz" else shoreline.lines_from_geojson
    world = shoreline.lines_from_rings(raw["world-shoreline.npz"], str(found["world-shoreline.npz"]))
    near = read_near(bundled / "coast-near.npz", hashes["shoreline"], hashes["world-shoreline.npz"], box)
    coast = Coast(build.build(world, read(raw["shoreline"], str(lines)), box, near))
    own = read_ports(raw["ports.csv"], str(found["ports.csv"]))
    all_over = read_world_ports(raw["world-ports.csv.gz"], str(found["world-ports.csv.gz"]))
    anchorages = points(
        np.concatenate([own.lat, all_over.lat]),
        np.concatenate([own.lon, all_over.lon]),
        [p.name_en or p.name_zh for t in (own, all_over) for p in t],
    )
    return Geography(theatre, box, fingerprint, coast, own, all_over, anchorages, raw)


def _box(raw: bytes, where: str) -> build.Box:
    try:
        west, south, east, north = (float(v) for v in tomllib.loads(raw.decode())["box"])
    except (KeyError, ValueError, TypeError, UnicodeDecodeError) as e:
        raise InputError(f"no box ({e})", where=where, remedy="Write box = [west, south, east, north]") from e
    whole = all((v / TILE_DEG).is_integer() for v in (west, south, east, north))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90 and whole):
        raise InputError(
            "the box must be whole multiples of half a degree", where=where, remedy="Widen the box"
        )
    return west, south, east, north
