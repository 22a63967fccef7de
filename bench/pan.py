"""The watch floor in a real Chromium on software GL: sign-in to a usable floor, and frames of a dragged map.

    python bench/pan.py [--vessels 50000] [--alerts 300] [--rounds 3] [--keep HOME]

Plants a store with so many vessels of the theatre's waters, names and alerts, serves it as `hq demo` does and
drives Chromium (`$HUANQIONG_CHROMIUM`, else the one on the path) with SwiftShader at 1366x768. Measured:
the time from opening the one-time login to a floor with its queue and every vessel on the map, with an empty
and with a filled browser cache; the intervals between animation frames while the mouse drags the map, at the
first view and two zoom steps nearer, with and without the vessels. Targets (DESIGN section 3): sign-in under
3 s, p95 of a pan under 100 ms.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(CHECKOUT / "tests" / "console"), str(CHECKOUT / "tests" / "browser")]
STORE = "drill"
END = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
SIZE = {"width": 1366, "height": 768}
FRAMES = """() => { window.hqFrames = []; let last = 0; window.hqStop = false;
 const step = (t) => {
  if (last) window.hqFrames.push(t - last);
  last = t;
  if (!window.hqStop) requestAnimationFrame(step);
 };
 requestAnimationFrame(step); }"""
NEARER = "(z) => { const m = document.getElementById('map').hqMap; m.jumpTo({ zoom: m.getZoom() + z }); }"
USABLE = """() => { const map = document.getElementById('map')?.hqMap;
 if (document.body?.dataset.ready !== '1' || !document.querySelector('#queue-list .q')) return [0, false];
 const n = Number(document.querySelector('#map-count b')?.textContent.replace(/\\D/g, '') ?? 0);
 return [map.isSourceLoaded('theatre') && map.isSourceLoaded('theatre-coast') ? n : 0, map.loaded()]; }"""


def fill(vessels: int, alerts: int) -> None:
    """Fills the store of `$HUANQIONG_HOME`: runs in a process of its own."""
    import django
    import pyarrow as pa

    from huanqiong.core.schema import POSITIONS, conform
    from huanqiong.lake.positions import Lake
    from huanqiong.lake.store import create_store

    store = create_store(STORE, kind="drill", title_zh="海图帧率", title_en="Pan bench", clock="end")
    r = random.Random(7)
    ships = [412_000_000 + n for n in range(vessels)]
    place = {m: (r.uniform(17.6, 21.4), r.uniform(107.6, 112.6)) for m in ships}
    rows: dict[str, list[Any]] = {
        k: [] for k in ("source", "device", "mmsi", "t", "lat", "lon", "sog_kn", "cog_deg")
    }
    for m in ships:
        lat, lon = place[m]
        course, knots, back = r.uniform(0, 360), r.choice([0.0, 4.0, 12.0]), r.uniform(1, 3000)
        for minutes in (40, 20, 0):
            miles = -knots * minutes / 60
            t = END - timedelta(seconds=back, minutes=minutes)
            y = lat + miles * math.cos(math.radians(course)) / 60
            x = lon + miles * math.sin(math.radians(course)) / 60
            for key, value in zip(rows, ("ais", str(m), m, t, y, x, knots, course), strict=True):
                rows[key].append(value)
    Lake(store.lake).append(conform(pa.table(rows), POSITIONS), source_id="bench")
    os.environ["HUANQIONG_STORE"] = STORE
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from plant import event, reasons

    from huanqiong.desk.registry import acts as registry
    from huanqiong.desk.trust import acts as trust
    from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
    from huanqiong.desk.watch import acts as watch

    static = [
        {"mmsi": m, "t": END, "name": f"BENCH {m % 100_000}", "ship_type": r.choice([30, 52, 60, 70, 80])}
        for m in ships
    ]
    for start in range(0, len(static), 10_000):
        registry.record_static(static[start : start + 10_000], by=SYSTEM)
    why = reasons(("near_coast_speed", 31.0, 25.0, "kn", "bench"))
    found = [
        event("fast_near_coast", m, r.uniform(23.1, 23.9), 0.1, *place[m], r.choice([1, 2, 2, 3]), why)
        for m in r.sample(ships, min(alerts, vessels))
    ]
    watch.raise_alerts(found, by=SYSTEM)
    trust.create_person("officer", by=OPERATOR, name_zh="值班员", name_en="Officer")
    trust.grant_role("officer", "duty_officer", by=OPERATOR)


@contextmanager
def served(home: Path, vessels: int, alerts: int) -> Iterator[Any]:
    """A console over the planted store."""
    from live_console import Console, _free_port, _wait

    environment = os.environ | {
        "HUANQIONG_HOME": str(home),
        "HUANQIONG_NEIGHBOURS": "{}",
        "DJANGO_SETTINGS_MODULE": "huanqiong.config.settings",
    }
    if not (home / "stores" / STORE).exists():
        command = [sys.executable, __file__, "--plant", "--vessels", str(vessels), "--alerts", str(alerts)]
        subprocess.run(command, env=environment, check=True)
    console = Console(_free_port(), environment | {"HUANQIONG_STORE": STORE})
    server = [sys.executable, "-m", "uvicorn", "huanqiong.config.asgi:application", "--log-level", "warning"]
    process = subprocess.Popen(
        [*server, "--port", str(console.port), "--timeout-graceful-shutdown", "1"], env=console.environment
    )
    try:
        _wait(console, process)
        time.sleep(3)  # the console reads its newest day before anyone signs in
        yield console
    finally:
        process.terminate()
        process.wait(timeout=20)


def sign_in(page: Any, console: Any, vessels: int) -> tuple[float, float]:
    """Seconds from opening the login to a floor with queue, coast and all vessels; to the last name drawn."""
    url = console.login_url("officer")
    begun, usable = time.perf_counter(), 0.0
    page.goto(url, wait_until="commit")
    while True:
        shown, complete = page.evaluate(USABLE)
        if shown >= vessels:
            usable = usable or time.perf_counter() - begun
            if complete:
                return usable, time.perf_counter() - begun
        if time.perf_counter() - begun > 60:
            raise SystemExit("pan: the floor did not become usable within a minute")
        page.wait_for_timeout(20)


def drag(page: Any, rounds: int) -> list[float]:
    """Frame intervals in ms while the mouse drags the map to and fro."""
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(FRAMES)
    for n in range(rounds * 4):
        dx, dy = ((260, 60), (-260, -60), (-180, 150), (180, -150))[n % 4]
        page.mouse.move(x, y)
        page.mouse.down()
        begun = time.perf_counter()
        while (part := (time.perf_counter() - begun) / 0.8) < 1:
            page.mouse.move(x + dx * part, y + dy * part)
            time.sleep(0.008)  # a mouse reports about a hundred times a second
        page.mouse.up()
    return [float(v) for v in page.evaluate("() => { window.hqStop = true; return window.hqFrames; }")]


def line(what: str, frames: list[float]) -> str:
    cuts = statistics.quantiles(frames, n=100)
    return f"{what:44} {len(frames):7,} {cuts[49]:9.0f} {cuts[94]:9.0f} {max(frames):9.0f}"


def measure(console: Any, vessels: int, rounds: int) -> None:
    """Prints both tables."""
    from find_chromium import FLAGS, chromium
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        raise SystemExit("pan: no Chromium was found: install one, or set HUANQIONG_CHROMIUM")
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=FLAGS)
        print(f"{vessels:,} vessels, {browser.version}, SwiftShader, {os.cpu_count()} cores; load {loads()}")
        page = browser.new_context(viewport=SIZE).new_page()
        for what in ("empty cache", "filled cache", "filled cache"):
            usable, complete = sign_in(page, console, vessels)
            print(f"sign-in to a usable floor, {what}: {usable:.2f} s; every name drawn: {complete:.2f} s")
            page.goto("about:blank")
            page.context.clear_cookies()
        sign_in(page, console, vessels)
        print(f"\n{'dragging the map, ms a frame':44} {'frames':>7} {'p50':>9} {'p95':>9} {'worst':>9}")
        show = "(v) => document.getElementById('map').hqMap.setLayoutProperty('vessels', 'visibility', v)"
        for zoom in (0, 2):
            page.evaluate(NEARER, zoom)
            page.wait_for_timeout(2500)
            for visible in ("none", "visible"):
                page.evaluate(show, visible)
                page.wait_for_timeout(1000)
                name = f"zoom +{zoom}, {'all vessels' if visible == 'visible' else 'chart and alerts alone'}"
                print(line(name, drag(page, rounds)))
        print(f"load {loads()}")
        browser.close()


def loads() -> str:
    return " ".join(f"{x:.1f}" for x in os.getloadavg())


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    ask.add_argument("--vessels", type=int, default=50_000)
    ask.add_argument("--alerts", type=int, default=300)
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--keep", type=Path, help="a home to plant in, or one planted before")
    ask.add_argument("--plant", action="store_true", help=argparse.SUPPRESS)
    given = ask.parse_args()
    if given.plant:
        return fill(given.vessels, given.alerts)
    home = given.keep or Path(tempfile.mkdtemp(prefix="hq-pan-"))
    try:
        with served(home, given.vessels, given.alerts) as console:
            measure(console, given.vessels, given.rounds)
    finally:
        if not given.keep:
            shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
