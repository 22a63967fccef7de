"""A small invented store for the console's tests: ships on real water, alerts through the acts.

Everything is seeded; MMSIs are of the range 412 9xx xxx, names are invented.
"""

from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from huanqiong.core.schema import POSITIONS, conform

T1 = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
T0 = T1 - timedelta(hours=24)
LANES = (
    # (type, speed kn, name, way as lon lat pairs)
    (60, 14.0, "粤海轮渡", ((110.15, 20.07), (110.17, 20.22))),
    (70, 12.5, "HAI TONG", ((112.2, 20.3), (111.2, 20.2), (110.6, 20.17), (109.8, 20.1), (108.6, 20.6))),
    (80, 11.0, "YANG PU YOU", ((108.0, 18.2), (108.4, 19.2), (108.9, 19.75), (109.15, 19.75))),
    (70, 13.0, "ZHONG YUAN", ((112.0, 17.8), (111.4, 19.0), (111.1, 20.2), (110.9, 21.0))),
    (30, 4.0, "琼昌渔", ((111.1, 19.3), (111.4, 19.5), (111.2, 19.8), (111.0, 19.5))),
    (30, 3.5, "琼东渔", ((108.3, 18.9), (108.0, 19.1), (108.2, 19.4), (108.4, 19.1))),
    (30, 3.0, "琼临渔", ((109.3, 20.2), (109.0, 20.4), (109.2, 20.6), (109.5, 20.4))),
    (37, 8.0, "亚龙", ((109.4, 18.15), (109.7, 18.1), (109.6, 18.0))),
)
ALERTED = {
    "gap": 412900005,
    "encounter": 412900014,
    "partner": 412900015,
    "fast": 412900023,
    "loiter": 412900030,
}


def _at(way: tuple[tuple[float, float], ...], nm: float) -> tuple[float, float, float]:
    """Point and course after so many miles to and fro along a way."""
    legs = list(
        zip(way, way[1:] + way[:1] if len(way) == 4 and way[0][1] != way[-1][1] else way[1:], strict=False)
    )
    lengths = [
        math.hypot((b[1] - a[1]) * 60, (b[0] - a[0]) * 60 * math.cos(math.radians(a[1]))) for a, b in legs
    ]
    whole = sum(lengths)
    turn, nm = divmod(nm, whole)
    back = bool(int(turn) % 2)
    if back:
        nm = whole - nm
    for (a, b), length in zip(legs, lengths, strict=True):
        if nm <= length:
            f = nm / length
            course = math.degrees(math.atan2((b[0] - a[0]) * math.cos(math.radians(a[1])), b[1] - a[1]))
            return a[1] + f * (b[1] - a[1]), a[0] + f * (b[0] - a[0]), (course + 180 * back) % 360
        nm -= length
    a, b = legs[-1]
    return b[1], b[0], 0.0


def positions(ships: int = 48, step_s: int = 180, seed: int = 7) -> tuple[pa.Table, list[dict[str, Any]]]:
    """A day of positions and the static rows of the ships that sent them."""
    r = random.Random(seed)
    columns: dict[str, list[Any]] = {
        k: [] for k in ("source", "device", "mmsi", "t", "lat", "lon", "sog_kn", "cog_deg")
    }
    static = []
    for i in range(ships):
        kind, speed, name, way = LANES[i % len(LANES)]
        mmsi = 412_900_000 + i
        start, slow = r.uniform(0, 200), r.uniform(0.8, 1.1)
        side = (
            (r.uniform(-0.04, 0.04), r.uniform(-0.04, 0.04)) if kind != 60 else (r.uniform(-0.01, 0.01), 0.0)
        )
        static.append(
            {
                "mmsi": mmsi,
                "t": T0,
                "imo": 9_000_000 + i if kind in (70, 80) else None,
                "callsign": f"BQ{i:03d}",
                "name": f"{name}{31000 + i}" if kind == 30 else f"{name} {i + 1}",
                "ship_type": kind,
                "length_m": 24 if kind == 30 else 140,
                "beam_m": 6 if kind == 30 else 22,
                "draught_m": 3.1,
                "destination": "HAIKOU",
                "eta": "11-23 06:00",
            }
        )
        t = T0 + timedelta(seconds=r.uniform(0, step_s))
        while t <= T1:
            silent = mmsi == ALERTED["gap"] and timedelta(hours=17) < t - T0 < timedelta(hours=20.5)
            if not silent:
                hours = (t - T0).total_seconds() / 3600
                knots = speed * slow
                lat, lon, course = _at(way, start + knots * hours)
                values = (
                    "ais",
                    str(mmsi),
                    mmsi,
                    t,
                    lat + side[0],
                    lon + side[1],
                    round(knots + r.uniform(-0.4, 0.4), 1),
                    round(course, 1),
                )
                for key, value in zip(columns, values, strict=True):
                    columns[key].append(value)
            t += timedelta(seconds=step_s + r.uniform(-20, 20))
    return conform(pa.table(columns), POSITIONS), static


def reason(
    code: str, value: Any, limit: Any = None, unit: str | None = None, source: str | None = None
) -> dict[str, Any]:
    return {"code": code, "value": value, "limit": limit, "unit": unit, "source": source}


