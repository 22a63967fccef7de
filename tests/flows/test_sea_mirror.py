"""The copy of the live picture in another process: whole at first, then what moved, through restarts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from huanqiong.flows import sea_mirror
from huanqiong.flows.sea_live import LiveDesk
from huanqiong.flows.sea_mirror import Mirror, Publisher
from huanqiong.lake.store import Store


def reports(*ships: int, t: int, lat: float = 19.0) -> pa.Table:
    n = len(ships)
    return pa.table(
        {
            "mmsi": pa.array(ships, pa.int64()),
            "t": pa.array([t * 1_000_000] * n, pa.timestamp("us", "UTC")),
            "lat": pa.array([lat] * n),
            "lon": pa.array([110.0] * n),
            "sog_kn": pa.array([None] * n, pa.float32()),
            "cog_deg": pa.array([12.5] * n, pa.float32()),
            "heading": pa.array([None] * n, pa.int16()),
        }
    )


def until(true: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.02)


@pytest.fixture
def desk(store: Store) -> LiveDesk:
    """A desk that hears no network: the tests move its ships."""
    return LiveDesk(store, [])


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    mirror = Mirror(tmp_path / "sea.sock").start()
    yield mirror
    mirror.stop()


def same(desk: LiveDesk, mirror: Mirror, since: int) -> bool:
    """Whether both tell the same to a browser that asks with this cursor."""
    (a, ours), (b, theirs) = desk.now.since(since), mirror.now.since(since)
    order, other = np.argsort(ours["mmsi"]), np.argsort(theirs["mmsi"])
    return a == b and all(
        np.array_equal(ours[k][order], theirs[k][other], equal_nan=ours[k].dtype.kind == "f") for k in ours
    )


def test_the_copy_is_the_picture_and_follows_it(desk: LiveDesk, mirror: Mirror) -> None:
    desk.now.update(reports(412000001, 412000002, t=1000))
    moves: list[int] = []
    mirror.watchers.append(lambda: moves.append(mirror.now.cursor))
    publisher = Publisher(desk, mirror.path).start()
    until(lambda: moves)
    assert same(desk, mirror, 0)
    first = desk.now.cursor
    desk.clock.now, desk.clock.mode = datetime(2026, 5, 1, tzinfo=UTC), "feed"
    desk.now.update(reports(412000002, t=1010, lat=19.5))
    until(lambda: mirror.now.cursor == desk.now.cursor)
    assert same(desk, mirror, first)
    assert mirror.now.since(first)[1]["mmsi"].tolist() == [412000002]
    assert (mirror.clock.now, mirror.clock.mode) == (desk.clock.now, "feed")
    desk.now.clear()
    desk.now.update(reports(412000009, t=2000))
    until(lambda: mirror.now.since(0)[1]["mmsi"].tolist() == [412000009])
    assert same(desk, mirror, 0)
    publisher.stop()


def test_a_feed_process_that_is_away_is_said_and_its_next_one_taken(
    desk: LiveDesk, store: Store, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = {"name": "udp://1", "state": "ok", "detail": "listening", "age_s": 1.0}
    monkeypatch.setattr(LiveDesk, "health", lambda _self: [source])
    monkeypatch.setattr(sea_mirror, "SILENT_S", 1.5)
    assert not mirror.known()
    assert mirror.health() == []
    publisher = Publisher(desk, mirror.path).start()
    desk.now.update(reports(412000001, t=1000))
    until(lambda: mirror.now.cursor == desk.now.cursor)
    assert mirror.known()
    assert mirror.health()[0]["state"] == "ok"
    remembered = mirror.now.cursor
    publisher.stop()
    until(lambda: not mirror.known())
    [told] = mirror.health()
    assert told["state"] == "failing"
    assert told["detail"].startswith("the feed's process is away")
    assert told["age_s"] > 1.0
    assert mirror.now.since(0)[1]["mmsi"].tolist() == [412000001], "what was shown stays, marked old"

    again = LiveDesk(store, [])
    again.now.update(reports(412000001, 412000007, t=1500))
    assert again.now.cursor > remembered, "a browser's cursor from before must not hide what comes"
    second = Publisher(again, mirror.path).start()
    until(mirror.known)
    assert sorted(mirror.now.since(remembered)[1]["mmsi"].tolist()) == [412000001, 412000007]
    second.stop()


def test_a_reader_that_takes_nothing_holds_up_nobody(desk: LiveDesk, mirror: Mirror, tmp_path: Path) -> None:
    import socket

    desk.now.update(reports(*range(412000000, 412040000), t=1000))
    publisher = Publisher(desk, mirror.path).start()
    until(lambda: mirror.now.cursor == desk.now.cursor)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stuck:
        stuck.connect(str(mirror.path))
        desk.now.update(reports(412000001, t=1100))
        until(lambda: mirror.now.cursor == desk.now.cursor)
        assert same(desk, mirror, 0)
    publisher.stop()
