"""The one stream of changes: one tail of the outbox per process, in memory, fanned out to every browser.

A browser costs a queue, never a query. Authenticate first, then give the database connections back: a
generator that kept one would starve the pool (fifty open pages, four connections, nobody hears anything).
Slow readers are dropped; `Last-Event-ID` resumes from memory, or says `reset` when that is too long ago.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from huanqiong.console.live import live_desk
from huanqiong.console.numbers import whole
from huanqiong.desk.trust.access import permissions_of
from huanqiong.desk.trust.reads import outbox_after, outbox_end

POLL_S = 0.2
KEEP_ALIVE_S = 15.0
MOVED_S = 1.0
QUEUE = 1000
REMEMBERED = 5000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """One change: its id (the outbox's), topic and ids. `id` 0: not from the outbox, cannot be resumed."""

    id: int
    topic: str
    payload: dict[str, Any]

    def wire(self) -> bytes:
        head = f"id: {self.id}\n" if self.id else ""
        return f"{head}event: {self.topic}\ndata: {json.dumps(self.payload)}\n\n".encode()


@dataclass(eq=False)
class Reader:
    """One browser. `person`: the code whose rights end its stream when they change."""

    person: str
    queue: asyncio.Queue[Event | None] = field(default_factory=lambda: asyncio.Queue(QUEUE))


class Tail:
    """Follows the outbox while anybody listens; belongs to one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.readers: set[Reader] = set()
        self.memory: deque[Event] = deque(maxlen=REMEMBERED)
        self.cursor = 0
        self.begun = 0  # the id before the first event in memory
        self.task: asyncio.Task[None] | None = None
        self.starting = asyncio.Lock()
        self.dropped = 0

    async def join(self, person: str) -> Reader:
        """A new reader; starts the tail when it is the first."""
        # Browsers that come at the same moment must not each start one: all would hear everything twice.
        async with self.starting:
            if self.task is None or self.task.done():
                _watch_the_feed()
                if not self.memory:
                    self.cursor = self.begun = await _asked(outbox_end)
                self.task = self.loop.create_task(self._follow())
        reader = Reader(person)
        self.readers.add(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """The reader went away. The tail goes on, so that a reload resumes from memory."""
        self.readers.discard(reader)

    def missed(self, after: int) -> list[Event] | None:
        """Events after an id; None when memory does not reach back so far."""
        if after < self.begun or after > self.cursor:
            return None
        return [e for e in self.memory if e.id > after]

    def tell(self, event: Event) -> None:
        """Hands an event to every reader; one whose queue is full is let go and comes back by itself."""
        if event.id:
            if len(self.memory) == self.memory.maxlen:
                self.begun = self.memory[0].id
            self.memory.append(event)
        for reader in list(self.readers):
            if event.topic == "person" and event.payload.get("code") == reader.person:
                self._drop(reader)
                continue
            try:
                reader.queue.put_nowait(event)
            except asyncio.QueueFull:
                self.dropped += 1
                self._drop(reader)

    def _drop(self, reader: Reader) -> None:
        self.readers.discard(reader)
        while not reader.queue.empty():
            reader.queue.get_nowait()
        reader.queue.put_nowait(None)

    async def _follow(self) -> None:
        while True:
            try:
                rows = await _asked(outbox_after, self.cursor)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("the stream's tail could not read the outbox; it tries again")
                await asyncio.sleep(2)
                continue
            for pk, topic, payload, _at in rows:
                self.cursor = pk
                self.tell(Event(pk, topic, payload))
            if len(rows) < 500:
                await asyncio.sleep(POLL_S)


def _give_back() -> None:
    """Gives this thread's connections back, but none out of a transaction under way."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _read(fn: Any, *args: Any) -> Any:
    try:
        return fn(*args)
    finally:
        _give_back()


async def _asked(fn: Any, *args: Any) -> Any:
    """Runs a read in a thread of its own and gives its connection back."""
    return await sync_to_async(_read, thread_sensitive=False)(fn, *args)


_tails: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Tail] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def tail() -> Tail:
    """The tail of the running loop."""
    loop = asyncio.get_running_loop()
    with _lock:
        if loop not in _tails:
            _tails[loop] = Tail(loop)
        return _tails[loop]


def publish(topic: str, payload: dict[str, Any]) -> None:
    """Tells every browser of something that is no record (vessels moved). From any thread."""
    event = Event(0, topic, payload)
    with _lock:
        tails = list(_tails.values())
    for t in tails:
        if not t.loop.is_closed():
            t.loop.call_soon_threadsafe(t.tell, event)


_told = 0.0
_watching: Any = None


def _watch_the_feed() -> None:
    """Says once a second at most that vessels moved, for as long as this process has a live desk."""
    global _watching
    desk = live_desk()
    if desk is None or desk is _watching:
        return
    _watching = desk

    def moved() -> None:
        global _told
        if time.monotonic() - _told >= MOVED_S:
            _told = time.monotonic()
            publish("vessels", {"cursor": desk.now.cursor})

    desk.watchers.append(moved)


async def stream(request: HttpRequest) -> HttpResponse:
    """`GET /api/stream`: server-sent events for a signed-in person who may see the watch floor."""
    person = await request.auser()
    # In the request's own thread, whose connection is held already: where as many as the pool has wait for a
    # second one while holding the first, all wait for ever.
    may = await sync_to_async(permissions_of)(person) if person.is_authenticated else frozenset()
    code = person.code if person.is_authenticated else ""
    await sync_to_async(_give_back, thread_sensitive=True)()
    if not code:
        return JsonResponse({"message": _("Sign in first.")}, status=401)
    if "watch.view" not in may:
        return JsonResponse({"message": _("Your role does not see the watch floor.")}, status=403)
    last = request.headers.get("Last-Event-ID", "")
    response = StreamingHttpResponse(_events(code, whole(last)), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    response["Content-Encoding"] = "identity"  # compression would hold events back
    return response


async def _events(person: str, after: int | None) -> AsyncIterator[bytes]:
    # Middlewares ask the database again behind the view: that connection would be held as long as the stream.
    await sync_to_async(_give_back, thread_sensitive=True)()
    t = tail()
    reader = await t.join(person)
    try:
        yield b"retry: 2000\n: 1\n\n"
        last = 0
        if after is not None:
            missed = t.missed(after)
            if missed is None:
                yield Event(0, "reset", {}).wire()
            else:
                for event in missed:
                    last = event.id
                    yield event.wire()
        while True:
            try:
                event = await asyncio.wait_for(reader.queue.get(), KEEP_ALIVE_S)
            except TimeoutError:
                yield b": 1\n\n"
                continue
            if event is None:
                return
            if event.id and event.id <= last:
                continue
            yield event.wire()
    finally:
        t.leave(reader)
