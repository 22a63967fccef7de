"""An invented day around the real Hainan: who sailed, what was heard of it, and what truly happened."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa

from huanqiong import data
from huanqiong.core.errors import UsageError
from huanqiong.core.schema import OTHER, POSITIONS, STATIC, T, conform
from huanqiong.core.units import DAY_S, NM_M, US
from huanqiong.drill import coverage, ferry, fishing, lookalike, merchant, radio, service, smuggling, truth
from huanqiong.drill.air import to_sentences
from huanqiong.drill.coverage import Coverage
from huanqiong.drill.radio import I8, Heard
from huanqiong.drill.scene import SETTINGS, Scene, open_scene

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
REGISTER: Final = pa.schema(
    [
        ("mmsi", pa.int64()),
        ("name_zh", pa.string()),  # null: has none (ships from far)
        ("name_en", pa.string()),  # as on the air
        ("callsign", pa.string()),
        ("imo", pa.int64()),  # null: has none
        ("kind", pa.string()),  # trade: cargo, tanker, ferry, trawl, gillnet ...
        ("ship_type", pa.int16()),
        ("home_port_zh", pa.string()),
        ("home_port_en", pa.string()),
        ("length_m", pa.int16()),
        ("beam_m", pa.int16()),
        ("flag", pa.string()),
    ]
)
ANCHORAGES: Final = pa.schema(
    [("lat", pa.float64()), ("lon", pa.float64()), ("label", pa.string()), ("radius_m", pa.int64())]
)
"""Where ships wait, as on the chart; the columns of `core.geography.load_anchorages`."""


@dataclass(frozen=True, slots=True)
class World:
    """One seeded drill. The same arguments give byte-equal tables; only the geography is real."""

    seed: int
    start: datetime
    hours: float
    positions: pa.Table  # core.schema.POSITIONS, in time order
    static: pa.Table  # core.schema.STATIC, as heard
    other: pa.Table  # core.schema.OTHER: aids to navigation, safety texts
    truth: pa.Table  # truth.TRUTH; sealed by the caller, see truth.seal
    coverage: pa.Table  # coverage.COVERAGE
    register: pa.Table  # REGISTER: invented rows for the registry, of ships and boats
    anchorages: pa.Table  # ANCHORAGES: what the drill's chart shows, known to everybody
    fingerprint: str  # SHA-256 over all tables

    def sentences(self) -> bytes:
        """The same rows as AIVDM lines with tag blocks, for the whole way from decoding to alerts."""
        return to_sentences(self.positions, self.static, self.other)


def hainan(seed: int, hours: float = 24, start: datetime | None = None, *, scale: float = 1.0) -> World:
    """The drill around Hainan: `hours` from `start` (aware; default of the data file: noon in Hainan).

    `scale` multiplies fleets and traffic, not ferries or stories. Stories that the window does not hold whole
    are left out of the truth, so give it 18 hours or more from noon. Raises `UsageError` on a naive start,
    a window outside 1 to 240 hours or a scale outside 0.02 to 5.
    """
    settings = data.toml(SETTINGS)
    start = start or settings["window"]["start"]
    if start.tzinfo is None:
        raise UsageError(f"the drill's start {start.isoformat()} has no zone: write ...Z or ...+08:00")
    if not 1 <= hours <= 240 or not 0.02 <= scale <= 5 or seed < 0:
        raise UsageError("a drill lasts 1 to 240 hours, at a scale of 0.02 to 5, from a seed of 0 or more")
    start = start.astimezone(UTC).replace(microsecond=0)
    start_s = (start - EPOCH) // timedelta(seconds=1)
    zone_s = settings["window"]["zone_h"] * 3600
    scene = open_scene(seed, hours, scale, -float((start_s + zone_s) % DAY_S))
    _populate(scene)
    receivers = coverage.set_up(scene)
    heard = radio.listen(scene, receivers)
    return _world(scene, receivers, heard, start, start_s, hours)


def _populate(scene: Scene) -> None:
    taken = smuggling.plant(scene)
    story = len(scene.vessels)
    merchant.sail_all(scene)
    ferry.sail_all(scene)
    fishing.sail_all(scene)
    for i in range(scene.count(scene.set["services"]["breakdowns"])):
        lookalike.breakdown(scene, i)  # before the services, which meet ships where they then are
    service.sail_all(scene)
    lookalike.sail_all(scene, taken)
    # who carries the stories must not show in the order of ships
    order = scene.rng("order").permutation(len(scene.vessels))
    scene.vessels[:] = [scene.vessels[int(i)] for i in order]
    if story == 0:
        raise UsageError("the drill has no stories: its data file is damaged")


def _world(
    scene: Scene, receivers: Coverage, heard: Heard, start: datetime, start_s: int, hours: float
) -> World:
    mmsi = np.array([v.identity.mmsi for v in scene.vessels], dtype=np.int64)
    t_us = (heard.t_s + start_s) * US
    names = np.array(receivers.names, dtype=object)[heard.receiver]
    positions = _positions(scene, heard, mmsi, t_us, names)
    static = _static(scene, heard, mmsi, t_us)
    other = _other(scene, heard, receivers, start_s)
    register = _register(scene)
    facts = [*scene.facts, *coverage.silenced(scene, receivers, heard.ship, heard.t_s)]
    span = np.zeros(len(mmsi))
    np.maximum.at(span, heard.ship, heard.t_s)
    first = np.full(len(mmsi), np.inf)
    np.minimum.at(first, heard.ship, heard.t_s)
    ship_days = float(np.where(np.isfinite(first), span - first, 0).sum() / DAY_S)
    meta = {
        "seed": str(scene.seed),
        "ship_days": f"{ship_days:.3f}",
        "start": start.isoformat(),
        "hours": f"{hours:g}",
    }
    told = truth.table(facts, start, scene.t1, meta)
    sites = receivers.table(start_s * US)
    tables = (positions, static, other, told, sites, register, _anchorages(scene))
    return World(scene.seed, start, hours, *tables, _fingerprint(tables))


def _positions(scene: Scene, heard: Heard, mmsi: I8, t_us: I8, names: np.ndarray) -> pa.Table:
    class_a = np.array([v.cls == "A" for v in scene.vessels])[heard.ship]
    who = mmsi[heard.ship]
    text = {int(m): str(m) for m in mmsi}
    return conform(
        pa.table(
            {
                "source": pa.array(np.full(len(who), "ais", dtype=object), pa.string()),
                "device": pa.array([text[m] for m in who.tolist()], pa.string()),
                "mmsi": who,
                "t": pa.array(t_us, pa.int64()).cast(T),
                "lat": heard.lat_raw / 600_000.0,
                "lon": heard.lon_raw / 600_000.0,
                "sog_kn": (heard.sog_raw / 10.0).astype(np.float32),
                "cog_deg": (heard.cog_raw / 10.0).astype(np.float32),
                "heading": pa.array(heard.heading, pa.int16(), mask=heard.heading < 0),
                "nav_status": pa.array(heard.status, pa.int8(), mask=heard.status < 0),
                "msg_type": np.where(class_a, 1, 18).astype(np.int8),
                "receiver": pa.array(names, pa.string()),
            }
        ),
        POSITIONS,
    )


def _static(scene: Scene, heard: Heard, mmsi: I8, t_us: I8) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for r in radio.static_rows(scene, heard):
        i = int(heard.ship[r])
        v, t = scene.vessels[i], int(t_us[r])
        size = {"length_m": v.length_m or None, "beam_m": v.beam_m or None, "ship_type": v.ship_type or None}
        if v.cls == "A":
            rows.append({
                "mmsi": int(mmsi[i]), "t": t, "imo": v.identity.imo, "callsign": v.identity.callsign or None,
                "name": v.identity.name or None, **size, "draught_m": v.draught_m or None,
                "destination": v.destination or None,
            })  # fmt: skip
            continue
        rows.append({"mmsi": int(mmsi[i]), "t": t, "name": v.identity.name})
        if v.kind != "buoy":
            rows.append({"mmsi": int(mmsi[i]), "t": t, "callsign": v.identity.callsign or None, **size})
    return _rows(rows, STATIC)


def _other(scene: Scene, heard: Heard, receivers: Coverage, start_s: int) -> pa.Table:
    """Aids every half hour by the nearest station that is up, and the words of the distress test."""
    rows: list[dict[str, Any]] = []
    for k, mark in enumerate(scene.set["aid"]):
        rng = scene.rng("aid", k)
        mmsi = scene.mint.aid(mark["name"]).mmsi
        site = min(receivers.sites, key=lambda s: math.dist(s["at"], mark["at"]))["id"]
        t0, t1 = receivers.down.get(site, (0.0, 0.0))
        for t in np.arange(rng.uniform(0, 1800), scene.t1, 1800.0).round():
            if not t0 <= t < t1:
                lat, lon = (round(x * 600_000) / 600_000.0 for x in mark["at"])
                place = {"lat": lat, "lon": lon, "virtual": False, "receiver": site}
                rows.append({"mmsi": mmsi, "t": t, "msg_type": 21, "name": mark["name"], **place})
    for i, v in enumerate(scene.vessels):
        if v.kind == "sart_test":
            for r in np.flatnonzero(heard.ship == i)[::4]:
                said = {"text": "SART TEST", "receiver": receivers.names[heard.receiver[r]]}
                rows.append({"mmsi": v.identity.mmsi, "t": float(heard.t_s[r]), "msg_type": 14, **said})
    rows.sort(key=lambda r: (r["t"], r["mmsi"]))
    for row in rows:
        row["t"] = (int(row["t"]) + start_s) * US
    return _rows(rows, OTHER)


def _rows(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows with `t` in microseconds since 1970 as a table; what a row lacks is null."""
    columns = [
        pa.array([r.get(f.name) for r in rows], pa.int64() if f.name == "t" else f.type).cast(f.type)
        for f in schema
    ]
    return pa.table(columns, schema=schema)


