"""The sending end of a feed: datagrams, or a TCP line that is opened again when it breaks."""

from __future__ import annotations

import socket
import threading
from typing import Protocol

from huanqiong.core.errors import MissingError, UsageError
from huanqiong.feed.net.address import Address
from huanqiong.feed.net.receivers import CONNECT_S, FIRST_WAIT_S, LONGEST_WAIT_S, TICK_S


class Sender(Protocol):
    """Sends whole lines; counts how often the line was opened again and what nobody took."""

    reconnections: int
    unheard: int

    def send(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class UdpSender:
    """Each send is one datagram. A machine that answers that nobody listens is counted in `unheard`."""

    def __init__(self, address: Address) -> None:
        self.reconnections = self.unheard = 0
        try:
            family, _, _, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise MissingError(
                f"Cannot send to {address}: {error.strerror or error}. Check the name."
            ) from None
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.connect(where)

    def send(self, data: bytes) -> None:
        try:
            self._socket.send(data)
        except ConnectionRefusedError:
            # The answer to an earlier datagram; this one was not sent, so it is sent now.
            self.unheard += 1
            try:
                self._socket.send(data)
            except OSError:
                self.unheard += 1
        except OSError:
            self.unheard += 1

    def close(self) -> None:
        self._socket.close()


class TcpSender:
    """A line that must stand at the start and is opened again when it breaks.

    What was being sent is sent again. MissingError when nothing answers, at the start or for `patience_s`
    seconds later.
    """

    def __init__(self, address: Address, stop: threading.Event, *, patience_s: float = 60.0) -> None:
        self.address, self.stop, self.patience_s = address, stop, patience_s
        self.reconnections = self.unheard = 0
        self._socket: socket.socket | None = self._connected()

    def send(self, data: bytes) -> None:
        while not self.stop.is_set():
            try:
                if self._socket is None:
                    self._socket = self._again()
                    if self._socket is None:
                        return
                self._drain(self._socket)
                self._push(self._socket, data)
                return
            except OSError:
                self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        try:
            return socket.create_connection((self.address.host, self.address.port), timeout=CONNECT_S)
        except OSError as error:
            raise MissingError(
                f"Nothing answers at {self.address}: {error.strerror or error}. "
                "Start the receiving side first."
            ) from None

    def _again(self) -> socket.socket | None:
        """A new line; None when told to stop."""
        waited_s, wait_s = 0.0, FIRST_WAIT_S
        while True:
            try:
                sock = self._connected()
            except MissingError:
                if waited_s >= self.patience_s:
                    raise
                if self.stop.wait(wait_s):
                    return None
                waited_s, wait_s = waited_s + wait_s, min(wait_s * 2, LONGEST_WAIT_S)
            else:
                self.reconnections += 1
                return sock

    def _drain(self, sock: socket.socket) -> None:
        """Reads what the other side says, which we do not need, and notices that it closed the line."""
        sock.setblocking(False)
        try:
            if sock.recv(65_536) == b"":
                raise ConnectionResetError
        except BlockingIOError:
            pass
        finally:
            sock.settimeout(TICK_S)

    def _push(self, sock: socket.socket, data: bytes) -> None:
        """Sends all of it, however long a busy receiver makes us wait."""
        rest = memoryview(data)
        while rest and not self.stop.is_set():
            try:
                rest = rest[sock.send(rest) :]
            except TimeoutError:
                continue


def sender(address: Address, stop: threading.Event) -> Sender:
    """The sender for an address; UsageError for one that only listens."""
    if address.port == 0 or address.scheme == "tcp-listen":
        raise UsageError(f"Cannot send to {address}. Use udp://HOST:PORT or tcp://HOST:PORT.")
    return UdpSender(address) if address.scheme == "udp" else TcpSender(address, stop)
