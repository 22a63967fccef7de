"""From a file to alerts: twice is once, and every alert leads back to the bytes of its reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from huanqiong.desk.watch.models import Alert, Verdict
from huanqiong.drill import World
from huanqiong.flows import sea_archive
from huanqiong.lake.objects import Objects
from huanqiong.lake.store import Store
from huanqiong.lines.sea.message import decode

pytestmark = pytest.mark.django_db


def load(store: Store, world: World, directory: Path) -> sea_archive.Loaded:
    file = directory / "hours.nmea"
    file.write_bytes(world.sentences())
    [loaded] = sea_archive.load(store, [file])
    return loaded


def test_again_changes_nothing(store: Store, world: World, tmp_path: Path) -> None:
    first = load(store, world, tmp_path)
    assert first.new == first.rows == world.positions.num_rows
    steps: list[tuple[str, int, int]] = []
    found = sea_archive.detect(store, progress=lambda *step: steps.append(step))
    alerts = set(Alert.objects.values_list("pk", "changed_at"))
    assert found.alerts == len(alerts) > 0
    assert all(done <= total for _, done, total in steps)
    assert load(store, world, tmp_path).new == 0
    again = sea_archive.detect(store)
    assert (again.events, again.alerts) == (found.events, 0)
    assert set(Alert.objects.values_list("pk", "changed_at")) == alerts


def test_a_verdict_leads_to_the_bytes_of_its_reports(store: Store, world: World, tmp_path: Path) -> None:
    load(store, world, tmp_path)
    sea_archive.detect(store)
    objects = Objects(store.objects)
    checked = 0
    for v in Verdict.objects.filter(kind__in=("gap", "loitering", "encounter", "fast_near_coast")):
        assert v.raw, v.kind
        seen = set()
        for place in v.raw:
            with objects.open(place["sha256"]) as f:
                f.seek(place["offset"])
                [row] = decode(f.readline()).positions.to_pylist()
            assert row["mmsi"] in (v.mmsi, v.other_mmsi)
            assert v.t0 <= row["t"] <= v.t1
            seen.add(row["t"])
            checked += 1
        assert min(seen) - v.t0 < timedelta(minutes=10)
    assert checked > 20
    assert datetime.now(UTC) > v.recorded_at
