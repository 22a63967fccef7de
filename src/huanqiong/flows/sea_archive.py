"""From files to alerts: keep the file, read it, store its rows, find events, raise alerts.

Each step may be done again: a file is kept once, a row is stored once, an event raises one alert.
So a run that was killed is simply started again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from huanqiong.core.geography import Geography, told
from huanqiong.core.profile import Profile, load_profile
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.reads import zones_for_detection
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.found import found
from huanqiong.engine import run, windows
from huanqiong.feed.files import Batch, read
from huanqiong.flows.sea_geography import geography_of
from huanqiong.flows.sea_grounds import keep_grounds
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store
from huanqiong.lines.sea.anchorage import anchorages_from_traffic
from huanqiong.lines.sea.distress import signals, thinned
from huanqiong.lines.sea.kernels import Archive

Progress = Callable[[str, int, int], None]
DAY = timedelta(days=1)
TRACK_COLUMNS = ("device", "mmsi", "t", "lat", "lon", "sog_kn", "cog_deg")
"""What the kernels read of a position."""
SIGNAL_COLUMNS = ("mmsi", "t", "lat", "lon", "nav_status", "msg_type", "raw_sha256", "raw_offset")
"""What a distress signal is made of."""
RAW_ROWS = 24
"""How many raw positions a verdict points to, spread evenly from its first to its last."""
REJECTS_KEPT = 100_000
"""Set-aside rows listed per file; all are counted."""


@dataclass
class Loaded:
    """What loading one file did."""

    name: str
    sha256: str
    rows: int = 0
    new: int = 0
    rejected: int = 0
    days: set[date] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    layout: str = ""

    def __str__(self) -> str:
        days = f"{min(self.days)} .. {max(self.days)}" if self.days else "no day"
        text = f"{self.name}: {self.rows:,} positions ({self.new:,} new), {days}, {self.layout}"
        return f"{text}; {self.rejected:,} set aside" if self.rejected else text


@dataclass
class Detected:
    """What a detection run did."""

    positions: int = 0
    events: int = 0
    alerts: int = 0
    distress: int = 0
    undetermined: set[str] = field(default_factory=set)
    geography_told: str = ""

    def __str__(self) -> str:
        text = f"{self.positions:,} positions, {self.events:,} events, {self.alerts:,} new alerts"
        if self.undetermined:
            text += f"; not determined: {', '.join(sorted(self.undetermined))}"
        return f"{text}; {self.geography_told}" if self.geography_told else text


def load(store: Store, files: Iterable[Path], *, progress: Progress | None = None) -> Iterator[Loaded]:
    """Keeps each file among the store's objects and brings its rows into the lake and the registry."""
    lake, objects = Lake(store.lake), Objects(store.objects)
    for file in files:
        sha = objects.put(file)
        result = Loaded(file.name, sha)
        statics: list[pa.Table] = []
        source = f"file:{sha}"
        with (
            lake.writer(source) as positions,
            lake.writer(source, kind="other") as other,
            lake.writer(source, kind="static") as static,
            _Rejects(store, sha) as rejects,
        ):
            for batch in read(file, progress=_named(progress, f"reading {file.name[:24]}")):
                positions.add(batch.positions)
                other.add(batch.other)
                static.add(batch.static)
                statics.append(batch.static)
                rejects.add(batch)
                result.rows += batch.positions.num_rows
                result.layout = batch.layout
        result.new, result.days = positions.appended.rows_new, set(positions.appended.days)
        result.rejected, result.counts = rejects.total, rejects.counts
        if statics:
            registry.record_static(pa.concat_tables(statics).to_pylist(), by=SYSTEM)
        yield result


def detect(store: Store, *, profile_name: str = "hainan", progress: Progress | None = None) -> Detected:
    """Runs every kind over the lake's days and raises alerts from what it finds.

    Days that do not touch are windows of their own: silence between them is ours, not the ships'.
    """
    lake = Lake(store.lake)
    profile = load_profile(profile_name)
    zones = zones_for_detection()
    own = geography_of(store)
    keep_grounds(store, profile, own)
    result = Detected(geography_told=told(own.set_aside))
    for window in windows(lake.days()):
        geography = with_resting_places(lake, window, own, profile, progress)

        def kernel(geography: Geography = geography) -> Archive:
            archive = Archive(profile, geography, zones=zones, ordered=True)
            result.undetermined |= set(archive.undetermined)
            return archive

        stage = _named(progress, f"detecting {window[0]}")
        events = run(kernel, lake, window, columns=TRACK_COLUMNS, progress=stage)
        result.positions += sum(lake.rows(day=day) for day in window)
        _raise(lake, window, events, profile, geography, result)
    return result


