"""Reads shorelines: GeoJSON lines (the theatre) and the bundled compact world."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from huanqiong.core.errors import InputError
from huanqiong.core.geography.unpacked import MOST, as_json

F8 = NDArray[np.float64]
_BENT: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, struct.error, SyntaxError, OSError, EOFError, ValueError, KeyError),
    *(TypeError, IndexError, AttributeError, NotImplementedError, RuntimeError, MemoryError, OverflowError),
)
"""What NumPy and zipfile raise of archives that are bent."""


def lines_from_geojson(raw: bytes, where: str) -> list[F8]:
    """Sea shorelines as (n, 2) arrays of (lon, lat); features of `level` other than 1 (lakes) are left out.

    Takes GeoJSON, plain or gzip, of LineString, MultiLineString, Polygon and MultiPolygon.
    """
    try:
        data = as_json(raw, where)
        features = data["features"] if data.get("type") == "FeatureCollection" else [data]
        found = [
            np.asarray(line, dtype=np.float64)[:, :2]
            for f in features
            if ((f.get("properties") or {}).get("level", 1)) == 1
            for line in _lines(f.get("geometry") or f)
        ]
        found = [line for line in found if len(line)]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as e:
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
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            size = sum(i.file_size for i in packed.infolist())
        if size > MOST:
            raise ValueError(f"unpacks to {size:,} bytes")
        with np.load(io.BytesIO(raw), allow_pickle=False) as z:
            count, scale, origin = z["count"], z["scale"], z["origin"]
            step = np.stack([z["dx"], z["dy"]], axis=1).astype(np.int64)
        start = np.cumsum(count) - count
        total = np.cumsum(step, axis=0)
        base = np.repeat(total[start] - step[start], count, axis=0)
        degrees = (total - base) * scale + origin
        return np.split(degrees, start[1:])
    except _BENT as e:
        raise InputError(f"not a packed shoreline ({e})", where=where, remedy="Restore the file") from e
