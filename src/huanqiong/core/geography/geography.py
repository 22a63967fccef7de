"""The geography of a theatre, frozen: what the lines measure against, known by its fingerprint."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from huanqiong.core.errors import InputError, MissingError
from huanqiong.core.geography import anchorages as charted
from huanqiong.core.geography import build, shoreline
from huanqiong.core.geography.anchorages import SetAside
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
WORLD_SHORELINE = "world-shoreline.npz"
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
    """Every port's point, and the anchorages that the directory held besides."""
    _raw: dict[str, bytes] = field(repr=False)
    set_aside: tuple[SetAside, ...] = ()
    """Rows of the directory's anchorages that could not be used."""

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
    """The geography of a theatre, read once a process and shared until a file changes.

    Files found in `directory` stand in for the bundled ones of the same name (see FILES; a shoreline may be
    GeoJSON). Anchorages found there (`anchorages.FILES`) count besides the ports, which always do.
    InputError: a file there cannot be used. MissingError: no such theatre.
    """
    own = Path(directory).resolve() if directory is not None else None
    if own is not None and not own.is_dir():
        raise InputError("no such directory", where=str(own), remedy="Give a directory with geography files")
    if own is None and theatre != "hainan":
        raise MissingError(f"no bundled geography for theatre {theatre}: give a directory, or use hainan")
    return _load(theatre, _files(own), _given_anchorages(own))


class _File(NamedTuple):
    """A file as it stood: one that was changed is another."""

    path: Path
    changed_ns: int
    size: int


def _file(path: Path) -> _File:
    stat = path.stat()
    return _File(path, stat.st_mtime_ns, stat.st_size)


def _files(directory: Path | None) -> tuple[_File, ...]:
    """For each of FILES the one to read, the directory's first."""
    found = []
    for name in FILES:
        candidates = SHORELINES if name == "shoreline" else (name,)
        places = [d / c for d in (directory, path("geography")) if d is not None for c in candidates]
        found.append(_file(next(p for p in places if p.is_file())))
    return tuple(found)


def _given_anchorages(directory: Path | None) -> _File | None:
    if directory is None:
        return None
    return next((_file(p) for n in charted.FILES if (p := directory / n).is_file()), None)


@lru_cache(maxsize=8)
def _load(theatre: str, files: tuple[_File, ...], given: _File | None) -> Geography:
    found = {name: f.path for name, f in zip(FILES, files, strict=True)}
    raw = {name: p.read_bytes() for name, p in found.items() if name not in ("shoreline", WORLD_SHORELINE)}
    box = _box(raw["theatre.toml"], str(found["theatre.toml"]))
    by_name = dict(zip(FILES, files, strict=True))
    coast, hashes = _coast(by_name["shoreline"], by_name[WORLD_SHORELINE], box)
    hashes = hashes | {name: hashlib.sha256(data).hexdigest() for name, data in raw.items()}
    lines = "".join(f"{n} {hashes[n]}\n" for n in FILES)
    own = read_ports(raw["ports.csv"], str(found["ports.csv"]))
    all_over = read_world_ports(raw["world-ports.csv.gz"], str(found["world-ports.csv.gz"]))
    parts = [points(t.lat, t.lon, [p.name_en or p.name_zh for p in t]) for t in (own, all_over)]
    aside: tuple[SetAside, ...] = ()
    if given is not None:
        content = given.path.read_bytes()
        lines += f"anchorages {hashlib.sha256(content).hexdigest()}\n"
        more = charted.read_anchorages(content, str(given.path))
        parts.append(more.points)
        aside = more.set_aside
    fingerprint = hashlib.sha256(lines.encode()).hexdigest()
    return Geography(
        theatre, box, fingerprint, coast, own, all_over, charted.joined(*parts), raw, set_aside=aside
    )


@lru_cache(maxsize=4)
def _coast(lines: _File, world: _File, box: build.Box) -> tuple[Coast, dict[str, str]]:
    """The coast and its files' hashes: geographies that differ only in ports share it."""
    raw, raw_world = lines.path.read_bytes(), world.path.read_bytes()
    hashes = {
        "shoreline": hashlib.sha256(raw).hexdigest(),
        WORLD_SHORELINE: hashlib.sha256(raw_world).hexdigest(),
    }
    read = shoreline.lines_from_rings if lines.path.suffix == ".npz" else shoreline.lines_from_geojson
    around = shoreline.lines_from_rings(raw_world, str(world.path))
    bundled = path("geography") / "coast-near.npz"
    near = read_near(bundled, hashes["shoreline"], hashes[WORLD_SHORELINE], box)
    return Coast(build.build(around, read(raw, str(lines.path)), box, near)), hashes


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
