"""Named waters and administrative divisions. The waters are for wording and grouping: no legal boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from shapely.geometry import shape

from huanqiong.core.errors import InputError, ShapeError
from huanqiong.core.geography.unpacked import as_json, as_rows


@dataclass(frozen=True, slots=True)
class SeaArea:
    """A named water; `county` is the division it lies off, or empty; `label` is (lat, lon) for a map."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    """strait, gulf, waters or county."""
    county: str
    label: tuple[float, float]
    geometry: Any
    """shapely polygon, (lon, lat) WGS-84."""

    def name(self, lang: str) -> str:
        """The name in `zh` or `en`."""
        return self.name_zh if lang.startswith("zh") else self.name_en


@dataclass(frozen=True, slots=True, eq=False)
class SeaAreas:
    """Sea areas with an index; iterate `rows`, ask `at`."""

    rows: tuple[SeaArea, ...]
    _tree: Any

    def at(self, lat: float, lon: float) -> list[str]:
        """Ids of the areas that hold a point: the sea off a county first, then the smallest."""
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        found = sorted((self.rows[int(i)] for i in hits), key=lambda a: (a.kind != "county", a.geometry.area))
        return [a.id for a in found]

    def by_id(self, area_id: str) -> SeaArea:
        """The area with this id; KeyError if there is none."""
        for a in self.rows:
            if a.id == area_id:
                return a
        raise KeyError(area_id)


def read_seas(raw: bytes, where: str) -> SeaAreas:
    """Reads `seas.geojson`; ShapeError names an area whose polygon is not valid."""
    try:
        features = as_json(raw, where)["features"]
        rows = []
        for f in features:
            p, g = f["properties"], shape(f["geometry"])
            if g.is_empty or not g.is_valid:
                why = shapely.is_valid_reason(g)
                raise ShapeError(f"area {p['id']}: {why}", where=where, remedy="Draw it again")
            label = (p["label_lat"], p["label_lon"])
            rows.append(SeaArea(p["id"], p["name_zh"], p["name_en"], p["kind"], p["county"], label, g))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, shapely.errors.ShapelyError) as e:
        raise InputError(f"not a list of sea areas ({e})", where=where, remedy="See docs/geography.md") from e
    return SeaAreas(tuple(rows), shapely.STRtree([a.geometry for a in rows]))


@dataclass(frozen=True, slots=True)
class Division:
    """An administrative division by its statistical code; `pseudo` marks containers that are no unit."""

    code: str
    name: str
    level: int
    """1 province, 2 prefecture, 3 county, 4 township."""
    kind: str
    parent: str
    valid_from: date

    @property
    def pseudo(self) -> bool:
        """Whether this is a container of the statistics office and no administrative unit."""
        return self.kind.startswith("pseudo_")


def _table(raw: bytes, where: str) -> Iterator[dict[str, str]]:
    rows = as_rows(raw, where)
    names = next(rows, (1, []))[1]
    for _, cells in rows:
        yield dict(zip(names, cells, strict=False))


def read_divisions(raw: bytes, where: str) -> dict[str, Division]:
    """Reads `divisions.csv`: code, name, level, kind, parent, valid_from."""
    try:
        rows = [
            Division(
                r["code"],
                r["name"],
                int(r["level"]),
                r["kind"],
                r["parent"],
                date.fromisoformat(r["valid_from"]),
            )
            for r in _table(raw, where)
        ]
    except (ValueError, KeyError, TypeError) as e:
        raise InputError(f"not a list of divisions ({e})", where=where, remedy="See docs/geography.md") from e
    return {d.code: d for d in rows}
