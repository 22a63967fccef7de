"""The three ways bytes come in: a UDP socket, a TCP server for senders, a TCP client of a receiver.

Each runs in a thread of its own until `stop`.
"""

from __future__ import annotations

import random
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from huanqiong.core.errors import UsageError
from huanqiong.feed.net.address import Address
from huanqiong.feed.net.health import Meter
from huanqiong.feed.net.pieces import LineJoiner

TICK_S = 0.2
"""How often a waiting receiver looks whether it should stop."""
READ_BYTES = 65_536
KERNEL_BUFFER_BYTES = 4 << 20
"""Asked of the system for UDP, so that a burst outlives a short pause of ours; the system may give less."""
MOST_CONNECTIONS = 64
CONNECT_S = 10.0
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
"""Waits between connection attempts double from first to longest, each shortened at random by up to half."""

Arrived = Callable[[bytes], datetime]
"""Counts what was received and says when that was."""
Put = Callable[[str, bytes, datetime, float], bool]
"""(sender, whole lines, arrival, seconds to wait for room) -> taken."""


class Receiver(Protocol):
    """One source: `open` binds or raises, `run` receives until `stop` is set, `close` frees the rest."""

    def open(self) -> tuple[str, int] | None: ...
    def run(self, stop: threading.Event) -> None: ...
    def close(self) -> None: ...


def sender_name(peer: tuple[object, ...]) -> str:
    """`host:port` of a peer address."""
    host, port = peer[0], peer[1]
    return f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}"


class UdpReceiver:
    """Datagrams on one socket; each is one piece. A datagram that finds no room is dropped and counted."""

    def __init__(self, address: Address, meter: Meter, arrived: Arrived, put: Put) -> None:
        self.address, self.meter, self.arrived, self.put = address, meter, arrived, put
        self.socket: socket.socket | None = None

    def open(self) -> tuple[str, int]:
        sock = _bound(self.address, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER_BYTES)
        if self.address.multicast:
            group = socket.inet_aton(self.address.host)
            sock.setsockopt(
                socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4sl", group, socket.INADDR_ANY)
            )
        sock.settimeout(TICK_S)
        self.socket = sock
        self.meter.says("listening")
        return _name(sock)

    def run(self, stop: threading.Event) -> None:
        if self.socket is None:
            return
        with self.socket as sock:
            while not stop.is_set():
                try:
                    data, peer = sock.recvfrom(READ_BYTES)
                except TimeoutError:
                    continue
                except OSError as error:
                    # An ICMP answer, or an interface going down: the socket lives on.
                    self.meter.says(f"listening; last trouble: {error.strerror or error}")
                    stop.wait(TICK_S)
                    continue
                if not data:
                    continue
                at = self.arrived(data)
                whole = data if data.endswith(b"\n") else data + b"\n"
                if not self.put(sender_name(peer), whole, at, 0.0):
                    self.meter.drop("queue full")

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()


class _Stream:
    """The lines of one TCP connection. A full queue stops the reading: the sender waits, nothing is lost."""

    def __init__(self, sender: str, meter: Meter, arrived: Arrived, put: Put, stop: threading.Event) -> None:
        self.sender, self.meter, self.arrived, self.put, self.stop = sender, meter, arrived, put, stop
        self.joiner = LineJoiner()
        self.at: datetime | None = None

    def feed(self, data: bytes) -> None:
        self.at = self.arrived(data)
        before = self.joiner.too_long
        whole = self.joiner.feed(data)
        if self.joiner.too_long > before:
            self.meter.count(0, self.joiner.too_long - before)
            self.meter.drop("line too long", self.joiner.too_long - before)
        self._give(whole)

    def end(self) -> None:
        """Gives a last line without its end too: whoever decodes sees whether it was whole."""
        self._give(self.joiner.finish())

    def _give(self, whole: bytes) -> None:
        if not whole or self.at is None:
            return
        while not self.put(self.sender, whole, self.at, TICK_S):
            if self.stop.is_set():
                self.meter.drop("stopped while full")
                return


