"""Detectors on a feed: a restart, clean or not, is no break; a zone counts from when it was drawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from django.db import transaction

from huanqiong.core.schema import T
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads as people
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.watch.models import Verdict
from huanqiong.drill import World
from huanqiong.flows.live_detect import LATENESS, LiveDetect
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store

pytestmark = pytest.mark.django_db
STEP = timedelta(minutes=15)
Found = set[tuple[str, str, datetime, int, bool]]


def slices(world: World) -> Iterator[tuple[datetime, pa.Table]]:
    rows = world.positions.sort_by("t")
    t = rows.column("t")
    at, last = pc.min(t).as_py(), pc.max(t).as_py()
    while at <= last:
        inside = pc.and_(
            pc.greater_equal(t, pa.scalar(at, T)), pc.less(t, pa.scalar(min(at + STEP, last + STEP), T))
        )
        at += STEP
        yield min(at, last), rows.filter(inside)


def standing() -> Found:
    rows = Verdict.objects.filter(withdrawn_at=None, replaced_by=None)
    return {(v.key, v.kind, v.t1, v.severity, v.provisional) for v in rows}


def give(detect: LiveDetect, rows: pa.Table, now: datetime) -> None:
    detect.take(rows, now, now + timedelta(seconds=60))


def found(store: Store, world: World, *, save_at: int | None, restart_at: int | None, times: str) -> Found:
    """What stands at the end, with the process ended at a slice and its state saved at another."""
    lake = Lake(store.path / times)
    with transaction.atomic():
        detect = LiveDetect(store, lake)
        for n, (now, rows) in enumerate(slices(world)):
            if n == restart_at:
                detect = LiveDetect(store, lake)
            give(detect, rows, now)
            lake.append(rows, source_id=f"{times} {n}")
            if n == save_at:
                detect.keep()
        detect.end()
        out = standing()
        transaction.set_rollback(True)
    return out


def test_a_restart_is_no_break(store: Store, world: World) -> None:
    whole = found(store, world, save_at=None, restart_at=None, times="whole")
    assert {kind for _, kind, *_ in whole} >= {"gap", "fast_near_coast"}
    assert not any(provisional for *_, provisional in whole)
    assert found(store, world, save_at=11, restart_at=12, times="clean") == whole
    assert found(store, world, save_at=6, restart_at=12, times="killed") == whole
    assert found(store, world, save_at=None, restart_at=12, times="unsaved") == whole


def test_a_damaged_state_is_left_alone(store: Store, world: World) -> None:
    detect, lake = LiveDetect(store, Lake(store.lake)), Lake(store.lake)
    [(now, rows), (then, more)] = list(slices(world))[:2]
    give(detect, rows, now)
    detect.keep()
    [file] = (store.path / "live").iterdir()
    file.write_bytes(file.read_bytes()[:-50])
    again = LiveDetect(store, lake)
    give(again, more, then)
    assert again.live is not None
    assert again.live.counts["late"] == 0


def test_a_state_of_another_day_is_finished_first(store: Store, world: World) -> None:
    lake = Lake(store.lake)
    detect = LiveDetect(store, lake)
    *_, (now, _) = parts = list(slices(world))
    for then, rows in parts:
        give(detect, rows, then)
    detect.keep()
    assert any(provisional for *_, provisional in standing())
    other = LiveDetect(store, lake)
    give(other, world.positions.slice(0, 0), now + timedelta(days=30))
    assert standing()
    assert not any(provisional for *_, provisional in standing())
    assert other.live is not None
    assert other.live.kernels.tracker.n == 0


def box(west: float) -> dict[str, object]:
    corners = [[west, 10.0], [120.0, 10.0], [120.0, 30.0], [west, 30.0], [west, 10.0]]
    return {"type": "Polygon", "coordinates": [corners]}


def test_a_zone_is_seen_once_drawn_and_the_others_go_on(store: Store, world: World) -> None:
    trust.create_person("chief", by=OPERATOR)
    trust.grant_role("chief", "supervisor", by=OPERATOR)
    chief = people.person("chief")
    first = registry.draw_zone("a", box(100.0), by=chief)
    detect = LiveDetect(store, Lake(store.lake))
    parts = list(slices(world))
    for now, rows in parts[:6]:
        give(detect, rows, now)
    assert not detect.look_at_zones()
    live = detect.live
    assert live is not None
    assert live.kernels.zones is not None
    begun = {s: v for (s, _), v in live.kernels.zones.begun.items()}
    assert begun
    second = registry.draw_zone("b", box(99.0), by=chief)
    drawn = live.watermark
    assert detect.look_at_zones()
    assert detect.live is not None
    assert detect.live.kernels.zones is not None
    zones = {int(z.id): i for i, z in enumerate(detect.live.kernels.zones.zones)}
    assert {s: v for (s, z), v in detect.live.kernels.zones.begun.items() if z == zones[first]} == begun
    for now, rows in parts[6:12]:
        give(detect, rows, now)
    fresh = {s: v for (s, z), v in detect.live.kernels.zones.begun.items() if z == zones[second]}
    assert fresh
    # A ship's last report may still be held where a track is being told apart.
    assert min(since for since, *_ in fresh.values()) > drawn - LATENESS // timedelta(microseconds=1)
    registry.archive_zone(first, by=chief)
    registry.archive_zone(second, by=chief)
    assert detect.look_at_zones()
    assert detect.live.kernels.zones is None
    give(detect, parts[12][1], parts[12][0])
