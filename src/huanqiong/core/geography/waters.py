"""Legal waters from an official layer that a deployment loads. No layer, no answer: nothing is guessed
from a coast.

The layer is GeoJSON: a FeatureCollection with `source` (who issued it), `date` (of the issue) and polygons
whose properties say `waters` (a code of WATERS), `own` (true where the deployment's own state decides
there), `name_zh` and `name_en`. docs/boarding.md says it for people.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import shape

from huanqiong.core.errors import InputError
from huanqiong.core.geography.unpacked import as_json
from huanqiong.core.units import EARTH_RADIUS_M

FILE: Final = "waters.geojson"
WATERS: Final = ("internal", "territorial", "contiguous", "eez", "high_seas", "other")
"""What waters may be called. Source: UNCLOS parts II, V, VII; `other` is a layer's own kind."""
_REMEDY: Final = "See docs/boarding.md"


@dataclass(frozen=True, slots=True)
class LegalWater:
    """One polygon of the layer, (lon, lat) WGS-84. `own`: no other state's consent is needed there."""

    waters: str
    own: bool
    name_zh: str
    name_en: str
    geometry: Any


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a position lies. `edge_m`: metres to the nearest line of the layer, by which an officer sees
    how sure a position with its own error can be."""

    water: LegalWater
    edge_m: float


@dataclass(frozen=True, slots=True)
class WatersLayer:
    """The layer as it was loaded: who issued it, when, and the SHA-256 of its bytes."""

    source: str
    day: date
    sha256: str
    rows: tuple[LegalWater, ...]

    def at(self, lat: float, lon: float) -> Placed | None:
        """The water that holds the position, the smallest where several do; None: the layer says nothing
        there."""
        here = shapely.Point(lon, lat)
        holding = sorted((w for w in self.rows if w.geometry.covers(here)), key=lambda w: w.geometry.area)
        if not holding:
            return None
        return Placed(holding[0], min(_edge_m(w.geometry, lat, lon) for w in self.rows))


def _edge_m(geometry: Any, lat: float, lon: float) -> float:
    """Metres from the position to the polygon's nearest line, on a plane that touches the earth there."""
    per_degree = EARTH_RADIUS_M * np.pi / 180.0
    scale = np.array([per_degree * np.cos(np.radians(lat)), per_degree])
    flat = shapely.transform(geometry.boundary, lambda xy: (xy - [lon, lat]) * scale)
    return float(flat.distance(shapely.Point(0.0, 0.0)))


def read_waters(raw: bytes, where: str) -> WatersLayer:
    """Reads a layer. InputError names what is missing: source, date, a kind of waters, a valid polygon."""
    try:
        told = as_json(raw, where)
        source, day = str(told["source"]).strip(), date.fromisoformat(str(told["date"]))
        rows = tuple(_water(f, where) for f in told["features"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, shapely.errors.ShapelyError) as e:
        raise InputError(f"not a layer of waters ({e})", where=where, remedy=_REMEDY) from e
    if not source:
        raise InputError("the layer does not say who issued it (source)", where=where, remedy=_REMEDY)
    if not rows:
        raise InputError("the layer holds no waters", where=where, remedy=_REMEDY)
    return WatersLayer(source, day, hashlib.sha256(raw).hexdigest(), rows)


def _water(feature: Any, where: str) -> LegalWater:
    p, g = feature["properties"], shape(feature["geometry"])
    if p["waters"] not in WATERS:
        raise InputError(f"waters {p['waters']!r}: say {', '.join(WATERS)}", where=where, remedy=_REMEDY)
    if not isinstance(p["own"], bool):
        raise InputError(f"own {p['own']!r}: say true or false", where=where, remedy=_REMEDY)
    if g.geom_type not in ("Polygon", "MultiPolygon") or g.is_empty or not g.is_valid:
        why = shapely.is_valid_reason(g)
        raise InputError(f"{p['waters']}: {g.geom_type}, {why}", where=where, remedy="Draw it again")
    return LegalWater(str(p["waters"]), p["own"], str(p.get("name_zh", "")), str(p.get("name_en", "")), g)
