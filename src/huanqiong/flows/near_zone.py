"""Who of the ranked vessels is near a zone, or near a unit: distance, bearing, inside or how far off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
import shapely.geometry

from huanqiong.core.place import bearing_deg, haversine_m
from huanqiong.core.units import EARTH_RADIUS_M, NM_M
from huanqiong.flows.who_to_check import Candidate, weights


@dataclass(frozen=True, slots=True)
class Near:
    """A vessel as seen from the unit, else from the middle of the zone. `edge_m`: off the zone's edge, 0
    inside; None where no zone was named."""

    who: Candidate
    dist_m: float
    bearing_deg: float
    edge_m: float | None


def near(
    ranked: Sequence[Candidate], zone: dict[str, Any] | None, unit: tuple[float, float] | None
) -> list[Near]:
    """Those inside the zone (GeoJSON) or within `near_nm` of its edge; without a zone those within
    `near_nm` of the unit (lat, lon). The ranking's order is kept. Both None: nobody is near anything."""
    reach_m = float(weights()["near_nm"]) * NM_M
    shape = shapely.geometry.shape(zone) if zone is not None else None
    if shape is None and unit is None:
        return []
    if unit is not None:
        lat0, lon0 = unit
    else:
        middle = shape.representative_point()
        lat0, lon0 = middle.y, middle.x
    out = []
    for c in ranked:
        s = c.seen
        dist = float(haversine_m(lat0, lon0, s.lat, s.lon))
        edge = _edge_m(shape, s.lat, s.lon) if shape is not None else None
        if (dist if edge is None else edge) <= reach_m:
            out.append(Near(c, dist, float(bearing_deg(lat0, lon0, s.lat, s.lon)) % 360.0, edge))
    return out


def _edge_m(shape: Any, lat: float, lon: float) -> float:
    """Metres to the polygon, 0 inside, on a plane that touches the earth at the vessel."""
    per_degree = EARTH_RADIUS_M * np.pi / 180.0
    scale = np.array([per_degree * np.cos(np.radians(lat)), per_degree])
    flat = shapely.transform(shape, lambda xy: (xy - [lon, lat]) * scale)
    return float(flat.distance(shapely.Point(0.0, 0.0)))