def _raise(
    lake: Lake, window: list[date], events: pa.Table, profile: Profile, geography: Geography, result: Detected
) -> None:
    t0 = datetime.combine(window[0], datetime.min.time(), UTC)
    t1 = datetime.combine(window[-1], datetime.min.time(), UTC) + timedelta(days=1)
    rows = with_raw(lake, events, t0, t1)
    policy = f"{profile.name} {profile.version}"
    out = watch.raise_alerts(rows, by=SYSTEM, policy=policy, geography=geography.fingerprint)
    watch.withdraw_missing(
        [found(r).key for r in rows],
        profile.name,
        t0,
        t1,
        by=SYSTEM,
        reason="no longer found when the days were run again with later data or another version",
    )
    result.events += events.num_rows
    result.alerts += len(out["alerts"])
    marks: list[dict[str, Any]] = []
    for day in window:  # one day's rows at a time: a window may be a year
        start = datetime.combine(day, datetime.min.time(), UTC)
        rows = lake.read_day(day, columns=SIGNAL_COLUMNS)
        marks += signals(rows, lake.read_other(start, start + DAY))
    if marks := thinned(marks):  # a beacon that sent over midnight is one
        distress = watch.raise_distress(marks, by=SYSTEM)
        result.alerts += len(distress["alerts"])
        result.distress += len(distress["alerts"])


def with_resting_places(
    lake: Lake, window: list[date], geography: Geography, profile: Profile, progress: Progress | None
) -> Geography:
    """The geography with the anchorages that the window's own traffic shows besides those it holds.

    A place counts where enough different ships rested within two days: no more than two are held.
    """
    if not profile.has("anchorage"):
        return geography
    found: dict[str, tuple[float, float]] = {}
    stage = _named(progress, f"anchorages {window[0]}")
    for n, day in enumerate(window):
        if stage:
            stage("", n, len(window))
        start = datetime.combine(day, datetime.min.time(), UTC)
        rows = lake.read(start, start + 2 * DAY, columns=TRACK_COLUMNS)
        places = anchorages_from_traffic(rows, profile)
        for cell, lat, lon in zip(places.cell, places.lat.tolist(), places.lon.tolist(), strict=True):
            found.setdefault(cell, (lat, lon))
    if stage:
        stage("", len(window), len(window))
    if not found:
        return geography
    own = geography.anchorages
    lats, lons = zip(*found.values(), strict=True)
    labels = [*own.label, *(f"traffic {cell}" for cell in found)]
    return geography.with_anchorages([*own.lat, *lats], [*own.lon, *lons], labels)


def with_raw(lake: Lake, events: pa.Table, t0: datetime, t1: datetime) -> list[dict[str, Any]]:
    """The events as rows, each with `raw`: where the positions it rests on lie in the files kept."""
    rows: list[dict[str, Any]] = events.to_pylist()
    if not rows:
        return rows
    who = {str(r[k]) for r in rows for k in ("mmsi", "other_mmsi") if r[k] is not None}
    columns = ["device", "t", "raw_sha256", "raw_offset"]
    table = lake.read(t0, t1, columns=columns, devices=who, order="device")
    device = table.column("device").to_numpy(zero_copy_only=False).astype(str)
    t = table.column("t").cast(pa.int64()).to_numpy()
    sha, offset = table.column("raw_sha256"), table.column("raw_offset")
    names, first = np.unique(device, return_index=True)
    ends = dict(zip(names, zip(first, np.append(first[1:], len(device)), strict=True), strict=True))
    for r in rows:
        r["raw"] = []
        a, b = (round(r[k].timestamp() * 1_000_000) for k in ("t0", "t1"))
        for mmsi in (r["mmsi"], r["other_mmsi"]):
            lo, hi = ends.get(str(mmsi), (0, 0))
            i, j = lo + np.searchsorted(t[lo:hi], [a, b + 1])
            picked = np.unique(np.linspace(i, max(j - 1, i), min(j - i, RAW_ROWS)).astype(int))
            for k in picked.tolist():
                if (s := sha[k].as_py()) is not None:
                    r["raw"].append({"sha256": s, "offset": offset[k].as_py()})
    return rows


class _Rejects:
    """The side file of what could not be used, beside the store's objects."""

    def __init__(self, store: Store, sha: str) -> None:
        self.path = store.path / "rejects" / f"{sha[:16]}.jsonl"
        self.total = 0
        self.counts: dict[str, int] = {}

    def __enter__(self) -> _Rejects:
        self.path.parent.mkdir(exist_ok=True)
        self._file = self.path.open("w", encoding="utf-8")
        return self

    def add(self, batch: Batch) -> None:
        for name, n in batch.counts.items():
            self.counts[name] = self.counts.get(name, 0) + n
        for reject in batch.rejects:
            if self.total < REJECTS_KEPT:
                self._file.write(json.dumps(reject.as_dict(), ensure_ascii=False) + "\n")
            self.total += 1

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self.total:
            self.path.unlink()


def _named(progress: Progress | None, stage: str) -> Progress | None:
    if progress is None:
        return None
    return lambda _stage, done, total: progress(stage, done, total)
