"""The tables that rooms pass to each other, as Arrow schemas.

Contract with other programs: DESIGN of the command line. A null means "not available", never zero.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

T: Final = pa.timestamp("us", tz="UTC")

POSITIONS: Final = pa.schema(
    [
        ("source", pa.string()),  # ais, beidou, radar, camera, report
        ("device", pa.string()),  # the reporting device's own id; for AIS the MMSI as text
        ("mmsi", pa.int64()),  # null unless AIS: a claim, not an identity
        ("t", T),
        ("lat", pa.float64()),  # degrees WGS-84
        ("lon", pa.float64()),
        ("sog_kn", pa.float32()),
        ("cog_deg", pa.float32()),
        ("heading", pa.int16()),  # degrees true
        ("nav_status", pa.int8()),
        ("msg_type", pa.int8()),
        ("receiver", pa.string()),
        ("raw_sha256", pa.string()),  # the raw file it came from ...
        ("raw_offset", pa.int64()),  # ... and the byte at which its first line starts
    ]
)
REQUIRED: Final = ("mmsi", "t", "lat", "lon")

STATIC: Final = pa.schema(
    [
        ("mmsi", pa.int64()),
        ("t", T),
        ("imo", pa.int64()),
        ("callsign", pa.string()),
        ("name", pa.string()),
        ("ship_type", pa.int16()),
        ("length_m", pa.int16()),
        ("beam_m", pa.int16()),
        ("draught_m", pa.float32()),
        ("destination", pa.string()),
        ("eta", pa.string()),  # as sent: "MM-DD HH:MM", no year on the air
    ]
)

OTHER: Final = pa.schema(
    [
        ("mmsi", pa.int64()),
        ("t", T),
        ("msg_type", pa.int8()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("name", pa.string()),
        ("text", pa.string()),  # safety text of types 12 and 14
        ("altitude_m", pa.int32()),  # type 9
        ("sog_kn", pa.float32()),
        ("virtual", pa.bool_()),  # type 21
        ("receiver", pa.string()),
        ("raw_sha256", pa.string()),
        ("raw_offset", pa.int64()),
    ]
)

EVENTS: Final = pa.schema(
    [
        ("kind", pa.string()),
        ("subject", pa.string()),
        ("other_subject", pa.string()),  # null unless a pair
        ("mmsi", pa.int64()),
        ("other_mmsi", pa.int64()),
        ("t0", T),
        ("t1", T),  # never null: an open event ends with the observed window
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("score", pa.float64()),
        ("severity", pa.int8()),
        ("reasons", pa.string()),  # JSON list of {code, value, limit, unit, source}
        ("profile", pa.string()),
        ("version", pa.string()),
    ]
)

KINDS: Final = (
    "gap",
    "open_gap",
    "deliberate_gap",
    "encounter",
    "dark_encounter",
    "loitering",
    "drift",
    "port_visit",
    "unlisted_landing",
    "zone_visit",
    "fast_near_coast",
    "sudden_manoeuvre",
    "route_deviation",
    "position_offset",
    "circle_spoof",
    "identity_clash",
    "identity_change",
    "transponder_conflict",
    "draught_change",
    "origin_watch",
    "fishing",
    "fishing_boat_not_fishing",
    "uncorrelated_contact",
)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly the schema's columns, in order; absent columns become null, others go."""
    columns = []
    for field in schema:
        at = table.schema.get_field_index(field.name)
        if at < 0:
            columns.append(pa.nulls(table.num_rows, field.type))
        else:
            columns.append(table.column(at).cast(field.type))
    return pa.table(columns, schema=schema)
