"""Preparing a store, killed at any moment and started again, gives what an undisturbed run gives."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from tests.journeys.browserless import hq

from huanqiong.drill import hainan
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import create_store

KILLS = 5


def counts(home: Path) -> dict[str, int]:
    store = home / "stores" / "real"
    with sqlite3.connect(store / "records.sqlite3") as db:
        out = {
            table: int(db.execute(f"select count(*) from {table}").fetchone()[0])
            for table in ("watch_alert", "watch_verdict", "registry_vessel", "registry_staticrecord")
        }
    db.close()
    lake = Lake(store / "lake")
    # What a killed append leaves is swept; nothing else may be wrong.
    assert not [f for f in lake.verify() if not f.leftover]
    return out | {"positions": lake.read().num_rows}


@pytest.mark.faults
@pytest.mark.timeout(900)
def test_killed_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "day.nmea"
    file.write_bytes(hainan(11, 6, scale=0.2).sentences())
    results, took = [], 0.0
    draw = random.Random(5)
    for name, kills in (("calm", 0), ("stormy", KILLS)):
        home = tmp_path / name
        monkeypatch.setenv("HUANQIONG_HOME", str(home))
        create_store("real", kind="archive", title_zh="试", title_en="Trial", clock="end")
        began = time.monotonic()
        for _ in range(kills):
            process = hq(home, "prepare", "real", str(file))
            time.sleep(draw.uniform(0.5, took))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        process = hq(home, "prepare", "real", str(file))
        _, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        took = time.monotonic() - began
        results.append(counts(home))
    assert results[0] == results[1]
    assert results[0]["positions"] > 5000
    assert results[0]["watch_verdict"] > 0