def event(
    kind: str,
    mmsi: int,
    end_h: float,
    hours: float,
    lat: float,
    lon: float,
    severity: int,
    reasons: list[dict[str, Any]],
    other: int | None = None,
) -> dict[str, Any]:
    """A row of an events table that ended `end_h` hours after T0."""
    t1 = T0 + timedelta(hours=end_h)
    return {
        "kind": kind,
        "subject": f"mmsi:{mmsi}",
        "other_subject": f"mmsi:{other}" if other else None,
        "mmsi": mmsi,
        "other_mmsi": other,
        "t0": t1 - timedelta(hours=hours),
        "t1": t1,
        "lat": lat,
        "lon": lon,
        "score": 0.6,
        "severity": severity,
        "reasons": json.dumps(reasons),
        "profile": "hainan",
        "version": "2026.1",
    }


UNITS = (
    {
        "code": "hp-46012",
        "name_zh": "海警 46012 艇",
        "name_en": "Coast Guard 46012",
        "kind": "patrol_boat",
        "agency": "海警局",
        "lat": 20.05,
        "lon": 110.3,
        "speed_kn": 34.0,
        "ready_min": 10.0,
    },
    {
        "code": "hg-3301",
        "name_zh": "海关 3301 艇",
        "name_en": "Customs 3301",
        "kind": "patrol_boat",
        "agency": "海口海关缉私局",
        "lat": 19.1,
        "lon": 108.6,
        "speed_kn": 28.0,
        "ready_min": 20.0,
    },
    {
        "code": "vms-qinglan",
        "name_zh": "清澜船管站",
        "name_en": "Qinglan vessel station",
        "kind": "station",
        "lat": 19.56,
        "lon": 110.83,
    },
)
PEOPLE = (
    ("lin", "林晓", "Lin Xiao", ("duty_officer",)),
    ("zhou", "周岩", "Zhou Yan", ("supervisor",)),
    ("fu", "符敏", "Fu Min", ("analyst",)),
    ("chen", "陈默", "Chen Mo", ("auditor",)),
    ("wang", "王管", "Wang Guan", ("administrator",)),
    ("nobody", "无角色", "No Role", ()),
    ("all", "演示员", "Demo Officer", ("duty_officer", "supervisor", "analyst", "auditor")),
)


def sea(lake_path: Path) -> list[dict[str, Any]]:
    """Fills a lake; returns the static rows."""
    from huanqiong.lake.positions import Lake

    table, static = positions()
    Lake(lake_path).append(table, source_id="test:plant")
    return static


def records(static: list[dict[str, Any]]) -> dict[str, int]:
    """People, units, vessels, alerts, a distress and a zone, all through the acts."""
    from huanqiong.desk.registry import acts as registry
    from huanqiong.desk.trust import acts as trust
    from huanqiong.desk.trust import reads
    from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
    from huanqiong.desk.watch import acts as watch

    for username, zh, en, roles in PEOPLE:
        trust.create_person(username, by=OPERATOR, name_zh=zh, name_en=en)
        for role in roles:
            trust.grant_role(username, role, by=OPERATOR)
    registry.record_static(static, by=SYSTEM)
    registry.load_units(UNITS, by=SYSTEM)
    events = EVENTS
    out = watch.raise_alerts(events, by=SYSTEM, policy="hainan 2026.1", geography="test")
    watch.raise_distress(
        [
            {
                "mmsi": 970_412_001,
                "t": T0 + timedelta(hours=23.4),
                "lat": 18.62,
                "lon": 110.9,
                "signal": "beacon",
                "text": "SART ACTIVE",
            }
        ],
        by=SYSTEM,
    )
    ring = [[110.95, 19.2], [111.5, 19.2], [111.5, 19.9], [110.95, 19.9], [110.95, 19.2]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    registry.draw_zone("铜鼓岭锚地外", outline, by=reads.person("zhou"), note="临时关注")
    return out


def reasons(*rows: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [reason(*row) for row in rows]


H = "hainan 2026.1"
EVENTS = [
    event(
        "gap",
        ALERTED["gap"],
        20.5,
        3.5,
        19.1,
        108.2,
        2,
        reasons(
            ("silence", 3.5, 2.0, "h", H),
            ("positions_before", 96, None, None, H),
            ("offshore", 23.4, None, "nm"),
            ("reception", 0.92, 0.5, None, H),
        ),
    ),
    event(
        "encounter",
        ALERTED["encounter"],
        21.2,
        0.8,
        20.42,
        109.1,
        3,
        reasons(
            ("dwell", 47, 30, "min", H),
            ("median_distance", 118, 500, "m", H),
            ("median_speed", 1.4, 2.0, "kn", H),
            ("offshore", 12.1, None, "nm"),
        ),
        other=ALERTED["partner"],
    ),
    event(
        "fast_near_coast",
        ALERTED["fast"],
        22.6,
        0.3,
        18.15,
        109.5,
        3,
        reasons(
            ("top_speed", 31.5, 25.0, "kn", H),
            ("coast_distance", 1900, 3704, "m", H),
            ("dwell", 18, None, "min"),
        ),
    ),
    event(
        "loitering",
        ALERTED["loiter"],
        18.0,
        5.2,
        20.4,
        109.2,
        1,
        reasons(
            ("loiter_hours", 5.2, 1.0, "h", H),
            ("mean_speed", 0.8, 2.0, "kn", H),
            ("offshore", 14.0, None, "nm"),
        ),
    ),
    event(
        "loitering",
        412900012,
        9.0,
        2.1,
        19.4,
        111.2,
        1,
        reasons(("loiter_hours", 2.1, 1.0, "h", H), ("mean_speed", 1.6, 2.0, "kn", H)),
    ),
    event(
        "gap",
        412900029,
        12.0,
        4.0,
        19.0,
        108.1,
        1,
        reasons(("silence", 4.0, 2.0, "h", H), ("positions_before", 41, None, None, H)),
    ),
]
