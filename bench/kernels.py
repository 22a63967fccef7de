"""The sea kernels on five million positions, beside pyarrow's decoding, DuckDB and MovingPandas.

    python bench/kernels.py [--copies 180] [--profile gfw] [--movingpandas PYTHON]

The set is made from the real Kattegat days (Danish Maritime Authority open data) by copying them under other
numbers, times and places, seeded: sorted by time, six columns, zstd level 3, row groups of a million.
Everything runs on one core. Times are CPU times of this process, the best of three for decoding and kernels,
so that what else the machine does weighs less. MovingPandas, much slower, gets the original rows only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
DATA = Path(os.environ.get("HUANQIONG_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
KATTEGAT = DATA / "ais" / "dk_kattegat_20251101_02_1min.parquet"
SEED = 20251101
ZONES = 6


def make_scale(source: Path, out: Path, copies: int) -> int:
    """Writes the scale set; its rows."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    t = pq.read_table(source)
    ships, number = np.unique(t["mmsi"].to_numpy(), return_inverse=True)
    when, lat, lon = t["t"].cast(pa.int64()).to_numpy(), t["lat"].to_numpy(), t["lon"].to_numpy()
    sog, cog = t["sog_kn"].to_numpy(), t["cog_deg"].to_numpy()
    r = np.random.default_rng(SEED)
    parts = []
    for k in range(copies):
        late = int(r.integers(-43_200, 43_201)) * 1_000_000
        north, east = r.uniform(-3, 3, 2)
        parts.append((200_000_000 + k * len(ships) + number, when + late, lat + north, lon + east, sog, cog))
    c = [np.concatenate(x) for x in zip(*parts, strict=True)]
    order = np.argsort(c[1], kind="stable")
    table = pa.table(
        {
            "mmsi": pa.array(c[0][order], pa.int64()),
            "t": pa.array(c[1][order]).cast(pa.timestamp("us", tz="UTC")),
            "lat": c[2][order],
            "lon": c[3][order],
            "sog_kn": pa.array(c[4][order], pa.float32()),
            "cog_deg": pa.array(c[5][order], pa.float32()),
        }
    )
    pq.write_table(table, out, compression="zstd", compression_level=3, row_group_size=1_000_000)
    return int(table.num_rows)


def decode(file: Path) -> float:
    """CPU seconds of plain decoding, row group by row group."""
    import pyarrow.parquet as pq

    f = pq.ParquetFile(file)
    begin = time.process_time()
    for k in range(f.num_row_groups):
        f.read_row_group(k, use_threads=False)
    return time.process_time() - begin


class Stages:
    """CPU time by stage, taken around the methods that make them."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def around(self, owner: object, name: str, stage: str) -> None:
        inner: Callable[..., object] = getattr(owner, name)

        def timed(*args: object, **kw: object) -> object:
            begin = time.process_time()
            try:
                return inner(*args, **kw)
            finally:
                self.seconds[stage] += time.process_time() - begin

        setattr(owner, name, timed)


def watch_stages() -> Stages:
    from huanqiong.lines.sea import assemble, fold
    from huanqiong.lines.sea.encounter import Encounters
    from huanqiong.lines.sea.gap import Gaps
    from huanqiong.lines.sea.loitering import Loitering
    from huanqiong.lines.sea.mask import NearMap
    from huanqiong.lines.sea.near_coast import NearCoast
    from huanqiong.lines.sea.port_visit import PortVisits
    from huanqiong.lines.sea.reception import Reception
    from huanqiong.lines.sea.track import segment, tracker
    from huanqiong.lines.sea.zone import ZoneVisits

    s = Stages()
    for name in ("number_rows", "by_ship", "settle_ties", "rising"):
        s.around(tracker, name, "ships and order")
    s.around(segment, "segment_pass", "segmenting, resampling")
    s.around(Reception, "add", "reception")
    s.around(NearMap, "look", "what may be near")
    for kind, owner in (
        ("gap", Gaps), ("loitering", Loitering), ("port_visit", PortVisits), ("zone_visit", ZoneVisits),
        ("fast_near_coast", NearCoast), ("encounter", Encounters),
    ):  # fmt: skip
        s.around(owner, "advance", kind)
    for name in dir(assemble):
        if name.endswith("_events"):
            s.around(assemble, name, "events")
    s.around(fold, "table_of", "events in order, reasons as text")
    return s


def kernels(file: Path, profile: str) -> tuple[float, Counter[str]]:
    """CPU seconds from Parquet to events for the whole set of kinds."""
    import numpy as np
    import pyarrow.parquet as pq
    import shapely

    from huanqiong.core.geography.geography import load_geography
    from huanqiong.core.profile import load_profile
    from huanqiong.lines.sea.kernels import Archive, Zone

    r = np.random.default_rng(SEED)
    zones = [
        Zone(
            str(k), f"zone {k}", shapely.Point(11.2 + r.uniform(-3, 3), 57.4 + r.uniform(-3, 3)).buffer(0.15)
        )
        for k in range(ZONES)
    ]
    rules, geography = load_profile(profile), load_geography()
    begin = time.process_time()
    archive = Archive(rules, geography, zones, ordered=True)
    f = pq.ParquetFile(file)
    for k in range(f.num_row_groups):
        archive.feed(f.read_row_group(k, use_threads=False))
    events = archive.finish()
    spent = time.process_time() - begin
    if archive.undetermined:
        raise SystemExit(f"not determined: {archive.undetermined}")
    return spent, Counter(events["kind"].to_pylist())


DUCK = """
with steps as (
  select mmsi, t, lat, lon, lag(t) over w as t0, lag(lat) over w as lat0, lag(lon) over w as lon0
  from read_parquet('{file}') window w as (partition by mmsi order by t)
), measured as (
  select mmsi, t, t0, epoch(t) - epoch(t0) as dt,
    2 * 6371008.8 * asin(sqrt(least(1, pow(sin(radians(lat - lat0) / 2), 2)
      + cos(radians(lat0)) * cos(radians(lat)) * pow(sin(radians(lon - lon0) / 2), 2)))) as metres
  from steps where t0 is not null
)
select (select count(*) from measured where dt > 21600) as gaps,
  (select count(*) from (select mmsi, date_trunc('hour', t) as hour from measured group by all
    having sum(dt) > 0 and sum(metres) / (sum(dt) / 3600) / 1852 < 2)) as slow_hours
