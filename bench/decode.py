"""AIS sentences a second on one core, beside pyais, aiscat and libais in the same run.

    python bench/decode.py [--repeats 5] [--copies 40] [--peers PYTHON] [--file NMEA[.gz]]

Counted: sentences (`!..VDM`, `!..VDO` lines) of the raw Danish feed, its talkers written as AI so that every
decoder takes them, repeated. Ours does all of its work: checksums, parts, positions, static and other
reports, Arrow columns with device, receiver, raw file and offset. pyais and aiscat give an object or a dict a
message; libais is handed payloads of single sentences, with no checksum and no parts.
Each decoder runs in a process of its own on one pinned core, in turn, as often as `--repeats` says; medians.
"Whole file" is the same feed as recorded, two more lines a sentence (tag blocks and $PGHP time lines).
Decoders that PYTHON (default: this one) lacks are skipped with a word.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("HUANQIONG_DATA") or CHECKOUT.parent / "shared" / "data")
FEED = DATA / "ais" / "nmea_dk_20131112_dma.txt.gz"
SLOW_COPIES = 2
OURS = ("huanqiong", "huanqiong, whole file")
PEERS = ("aiscat", "libais", "pyais")


def ours(path: Path) -> Callable[[], int]:
    """The decoder of this project, a feed of 4 MiB at a time as files are read."""
    from huanqiong.lines.sea.message import Decoder

    data = path.read_bytes()

    def run() -> int:
        decoder = Decoder(raw_sha256="0" * 64)
        rows = 0
        for start in range(0, len(data), 4 << 20):
            found = decoder.feed(data[start : start + (4 << 20)])
            rows += found.positions.num_rows + found.static.num_rows + found.other.num_rows
        return rows

    return run


def pyais_(path: Path) -> Callable[[], int]:
    """pyais, messages decoded from an iterable of lines."""
    from pyais import IterMessages

    lines = path.read_bytes().splitlines()
    return lambda: sum(1 for m in IterMessages(lines) if m.decode() is not None)


def aiscat_(path: Path) -> Callable[[], int]:
    """aiscat, dictionaries from chunks of 64 KiB."""
    import aiscat

    data = path.read_bytes()
    chunks = [data[k : k + 65_536] for k in range(0, len(data), 65_536)]
    return lambda: sum(1 for _ in aiscat.iter_decode(iter(chunks)))


def libais_(path: Path) -> Callable[[], int]:
    """libais, dicts from payloads of single sentences."""
    import ais

    fields = [line.split(b",") for line in path.read_bytes().splitlines()]
    payloads = [(f[5].decode(), int(f[6][:1])) for f in fields if f[1] == b"1"]

    def run() -> int:
        n = 0
        for payload, pad in payloads:
            try:
                ais.decode(payload, pad)
            except ais.DecodeError:
                continue
            n += 1
        return n

    return run


DECODERS = {OURS[0]: ours, OURS[1]: ours, "pyais": pyais_, "aiscat": aiscat_, "libais": libais_}


def child(name: str, path: Path) -> None:
    """Warm up, run once, and print the seconds."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    try:
        run = DECODERS[name](path)
    except ImportError as missing:
        print(json.dumps({"missing": missing.name}))
        return
    run()
    wall, cpu = time.perf_counter(), time.process_time()
    messages = run()
    used = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "messages": messages}
    print(json.dumps(used))


def as_ai(line: bytes) -> bytes:
    """The sentence with talker AI and its checksum made anew."""
    body = b"AI" + line[3 : line.index(b"*")]
    checksum = 0
    for c in body:
        checksum ^= c
    return b"!%s*%02X\r\n" % (body, checksum)


def measure(python: str, name: str, path: Path) -> dict[str, float]:
    """One run in a process of its own."""
    words = [python, __file__, "--child", name, "--data", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--copies", type=int, default=40)
    parser.add_argument("--peers", default=sys.executable, help="a Python that has the peers")
    parser.add_argument("--file", type=Path, default=FEED)
    parser.add_argument("--child")
    parser.add_argument("--data", type=Path)
    args = parser.parse_args()
    if args.child:
        child(args.child, args.data)
        return
    if not args.file.exists():
        print(f"skipped: {args.file} is not there; set HUANQIONG_DATA or name a file by --file")
        return
    opened = gzip.decompress(args.file.read_bytes()) if args.file.suffix == ".gz" else args.file.read_bytes()
    lines = [as_ai(text) for text in opened.splitlines() if text[3:6] in (b"VDM", b"VDO") and b"*" in text]
    with tempfile.TemporaryDirectory() as folder:
        fast, slow, whole = (Path(folder) / name for name in ("fast", "slow", "whole"))
        fast.write_bytes(b"".join(lines) * args.copies)
        slow.write_bytes(b"".join(lines) * min(SLOW_COPIES, args.copies))
        whole.write_bytes(opened * args.copies)
        plan = {OURS[0]: (fast, args.copies), OURS[1]: (whole, args.copies)}
        plan |= {name: (slow, min(SLOW_COPIES, args.copies)) for name in PEERS}
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in plan}
        for _ in range(args.repeats):
            for name, (path, _copies) in plan.items():
                runs[name].append(measure(sys.executable if name in OURS else args.peers, name, path))
    print(f"{len(lines):,} sentences of {args.file.name}; one pinned core; median of {args.repeats}")
    print(f"{'decoder':<24}{'sentences':>12}{'per CPU s':>13}{'per wall s':>13}{'of pyais':>10}")
    base = _rate(runs["pyais"], len(lines) * min(SLOW_COPIES, args.copies), "cpu")
    for name, (_, copies) in plan.items():
        n = len(lines) * copies
        cpu, wall = _rate(runs[name], n, "cpu"), _rate(runs[name], n, "wall")
        if cpu is None or wall is None:
            print(f"{name:<24}skipped: {runs[name][0]['missing']} is not installed")
            continue
        times = f"{cpu / base:>9.1f}x" if base else ""
        print(f"{name:<24}{n:>12,}{cpu:>13,.0f}{wall:>13,.0f}{times}")


def _rate(runs: list[dict[str, float]], n: int, clock: str) -> float | None:
    return None if "missing" in runs[0] else n / statistics.median(run[clock] for run in runs)


if __name__ == "__main__":
    main()
