"""What detectors and queue make of a Hainan drill, seed by seed; and its evidence, exported and checked.

    python bench/drill.py [--tuned 7,11,...] [--fresh 41,42,...] [--hours 24] [--evidence 7]

Each seed gets a store of its own in a throw-away home and goes the whole real way in: sentences, lake,
kernels, alerts. Then the seal is opened. Printed: false alarms per 1,000 ship-days (all, and the three
noisiest kinds), how many planted parts were found, how many innocents' facts were raised, and where in the
queue the alerts stand that hold the found parts. "Tuned" seeds were looked at while rules were chosen;
"fresh" ones never were. The evidence part exports every alert of one seed's first tier and verifies each
file: counts, bytes, seconds of the wall clock.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

TUNED = "7,11,12,13,23,31,32,33,34"
"""7 to 23: the rules were chosen on them. 31 to 34 were looked at while the size of a reception cell was."""
FRESH = "41,42,43,44"
KINDS = ("encounter", "gap", "loitering")


def look(seed: int, hours: float, evidence: bool) -> dict[str, Any]:
    """One seed in the home of this process: what a row of the table holds."""
    from huanqiong.cli.django import open_records
    from huanqiong.lake.store import create_store

    create_store("drill", kind="drill", title_zh="演练", title_en="Drill", clock="end")
    store = open_records("drill")
    from huanqiong.desk.watch.models import Verdict
    from huanqiong.desk.watch.reads import queue
    from huanqiong.desk.watch.rows import QueueQuery
    from huanqiong.desk.watch.verdict_table import events_table
    from huanqiong.flows import drill_hainan, sea_archive

    drill_hainan.stage(store, seed=seed, hours=hours)
    raised = sea_archive.detect(store)
    score, _ = drill_hainan.reveal(store)
    rows = queue(QueueQuery(limit=1_000_000))
    place = {r.id: n for n, r in enumerate(rows, 1)}
    events = events_table()
    story: set[int] = set()
    for part in score.parts:
        if part.event is None:
            continue
        e = events.slice(part.event, 1).to_pylist()[0]
        same = {k: e[k] for k in ("kind", "subject", "t0", "t1")}
        standing = Verdict.objects.filter(replaced_by=None, withdrawn_at=None, **same)
        story |= set(standing.values_list("alert", flat=True))
    by_kind = {k.kind: k.false_per_1000_ship_days for k in score.kinds}
    innocents = list(score.innocents.values())
    out: dict[str, Any] = {
        "seed": seed,
        "false": score.false_per_1000_ship_days,
        "kinds": [by_kind.get(k, 0.0) for k in KINDS],
        "parts": [sum(p.found for p in score.parts), len(score.parts)],
        "missed": sorted(f"{p.story.split('-')[0]} {p.kind}" for p in score.parts if not p.found),
        "innocents": [sum(a for a, _ in innocents), sum(b for _, b in innocents)],
        "alerts": raised.alerts,
        "tier1": sum(r.tier == 1 for r in rows),
        "places": sorted(place[a] for a in story if a in place),
    }
    if evidence:
        out["evidence"] = _evidence(store, [r.id for r in rows if r.tier == 1])
    return out


def _evidence(store: Any, alerts: list[int]) -> dict[str, Any]:
    """Exports and verifies these alerts; the first of each, which compiles and reads, is timed apart."""
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.flows.evidence.export import export_file
    from huanqiong.flows.evidence.verify import verify

    made, checked, sizes, verdicts, reproduced, failed = [], [], [], 0, 0, []
    for alert in alerts:
        file = store.path / f"{alert}.zip"
        t0 = time.perf_counter()
        done = export_file(store, alert, file, by=OPERATOR, purpose="bench")
        t1 = time.perf_counter()
        checks = list(verify(file))
        made.append(t1 - t0)
        checked.append(time.perf_counter() - t1)
        sizes.append(file.stat().st_size)
        verdicts += done.verdicts
        reproduced += done.reproduced
        failed += [f"{alert}: {c.name}: {c.text}" for c in checks if c.state == "fail"]
    return {
        "bundles": len(alerts),
        "verdicts": verdicts,
        "reproduced": reproduced,
        "failed": failed,
        "bytes": sizes,
        "export_s": made,
        "verify_s": checked,
    }


def in_a_process(seed: int, hours: float, evidence: bool) -> dict[str, Any]:
    """The same in a process and home of its own: a process opens one store."""
    with tempfile.TemporaryDirectory(prefix="hqdrill") as home:
        env = {**os.environ, "HUANQIONG_HOME": home, "HUANQIONG_STORE": "drill"}
        env.setdefault("NUMBA_CACHE_DIR", str(Path(tempfile.gettempdir()) / "hqdrill-numba"))
        command = [sys.executable, __file__, "--look", str(seed), "--hours", str(hours)]
        command += ["--with-evidence"] if evidence else []
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"seed {seed}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def row(r: dict[str, Any]) -> str:
    """A line of the table, in Markdown."""
    kinds = " | ".join(f"{x:,.0f}" for x in r["kinds"])
    found, of = r["parts"]
    raised, innocents = r["innocents"]
    places = " ".join(map(str, r["places"]))
    return (
        f"| {r['seed']} | {r['false']:,.0f} | {kinds} | {found} of {of} | {raised} of {innocents} | "
        f"{r['alerts']:,} | {places} |"
    )


HEAD = (
    "| seed | false per 1,000 ship-days | encounters | gaps | loitering | parts found | innocents raised | "
    "alerts | story alerts' places in the queue |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
)


def said(e: dict[str, Any], seed: int) -> str:
    """The evidence part in words."""
    half = statistics.median
    return (
        f"Of seed {seed}'s first tier {e['bundles']} bundles with {e['verdicts']} verdicts, "
        f"{e['reproduced']} reproduced, {len(e['failed'])} checks failed; "
        f"median {half(e['bytes']) / 1000:,.0f} kB (largest {max(e['bytes']) / 1000:,.0f}); "
        f"export median {half(e['export_s']):.2f} s (first {e['export_s'][0]:.1f}), "
        f"verify median {half(e['verify_s']):.2f} s (first {e['verify_s'][0]:.1f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tuned", default=TUNED)
    parser.add_argument("--fresh", default=FRESH)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--evidence", type=int, default=7, help="the seed whose evidence is tried; 0: none")
    parser.add_argument("--look", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--with-evidence", action="store_true", help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.look is not None:
        print(json.dumps(look(a.look, a.hours, a.with_evidence)))
        return
    told = ""
    for name, seeds in (("tuned", a.tuned), ("fresh", a.fresh)):
        chosen = [int(s) for s in seeds.split(",") if s]
        if not chosen:
            continue
        print(f"\n{name} seeds, {a.hours:g} h each\n\n{HEAD}", flush=True)
        missed: Counter[str] = Counter()
        for seed in chosen:
            r = in_a_process(seed, a.hours, seed == a.evidence)
            print(row(r), flush=True)
            missed.update(m if "landing" in m else f"{m} (seed {seed})" for m in r["missed"])
            if "evidence" in r:
                told = said(r["evidence"], seed) + "".join(f"\n  {f}" for f in r["evidence"]["failed"])
        said_of = "; ".join(f"{n} {m}" for m, n in sorted(missed.items()))
        print(f"\nmissed: {said_of or 'nothing'}", flush=True)
    if told:
        print(f"\n{told}")


if __name__ == "__main__":
    main()