"""


def duck(file: Path) -> tuple[float, tuple[int, int]]:
    """CPU seconds of DuckDB for gaps and slow hours only, no segments: two of the kinds."""
    import duckdb

    with duckdb.connect() as db:
        db.execute("set threads = 1")
        begin = time.process_time()
        got = db.execute(DUCK.format(file=file)).fetchone()
        spent = time.process_time() - begin
    return spent, (got or (0, 0))


MOVING = """
import sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd, movingpandas as mpd
from datetime import timedelta
df = pd.read_parquet(sys.argv[1]).rename(columns={"sog_kn": "sog"})
df["t"] = df["t"].dt.tz_localize(None)
begin = time.process_time()
trips = mpd.TrajectoryCollection(df, "mmsi", t="t", x="lon", y="lat")
gaps = mpd.ObservationGapSplitter(trips).split(gap=timedelta(hours=6))
find = mpd.TrajectoryStopDetector(trips)
stops = find.get_stop_time_ranges(max_diameter=1000, min_duration=timedelta(minutes=60))
print(time.process_time() - begin, len(gaps.trajectories), len(stops))
"""


def moving(python: str | None, file: Path) -> tuple[float, str] | str:
    """CPU seconds of MovingPandas on the original rows, or why it did not run."""
    if python is None:
        return "not run: give --movingpandas PYTHON of an environment that has it (and pyarrow)"
    done = subprocess.run([python, "-c", MOVING, str(file)], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"failed: {done.stderr.strip().splitlines()[-1] if done.stderr else done.returncode}"
    spent, gaps, stops = done.stdout.split()
    return float(spent), f"{gaps} pieces split at gaps, {stops} stops"


def line(name: str, rows: int, seconds: float, note: str = "") -> None:
    print(f"{name:<34}{rows:>11,}{seconds:>10.3f} s{rows / seconds / 1e6:>10.4f} M/s  {note}")


def main() -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    ask.add_argument("--copies", type=int, default=180)
    ask.add_argument("--profile", default="gfw")
    ask.add_argument("--movingpandas", metavar="PYTHON")
    got = ask.parse_args()
    if not KATTEGAT.is_file():
        sys.exit(f"bench kernels: the Kattegat days are not at {KATTEGAT}: set HUANQIONG_DATA")
    pa.set_cpu_count(1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scale.parquet"
        rows = make_scale(KATTEGAT, file, got.copies)
        print(f"{rows:,} positions, {file.stat().st_size / rows:.1f} bytes each; profile {got.profile}")
        kernels(KATTEGAT, got.profile)  # compiles, or loads what was compiled
        stages = watch_stages()
        best_decode, best_set, by_stage = 1e9, 1e9, Counter[str]()
        found: Counter[str] = Counter()
        for _ in range(3):
            best_decode = min(best_decode, decode(file))
            stages.seconds.clear()
            spent, found = kernels(file, got.profile)
            if spent < best_set:
                best_set, by_stage = spent, stages.seconds.copy()
        print(f"{'what':<34}{'positions':>11}{'CPU':>12}{'rate':>14}")
        line("pyarrow decoding alone", rows, best_decode)
        line(
            "whole kernel set from Parquet",
            rows,
            best_set,
            ", ".join(f"{k} {n}" for k, n in sorted(found.items())),
        )
        print(f"{'ratio to decoding':<34}{best_decode / best_set:>11.3f}   (target 0.25)")
        for stage, seconds in sorted(by_stage.items(), key=lambda s: -s[1]):
            line(f"  {stage}", rows, max(seconds, 1e-9))
        spent, counts = duck(file)
        line(
            "DuckDB: gaps, slow hours only",
            rows,
            spent,
            f"{counts[0]} gaps, {counts[1]} slow hours, no segments",
        )
        other = moving(got.movingpandas, KATTEGAT)
        small = pq.ParquetFile(KATTEGAT).metadata.num_rows
        if isinstance(other, str):
            print(f"MovingPandas: {other}")
        else:
            line("MovingPandas: gaps, stops only", small, other[0], f"{other[1]}; the original rows")


if __name__ == "__main__":
    main()
