"""Reads shorelines: GeoJSON lines (the theatre) and the bundled compact world."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.errors import InputError
from huanqiong.core.geography.unpacked import unpacked

F8 = NDArray[np.float64]


def lines_from_geojson(raw: bytes, where: str) -> list[F8]:
    """Sea shorelines as (n, 2) arrays of (lon, lat); features of `level` other than 1 (lakes) are left out.

    Takes GeoJSON, plain or gzip, of LineString, MultiLineString, Polygon and MultiPolygon.
    """
    try:
        data = json.loads(unpacked(raw, where))
        features = data["features"] if data.get("type") == "FeatureCollection" else [data]
        found = [
            np.asarray(line, dtype=np.float64)[:, :2]
            for f in features
            if ((f.get("properties") or {}).get("level", 1)) == 1
            for line in _lines(f.get("geometry") or f)
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError, AttributeError) as e:
        raise InputError(
            f"not a GeoJSON shoreline ({e})",
            where=where,
            remedy="Give LineStrings or Polygons in WGS-84 degrees",
        ) from e
    for line in found:
        if not (
            np.isfinite(line).all() and np.abs(line[:, 0]).max() <= 180 and np.abs(line[:, 1]).max() <= 90
        ):
            raise InputError(
                "a shoreline leaves the world", where=where, remedy="Give WGS-84 degrees, lon then lat"
            )
    return found


def _lines(geometry: dict[str, Any]) -> Iterator[Any]:
    at, kind = geometry["coordinates"], geometry["type"]
    if kind == "LineString":
        yield at
    elif kind in ("MultiLineString", "Polygon"):
        yield from at
    elif kind == "MultiPolygon":
        for polygon in at:
            yield from polygon
    else:
        raise ValueError(f"geometry {kind}")


def pack_rings(
    rings: list[NDArray[np.int64]], scale: tuple[float, float], origin: tuple[float, float]
) -> bytes:
    """Closed rings of whole-number coordinates as a compact file: differences along each ring."""
    flat = np.concatenate([np.vstack([r[:1], np.diff(r, axis=0)]) for r in rings]).astype(np.int32)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        dx=flat[:, 0],
        dy=flat[:, 1],
        count=np.array([len(r) for r in rings], dtype=np.int32),
        scale=np.array(scale),
        origin=np.array(origin),
    )
    return out.getvalue()


def lines_from_rings(raw: bytes, where: str) -> list[F8]:
    """Reads what `pack_rings` wrote: (n, 2) arrays of (lon, lat) in degrees."""
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as z:
            count, scale, origin = z["count"], z["scale"], z["origin"]
            step = np.stack([z["dx"], z["dy"]], axis=1).astype(np.int64)
    except (OSError, ValueError, KeyError, EOFError) as e:
        raise InputError(f"not a packed shoreline ({e})", where=where, remedy="Restore the file") from e
    start = np.cumsum(count) - count
    total = np.cumsum(step, axis=0)
    base = np.repeat(total[start] - step[start], count, axis=0)
    degrees = (total - base) * scale + origin
    return np.split(degrees, start[1:])
