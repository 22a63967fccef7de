"""Where ships were later, held against where they could be: coverage, area and time of regions of reach.

    python bench/reach.py [--learn] [--at-rest 150] [--picture FILE.svg]

The norms are learnt from two ships of three (US) and from Kattegat's first day, and only those; the table is
of the others, other days and other waters. The peers: a plain ellipse around the place of dead reckoning,
whose two spreads are learnt from the same ships, and the plain circle of the top speed of her class. Real
tracks are read where they lie (HUANQIONG_DATA); without them only times are printed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import _reach_cover as cover
import _reach_learn as learning
import _reach_picture as picture
import _reach_tracks as tracks
from huanqiong.core.geography import load_geography
from huanqiong.lines.sea.reach import LEVELS, Fix, Unit, intercept, regions

NORMS = Path(__file__).resolve().parents[1] / "src/huanqiong/data/reach/norms.toml"
FIXES = 40


def _ms(what: Callable[[], object]) -> float:
    started = time.process_time()
    what()
    return (time.process_time() - started) * 1000


def times() -> str:
    """Processor's time of what a watch asks for, over fixes spread in the theatre's water, in Markdown."""
    rng, coast = np.random.default_rng(20), load_geography().coast
    fixes: list[Fix] = []
    when = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    while len(fixes) < FIXES:
        lat, lon = float(rng.uniform(17.5, 21.5)), float(rng.uniform(107.0, 112.5))
        if bool(coast.on_land(lat, lon)[0]):
            continue
        kind = [None, 30, 52, 60, 70, 80][len(fixes) % 6]
        speed = None if len(fixes) % 10 == 9 else float(rng.uniform(0, 25))
        fixes.append(Fix(lat, lon, when, speed, float(rng.uniform(0, 360)), kind))
    harbours = [(19.56, 110.82), (20.03, 110.28), (19.10, 108.62), (18.23, 109.48)]
    units = [Unit(f"boat {k}", "boat", y, x, 28.0, 15) for k, (y, x) in enumerate(harbours)]
    units.append(Unit("aircraft", "aircraft", 19.94, 110.46, 110.0, 45))
    regions(fixes[0], coast)
    intercept(fixes[0], units, coast, when)
    lines = ["| processor's time, one core | median | worst |", "|---|---:|---:|"]
    kept = [regions(f, coast) for f in fixes]
    asked: list[tuple[str, list[float]]] = [
        ("regions at 1, 3, 6 and 12 h", [_ms(lambda f=f: regions(f, coast)) for f in fixes]),  # type: ignore[misc]
        (
            "their twelve outlines",
            [_ms(lambda k=k: [r.outline(s) for r in k for s in LEVELS]) for k in kept],  # type: ignore[misc]
        ),
        (
            "four boats and an aircraft, ranked",
            [
                _ms(lambda f=f, k=k: intercept(f, units, coast, when, k))  # type: ignore[misc]
                for f, k in zip(fixes, kept, strict=True)
            ],
        ),
    ]
    lines += [f"| {name} | {statistics.median(ms):.0f} ms | {max(ms):.0f} ms |" for name, ms in asked]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--learn", action="store_true", help="make the norms anew, and nothing else")
    parser.add_argument("--at-rest", type=int, default=150, help="ships at rest in US harbours to try")
    parser.add_argument("--picture", type=Path, help="draw a region on real coast, and nothing else")
    a = parser.parse_args()
    if a.learn:
        learning.learn(tracks.pairs(), NORMS)
        return
    if a.picture:
        picture.draw(a.picture)
        return
    print(f"{times()}\n")
    found = tracks.data_dir()
    if found is None:
        print("coverage was not measured: the real tracks are not here, set HUANQIONG_DATA", file=sys.stderr)
        return
    print(cover.report(tracks.pairs(), a.at_rest))


if __name__ == "__main__":
    main()
