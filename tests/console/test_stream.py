"""The stream over real uvicorn: several readers, resume, refusals, and no connection held."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from live_console import Console, serve

from huanqiong.console.stream import Event, Tail


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with serve(tmp_path_factory.mktemp("stream")) as running:
        yield running


@pytest.fixture
def listen(console: Console) -> Iterator[Callable[..., Listener]]:
    """Opens readers and closes them at the end."""
    opened: list[Listener] = []

    def make(cookie: str, last: str = "") -> Listener:
        opened.append(Listener(console, cookie, last))
        return opened[-1]

    yield make
    for reader in opened:
        reader.close()


class Listener(threading.Thread):
    """One reader of the stream; `events` are (id, topic, data)."""

    def __init__(self, console: Console, cookie: str, last: str = "") -> None:
        super().__init__(daemon=True)
        self.events: list[tuple[str, str, dict[str, Any]]] = []
        self.link = http.client.HTTPConnection("127.0.0.1", console.port, timeout=20)
        headers = {"Cookie": cookie} | ({"Last-Event-ID": last} if last else {})
        self.link.request("GET", "/api/stream", headers=headers)
        self.answer = self.link.getresponse()
        self.opened = threading.Event()
        self.start()

    def close(self) -> None:
        """Ends the reader and its connection."""
        raw = self.link.sock or self.answer.fp.raw._sock  # type: ignore[union-attr]
        with contextlib.suppress(OSError):
            raw.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self.answer.close()
        self.link.close()

    def run(self) -> None:
        event: dict[str, str] = {}
        while line := self.answer.readline():
            text = line.decode().rstrip("\n")
            self.opened.set()
            if text.startswith((":", "retry")):
                continue
            if not text:
                if "event" in event:
                    self.events.append((event.get("id", ""), event["event"], json.loads(event["data"])))
                event = {}
                continue
            key, _, value = text.partition(": ")
            event[key] = value

    def wait(self, topic: str, timeout_s: float = 8) -> tuple[str, str, dict[str, Any]] | None:
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            found = next((e for e in self.events if e[1] == topic), None)
            if found:
                return found
            time.sleep(0.05)
        return None


def test_every_reader_hears_a_claim_and_a_returning_one_catches_up(
    console: Console, listen: Callable[..., Listener]
) -> None:
    cookie = console.sign_in("lin")
    readers = [listen(cookie) for _ in range(12)]
    assert all(r.opened.wait(10) for r in readers)
    assert readers[0].answer.headers["Content-Type"].startswith("text/event-stream")
    assert readers[0].answer.headers["Content-Encoding"] == "identity"
    alert = next(a["id"] for a in console.get("/api/alerts", cookie) if a["kind"] == "gap")
    console.post(f"/api/alerts/{alert}/claim", cookie)
    heard = [r.wait("alert") for r in readers]
    assert all(heard), "one tail feeds all"
    first = heard[0]
    assert first is not None
    assert alert in first[2].get("ids", [first[2].get("id")])
    assert "why" not in json.dumps(first[2]), "ids only, never contents"

    console.post(f"/api/alerts/{alert}/release", cookie)
    back = listen(cookie, last=first[0])
    caught = back.wait("alert")
    assert caught is not None
    assert int(caught[0]) > int(first[0])
    lost = listen(cookie, last="1")
    assert lost.wait("reset"), "too long ago: read everything again"


def test_the_stream_refuses_nobody_and_the_roleless(console: Console) -> None:
    for cookie, status in (("", 401), (console.sign_in("chen"), 403)):
        with console.link() as link:
            link.request("GET", "/api/stream", headers={"Cookie": cookie} if cookie else {})
            assert link.getresponse().status == status


def test_pages_answer_while_many_streams_are_open(console: Console, listen: Callable[..., Listener]) -> None:
    cookie = console.sign_in("lin")
    readers = [listen(cookie) for _ in range(40)]
    assert all(r.opened.wait(15) for r in readers)
    assert console.get("/api/alerts", cookie)


def test_many_streams_opened_at_one_moment_are_all_served(
    console: Console, listen: Callable[..., Listener]
) -> None:
    """More than the pool has connections: none may hold one while it waits for another, or streams."""
    cookie = console.sign_in("lin")
    with ThreadPoolExecutor(24) as together:
        readers = list(together.map(lambda _: listen(cookie), range(24)))
    assert {r.answer.status for r in readers} == {200}
    assert all(r.opened.wait(15) for r in readers)
    assert console.get("/api/alerts", cookie)


def test_a_slow_reader_is_let_go_and_the_others_hear_on() -> None:
    async def run() -> None:
        tail = Tail(asyncio.get_running_loop())
        from huanqiong.console.stream import Reader

        slow, quick = Reader("p-1"), Reader("p-2")
        slow.queue = asyncio.Queue(3)
        tail.readers = {slow, quick}
        for n in range(1, 6):
            tail.cursor = n
            tail.tell(Event(n, "alert", {"ids": [n]}))
        assert tail.readers == {quick}
        assert slow.queue.get_nowait() is None
        assert quick.queue.qsize() == 5
        assert [e.id for e in tail.missed(3) or []] == [4, 5]
        assert tail.missed(9) is None

    asyncio.run(run())


def test_memory_forgets_and_says_so() -> None:
    async def run() -> None:
        from collections import deque

        tail = Tail(asyncio.get_running_loop())
        tail.memory = deque(maxlen=3)
        for n in range(1, 6):
            tail.cursor = n
            tail.tell(Event(n, "alert", {}))
        assert [e.id for e in tail.missed(2) or []] == [3, 4, 5]
        assert tail.missed(1) is None

    asyncio.run(run())


def test_a_changed_role_ends_the_persons_stream() -> None:
    async def run() -> None:
        from huanqiong.console.stream import Reader

        tail = Tail(asyncio.get_running_loop())
        one, other = Reader("p-1"), Reader("p-2")
        tail.readers = {one, other}
        tail.tell(Event(1, "person", {"code": "p-1"}))
        assert tail.readers == {other}

    asyncio.run(run())


def test_readers_that_come_at_once_share_one_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    from huanqiong.console import stream

    async def asked(fn: Any, *args: Any) -> Any:
        await asyncio.sleep(0.01)
        rows = [(1, "alert", {"ids": [1]}, None), (2, "alert", {"ids": [2]}, None)]
        return 0 if fn is stream.outbox_end else [r for r in rows if r[0] > args[0]]

    async def run() -> None:
        tail = Tail(asyncio.get_running_loop())
        readers = await asyncio.gather(*(tail.join(f"p-{n}") for n in range(5)))
        await asyncio.sleep(0.2)
        assert tail.task is not None
        tail.task.cancel()
        assert [r.queue.qsize() for r in readers] == [2] * 5

    monkeypatch.setattr(stream, "_asked", asked)
    asyncio.run(run())
