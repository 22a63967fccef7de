"""Reading the outline a person drew: what is wrong with it is said with the place and the remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from huanqiong.core.errors import ShapeError

MAX_POINTS = 10_000
_AT = re.compile(r"\[(-?[\d.eE+-]+) (-?[\d.eE+-]+)\]")


def read_shape(geometry: Mapping[str, Any]) -> BaseGeometry:
    """A Polygon or MultiPolygon from a GeoJSON geometry (lon, lat, WGS-84), outer rings counter-clockwise.

    ShapeError: not an area, outside the world, too many points, or crossing itself (with the place).
    """
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.GEOSException, TypeError, ValueError, RecursionError) as e:
        raise ShapeError(f"not a GeoJSON geometry ({e})", where="zone", remedy="Draw it again.") from None
    if shape is None or shape.geom_type not in ("Polygon", "MultiPolygon"):
        kind = shape.geom_type if shape is not None else "nothing"
        raise ShapeError(f"a zone is an area, not {kind}", where="zone", remedy="Draw a closed outline.")
    if shape.is_empty:
        raise ShapeError("the outline is empty", where="zone", remedy="Draw at least three points.")
    if shape.has_z:
        shape = shapely.force_2d(shape)
    points = int(shapely.get_num_coordinates(shape))
    if points > MAX_POINTS:
        raise ShapeError(
            f"the outline has {points} points, at most {MAX_POINTS} are kept",
            where="zone",
            remedy="Simplify it.",
        )
    west, south, east, north = shape.bounds
    # The comparison is false for NaN, which is outside the world too.
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ShapeError(
            f"longitudes {west:g} to {east:g}, latitudes {south:g} to {north:g} lie outside the world",
            where="zone",
            remedy="Give longitude first, in degrees.",
        )
    if not shape.is_valid:
        raise _crossing(explain_validity(shape))
    if shape.area == 0:
        raise ShapeError("the outline encloses nothing", where="zone", remedy="Draw at least three points.")
    return shapely.orient_polygons(shape)


def _crossing(why: str) -> ShapeError:
    at = _AT.search(why)
    if at is None:
        return ShapeError(f"the outline is not sound ({why})", where="zone", remedy="Draw it again.")
    lon, lat = float(at[1]), float(at[2])
    place = f"{abs(lat):.5f}°{'N' if lat >= 0 else 'S'} {abs(lon):.5f}°{'E' if lon >= 0 else 'W'}"
    what = "crosses or touches itself" if "elf" in why else f"is not sound ({why.split('[')[0]})"
    return ShapeError(
        f"the outline {what} at {place}",
        where="zone",
        remedy="Move the corners next to that place so that the lines no longer meet.",
    )