class TcpServer:
    """Senders connect to us; a few dozen at most, more are turned away and counted."""

    def __init__(self, address: Address, meter: Meter, arrived: Arrived, put: Put) -> None:
        self.address, self.meter, self.arrived, self.put = address, meter, arrived, put
        self.socket: socket.socket | None = None

    def open(self) -> tuple[str, int]:
        self.socket = _bound(self.address, socket.SOCK_STREAM)
        self.socket.listen(MOST_CONNECTIONS)
        self.socket.setblocking(False)
        self.meter.says("listening, nobody connected")
        return _name(self.socket)

    def run(self, stop: threading.Event) -> None:
        if self.socket is None:
            return
        with self.socket as server, selectors.DefaultSelector() as selector:
            selector.register(server, selectors.EVENT_READ, None)
            try:
                while not stop.is_set():
                    for key, _ in selector.select(TICK_S):
                        if key.data is None:
                            self._accept(server, selector, stop)
                        else:
                            self._read(key, selector)
            finally:
                for key in list(selector.get_map().values()):
                    if key.data is not None:
                        self._leave(key, selector)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()

    def _accept(self, server: socket.socket, selector: selectors.BaseSelector, stop: threading.Event) -> None:
        try:
            sock, peer = server.accept()
        except OSError as error:
            self.meter.says(f"cannot accept: {error.strerror or error}")
            stop.wait(TICK_S)
            return
        if len(selector.get_map()) > MOST_CONNECTIONS:
            sock.close()
            self.meter.drop("too many connections")
            return
        sock.setblocking(False)
        _keep_alive(sock)
        stream = _Stream(sender_name(peer), self.meter, self.arrived, self.put, stop)
        selector.register(sock, selectors.EVENT_READ, stream)
        self._count(selector)

    def _read(self, key: selectors.SelectorKey, selector: selectors.BaseSelector) -> None:
        sock = key.fileobj
        if not isinstance(sock, socket.socket):
            return
        try:
            data = sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            key.data.feed(data)
        else:
            self._leave(key, selector)

    def _leave(self, key: selectors.SelectorKey, selector: selectors.BaseSelector) -> None:
        selector.unregister(key.fileobj)
        key.data.end()
        if isinstance(key.fileobj, socket.socket):
            key.fileobj.close()
        self._count(selector)

    def _count(self, selector: selectors.BaseSelector) -> None:
        n = len(selector.get_map()) - 1
        self.meter.says(f"listening, {n} connected" if n > 0 else "listening, nobody connected")


class TcpClient:
    """We connect to a receiver, again whenever the line breaks or was silent for `silence_s` seconds."""

    def __init__(
        self,
        address: Address,
        meter: Meter,
        arrived: Arrived,
        put: Put,
        *,
        silence_s: float,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self.address, self.meter, self.arrived, self.put = address, meter, arrived, put
        self.silence_s, self.first_wait_s = silence_s, first_wait_s

    def open(self) -> None:
        """Nothing to bind: a receiver that is away now may come later."""
        self.meter.says("connecting")

    def close(self) -> None:
        """Nothing is held while nothing runs."""

    def run(self, stop: threading.Event) -> None:
        wait_s = self.first_wait_s
        while not stop.is_set():
            try:
                sock = socket.create_connection((self.address.host, self.address.port), timeout=CONNECT_S)
            except OSError as error:
                why = error.strerror or str(error)
            else:
                with sock:
                    why, heard = self._listen(sock, stop)
                if heard:
                    wait_s = self.first_wait_s
            if stop.is_set():
                break
            pause_s = wait_s * random.uniform(0.5, 1.0)
            self.meter.says(f"{why}; trying again in {pause_s:.1f} s")
            stop.wait(pause_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        self.meter.says("stopped")

    def _listen(self, sock: socket.socket, stop: threading.Event) -> tuple[str, bool]:
        """Reads until the line ends: why it ended, and whether anything came."""
        _keep_alive(sock)
        sock.settimeout(TICK_S)
        self.meter.says("connected")
        stream = _Stream(str(self.address), self.meter, self.arrived, self.put, stop)
        silent_s, heard, why = 0.0, False, "stopped"
        try:
            while not stop.is_set():
                try:
                    data = sock.recv(READ_BYTES)
                except TimeoutError:
                    silent_s += TICK_S
                    if silent_s > self.silence_s:
                        return f"silent for {self.silence_s:.0f} s", heard
                    continue
                except OSError as error:
                    return error.strerror or str(error), heard
                if not data:
                    return "the receiver closed the line", heard
                silent_s, heard = 0.0, True
                stream.feed(data)
        finally:
            stream.end()
        return why, heard


def _bound(address: Address, kind: socket.SocketKind) -> socket.socket:
    """A socket bound to the address; UsageError names the port and what to do."""
    try:
        family, _, _, _, where = socket.getaddrinfo(
            address.host, address.port, type=kind, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise UsageError(f"{address}: {error.strerror or error}. Name an address of this machine.") from None
    sock = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM or address.multicast:
            # A server that restarts must not wait for the last one's connections to age out.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(where)
    except OSError as error:
        sock.close()
        raise UsageError(
            f"Cannot listen on {address}: {error.strerror or error}. "
            "Stop what uses it or choose another port."
        ) from None
    return sock


def _name(sock: socket.socket) -> tuple[str, int]:
    name = sock.getsockname()
    return str(name[0]), int(name[1])


def _keep_alive(sock: socket.socket) -> None:
    """Lets the system notice a peer that vanished without a word, after about a minute."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