def _register(scene: Scene) -> pa.Table:
    ports = scene.ways["port"]
    rows = [
        {
            "mmsi": v.identity.mmsi, "name_zh": v.identity.name_zh or None, "name_en": v.identity.name,
            "callsign": v.identity.callsign, "imo": v.identity.imo, "kind": v.kind, "ship_type": v.ship_type,
            "home_port_zh": ports[v.home]["zh"] if v.home else None,
            "home_port_en": ports[v.home]["en"] if v.home else None,
            "length_m": v.length_m, "beam_m": v.beam_m, "flag": "演练旗 DRILL",
        }
        for v in sorted(scene.vessels, key=lambda v: v.identity.mmsi)
        if v.kind not in ("buoy", "sart_test")
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=REGISTER)


def _anchorages(scene: Scene) -> pa.Table:
    rows = [
        {
            "lat": a["at"][0],
            "lon": a["at"][1],
            "label": f"{scene.ways['port'][a['port']]['en']} anchorage (DRILL)",
            "radius_m": round(a["radius_nm"] * NM_M),
        }
        for a in scene.set["anchorage"]
    ]
    return pa.Table.from_pylist(rows, schema=ANCHORAGES)


def _fingerprint(tables: tuple[pa.Table, ...]) -> str:
    digest = hashlib.sha256()
    for table in tables:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table.combine_chunks())
        digest.update(memoryview(sink.getvalue()))
    return digest.hexdigest()
