"""Tables of a bundle as CSV that a person can read and that reads back exactly as it was."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import shapely

from huanqiong.core.errors import IntegrityError
from huanqiong.lines.sea.context import Heard
from huanqiong.lines.sea.kernels import Zone

HEARD = pa.schema([(name, pa.int64()) for name in Heard._fields])
PLACES = pa.schema([("lat", pa.float64()), ("lon", pa.float64()), ("label", pa.string())])
PIECES = pa.schema(
    [
        ("member", pa.string()),
        ("at", pa.int64()),  # byte of the member, or row where it is a Parquet file
        ("raw_offset", pa.int64()),  # byte of the raw file's text, or its row
        ("length", pa.int64()),
    ]
)


def to_csv(table: pa.Table) -> bytes:
    """The table; null is an empty cell, an empty text is two quotes, times are UTC, numbers are exact."""
    out = io.BytesIO()
    pacsv.write_csv(table, out)
    return out.getvalue()


def from_csv(data: bytes, schema: pa.Schema, name: str) -> pa.Table:
    """What `to_csv` wrote; IntegrityError where it is no such table."""
    try:
        table = pacsv.read_csv(
            pa.py_buffer(data),
            read_options=pacsv.ReadOptions(use_threads=False, block_size=max(len(data), 1)),
            parse_options=pacsv.ParseOptions(newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=schema, strings_can_be_null=True, quoted_strings_can_be_null=False
            ),
        )
        if table.column_names != schema.names:
            raise pa.ArrowInvalid(f"columns {', '.join(table.column_names)}")
    except pa.ArrowInvalid as e:
        raise IntegrityError(f"{name} cannot be read: {str(e).splitlines()[0]}.") from None
    return table.cast(schema)


def heard_csv(heard: Heard) -> bytes:
    """Counts of other ships."""
    return to_csv(pa.table(list(heard), schema=HEARD))


def heard_from(data: bytes, name: str) -> Heard:
    """Reads back `heard_csv`."""
    table = from_csv(data, HEARD, name)
    if any(c.null_count for c in table.columns):
        raise IntegrityError(f"{name}: an empty cell.")
    return Heard(*(np.asarray(c.to_numpy(), dtype=np.int64) for c in table.columns))


def places_csv(lat: Sequence[float], lon: Sequence[float], label: Sequence[str]) -> bytes:
    """Named places, in their order."""
    return to_csv(pa.table([list(lat), list(lon), list(label)], schema=PLACES))


def places_from(data: bytes, name: str) -> tuple[list[float], list[float], list[str]]:
    """Reads back `places_csv`."""
    table = from_csv(data, PLACES, name)
    return tuple(c.to_pylist() for c in table.columns)  # type: ignore[return-value]


def zones_geojson(zones: Sequence[Zone]) -> bytes:
    """Zones as GeoJSON; each shape also in WKB, for coordinates to the last bit."""
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "id": z.id,
            "properties": {"id": z.id, "name": z.name, "wkb": shapely.to_wkb(z.shape, hex=True)},
            "geometry": json.loads(shapely.to_geojson(z.shape)),
        }
        for z in zones
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


def zones_from(data: bytes, name: str) -> list[Zone]:
    """Reads back `zones_geojson`."""
    try:
        rows = [f["properties"] for f in json.loads(data)["features"]]
        return [Zone(str(r["id"]), str(r["name"]), shapely.from_wkb(r["wkb"])) for r in rows]
    except (ValueError, KeyError, TypeError, shapely.GEOSException) as e:
        raise IntegrityError(f"{name} cannot be read: {e!r}.") from None
