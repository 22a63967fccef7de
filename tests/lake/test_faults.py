"""Killed, or out of space, at any moment: what was stored stays, and starting again makes it whole."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from huanqiong.core.errors import StoreError
from huanqiong.core.schema import POSITIONS, conform
from huanqiong.lake import positions as module
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake

DAY0 = datetime(2025, 3, 1, tzinfo=UTC)
PIECES = 12
ROWS = 4000


def piece(i: int) -> pa.Table:
    """Rows of three days, interleaved with the other pieces'; half of them again in the next piece."""
    k = np.arange(ROWS) + i * ROWS // 2
    t = int(DAY0.timestamp()) * 1_000_000 + (k * 7919 % 250_000) * 1_000_000
    mmsi = 413_000_000 + k % 50
    columns = {"mmsi": mmsi, "t": pa.array(t, pa.timestamp("us", tz="UTC")), "lat": k * 1e-4, "lon": k * 1e-4}
    return conform(pa.table({**columns, "device": pa.array(mmsi).cast(pa.string())}), POSITIONS)


WORKER = f"""
import sys
sys.path[:0] = [{str(Path(__file__).parent)!r}]
import test_faults as here
from huanqiong.lake import positions
from huanqiong.lake.positions import Lake
positions.MANY_SMALL = 3
lake = Lake(sys.argv[1])
print("ready", flush=True)
for i in range(here.PIECES):
    done = lake.append(here.piece(i), source_id=f"piece:{{i}}")
    print(i, done.rows_new, flush=True)
print("end", flush=True)
"""


@pytest.mark.faults
def test_killed_at_random_moments_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    expected = Lake(tmp_path / "expected")
    for i in range(PIECES):
        expected.append(piece(i), source_id=f"piece:{i}")
    path, dice = tmp_path / "lake", random.Random(7)
    acknowledged = kills = 0
    until = time.monotonic() + 90
    while True:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(path)], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
        )
        assert process.stdout is not None
        with process:
            assert process.stdout.readline() == "ready\n"
            ended = False
            if kills < 12 and time.monotonic() < until:
                time.sleep(dice.uniform(0.0, 0.1))
                process.send_signal(signal.SIGKILL)
                kills += 1
            for line in process.stdout:
                ended = ended or line == "end\n"
                if line[0].isdigit():
                    acknowledged = max(acknowledged, int(line.split()[0]) + 1)
        lake = Lake(path)
        assert all(f.leftover for f in lake.verify())
        stored = lake.read()
        before = Lake(tmp_path / f"before{kills}")
        for i in range(acknowledged):
            before.append(piece(i), source_id="x")
        assert stored.num_rows >= before.rows()
        if ended:
            break
    assert kills >= 8
    assert stored.equals(expected.read())
    lake.repair()
    assert not lake.verify()
    assert lake.read().equals(expected.read())


@pytest.mark.faults
def test_killed_during_a_merge(tmp_path: Path) -> None:
    """A merge that was written but not committed is harmless."""
    lake = Lake(tmp_path)
    for i in range(3):
        lake.append(piece(i), source_id=f"piece:{i}")
    whole = lake.read()
    program = (
        "import os, signal, sys; from huanqiong.lake.positions import Lake;"
        "Lake.commit = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
        "Lake(sys.argv[1]).compact('2025-03-01')"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert Lake(tmp_path).read().equals(whole)
    assert any(f.leftover for f in lake.verify())
    lake.repair()
    assert not lake.verify()
    assert lake.compact("2025-03-01") == 3
    assert lake.read().equals(whole)


@pytest.fixture
def small_files() -> object:
    """Files may not grow beyond 20 kB: what a full disk does, by another errno."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield None
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.faults
def test_no_space_for_a_part(tmp_path: Path, small_files: object) -> None:
    lake = Lake(tmp_path / "lake")
    lake.append(piece(0).slice(0, 50), source_id="a")
    with pytest.raises(StoreError, match="nothing is lost"):
        lake.append(piece(1), source_id="b")
    assert lake.read().num_rows == 50
    assert all(f.leftover for f in lake.verify())
    with pytest.raises(StoreError, match="nothing is lost"):
        Objects(tmp_path / "objects").put(b"x" * 50_000)
    assert not Objects(tmp_path / "objects").verify()


@pytest.mark.faults
def test_no_space_for_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path)
    lake.append(piece(0), source_id="a")
    whole = lake.read()
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")

    def into_full(*_: object) -> None:
        with full.open("wb") as f:
            f.write(b"x" * 9999)

    def save(path: Path, _: object) -> None:
        from huanqiong.lake.durable import write_file

        write_file(path, into_full)

    with monkeypatch.context() as m:
        m.setattr(module.manifests, "save", save)
        with pytest.raises(StoreError, match="the disk is full"):
            lake.append(piece(1), source_id="b")
    assert Lake(tmp_path).read().equals(whole)
    lake.repair()
    assert lake.append(piece(1), source_id="b").rows_new > 0
    assert not lake.verify()


@pytest.mark.faults
def test_clock_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path)
    lake.append(piece(0), source_id="a")
    monkeypatch.setattr(time, "monotonic_ns", lambda: 1)
    past = (DAY0 - timedelta(days=9000)).timestamp()
    os.utime(lake.manifest_path, (past, past))
    assert lake.append(piece(1), source_id="b").rows_new == ROWS // 2
    assert lake.append(piece(2), source_id="c").rows_new == ROWS // 2
    assert not lake.verify()
