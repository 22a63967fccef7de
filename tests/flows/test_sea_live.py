"""The feed's way from a datagram to the lake: where each row lies, and what a fault on the way leaves."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from huanqiong.desk.registry import acts as registry
from huanqiong.drill import World
from huanqiong.feed.net.stamps import xor
from huanqiong.flows import sea_live
from huanqiong.flows.sea_live import LiveDesk
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store
from huanqiong.lines.sea.message import decode

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(store: Store) -> Iterator[LiveDesk]:
    """A desk that listens, driven by the test itself: the records' transaction is the test's own."""
    desk = LiveDesk(store, ["udp://127.0.0.1:0"])
    desk._listener.start()
    yield desk
    desk._listener.close()


def take_all(desk: LiveDesk) -> None:
    while desk._turn(0.3):
        pass


def send(desk: LiveDesk, lines: list[bytes]) -> None:
    """Two senders take turns, a few lines a datagram."""
    [where] = desk._listener.bound.values()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as a,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as b,
    ):
        for i in range(0, len(lines), 7):
            (a if i % 2 else b).sendto(b"".join(lines[i : i + 7]), where)
            if i % 700 == 0:
                desk._turn(0.01)
    take_all(desk)


def seal(desk: LiveDesk) -> None:
    for source in list(desk._parts):
        desk._seal(source)


def lines(world: World, n: int) -> list[bytes]:
    return world.sentences().splitlines(keepends=True)[:n]


def test_every_row_names_the_sentence_it_came_from(desk: LiveDesk, store: Store, world: World) -> None:
    sent = lines(world, 3000)
    send(desk, sent)
    seal(desk)
    rows = Lake(store.lake).read().to_pylist()
    want = decode(b"".join(sent)).positions
    assert sorted((r["mmsi"], r["t"]) for r in rows) == sorted((r["mmsi"], r["t"]) for r in want.to_pylist())
    objects: dict[str, bytes] = {}
    for r in rows:
        if r["raw_sha256"] not in objects:
            with desk.objects.open(r["raw_sha256"]) as f:
                objects[r["raw_sha256"]] = f.read()
        line = objects[r["raw_sha256"]][r["raw_offset"] :].split(b"\n", 1)[0] + b"\n"
        [again] = decode(line).positions.to_pylist()
        assert (again["mmsi"], again["t"], again["lat"]) == (r["mmsi"], r["t"], r["lat"])
    assert not list((store.path / "incoming").iterdir())


def test_a_fault_in_a_batch_is_told_and_the_next_is_taken(
    desk: LiveDesk, store: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("no such thing")

    sent = lines(world, 2000)
    desk._warm.set()
    with monkeypatch.context() as m:
        m.setattr(sea_live, "signals", broken)
        m.setattr(registry, "record_static", broken)
        send(desk, sent[:1000])
    [source] = desk.health()
    assert source["state"] == "failing"
    assert "no such thing" in source["detail"]
    send(desk, sent[1000:])
    seal(desk)
    assert Lake(store.lake).rows() == decode(b"".join(sent)).positions.num_rows
    monkeypatch.setattr(sea_live, "TROUBLE_S", 0.0)
    assert desk.health()[0]["state"] == "ok"


def test_a_part_that_could_not_be_stored_is_tried_again(
    desk: LiveDesk, store: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> str:
        raise OSError(28, "No space left on device")

    sent = lines(world, 1000)
    send(desk, sent)
    with monkeypatch.context() as m:
        m.setattr(desk.objects, "put", full)
        seal(desk)
    assert desk.health()[0]["detail"].startswith("storing what arrived")
    assert Lake(store.lake).rows() == 0
    desk._recover()
    assert Lake(store.lake).rows() == decode(b"".join(sent)).positions.num_rows
    assert not list((store.path / "incoming").iterdir())


def test_a_report_from_the_future_is_kept_and_not_shown(desk: LiveDesk, store: Store, world: World) -> None:
    send(desk, lines(world, 2000))
    now = desk.clock.now
    assert now is not None
    wrong = b"!AIVDM,1,1,,A,15Mj23P000G?q7fK>g:o7@1:0L3S,0*1B\r\n"
    [row] = decode(wrong).positions.to_pylist()
    send(desk, [b"\\c:1900000000*%02X\\" % xor(b"c:1900000000") + wrong])
    assert desk.clock.now == now
    assert row["mmsi"] not in desk.now.since(-1)[1]["mmsi"].tolist()
    seal(desk)
    kept = Lake(store.lake).read().to_pylist()[-1]
    assert (kept["mmsi"], kept["t"].year) == (row["mmsi"], 2030)
