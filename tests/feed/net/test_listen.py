"""Listeners over real sockets on loopback: boundaries, joins, bounds, reconnection, health."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import UsageError
from huanqiong.feed.net.address import parse_address
from huanqiong.feed.net.listen import Limits, Listener
from huanqiong.feed.net.pieces import LINE_LIMIT, Batch, LineJoiner, Piece
from huanqiong.feed.net.queue import BatchQueue
from huanqiong.feed.net.streams import Streams

LINE = b"!AIVDM,1,1,,A,169oQ@?P1E7pM:0;P5H:UgwD0000,0*50\r\n"


def until(true: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Waits for something another thread does."""
    end = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def pieces(listener: Listener, count: int, timeout_s: float = 10.0) -> list[Piece]:
    """The next `count` pieces, acknowledged."""
    got: list[Piece] = []
    end = time.monotonic() + timeout_s
    while len(got) < count and time.monotonic() < end:
        batch = listener.take(0.1)
        if batch:
            got += batch.pieces
            listener.acknowledge(batch.number)
    return got


def udp_sender() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "open_to_others"),
    [
        ("udp://0.0.0.0:10110", "udp", "0.0.0.0", 10110, True),
        ("udp://:10110", "udp", "127.0.0.1", 10110, False),
        ("tcp://receiver.local:4001/", "tcp", "receiver.local", 4001, False),
        ("tcp-listen://:0", "tcp-listen", "127.0.0.1", 0, False),
        ("tcp-listen://[::1]:5000", "tcp-listen", "::1", 5000, False),
        ("udp://239.192.0.4:60004", "udp", "239.192.0.4", 60004, True),
    ],
)
def test_addresses(text: str, scheme: str, host: str, port: int, open_to_others: bool) -> None:
    address = parse_address(text)
    assert (address.scheme, address.host, address.port) == (scheme, host, port)
    assert address.open_to_others is open_to_others
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "text", ["", "10110", "udp://h", "http://h:1", "udp://h:70000", "tcp://a b:1", "udp://[x]:1"]
)
def test_bad_addresses_name_the_forms(text: str) -> None:
    with pytest.raises(UsageError, match="tcp-listen://HOST:PORT"):
        parse_address(text)


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=12), st.integers(3, 40))
def test_lines_do_not_depend_on_cuts(data: bytes, cuts: list[int], limit: int) -> None:
    """Any cut gives the same lines: those not longer than the limit, and a count of the others."""
    joiner = LineJoiner(limit)
    out, last = b"", 0
    for cut in [*sorted(min(c, len(data)) for c in cuts), len(data)]:
        out += joiner.feed(data[last:cut])
        last = cut
    out += joiner.finish()
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    assert out == b"".join(line + b"\n" for line in lines if len(line) <= limit)
    assert joiner.too_long == sum(len(line) > limit for line in lines)


def test_a_datagram_is_a_piece_with_its_sender() -> None:
    with Listener(["udp://:0"]) as listener, udp_sender() as out:
        (name,) = listener.bound
        out.sendto(LINE + LINE, listener.bound[name])
        out.sendto(b"!AIVDM,no line end", listener.bound[name])
        got = pieces(listener, 2)
        assert [p.data for p in got] == [LINE + LINE, b"!AIVDM,no line end\n"]
        assert {p.sender for p in got} == {f"127.0.0.1:{out.getsockname()[1]}"}
        assert {p.source for p in got} == {name}
        (health,) = listener.health()
        assert (health.state, health.sentences, health.bytes) == ("ok", 3, 2 * len(LINE) + 18)


def test_two_tcp_senders_are_joined_apart() -> None:
    with Listener(["tcp-listen://:0"]) as listener:
        where = next(iter(listener.bound.values()))
        with socket.create_connection(where) as a, socket.create_connection(where) as b:
            for at in range(0, len(LINE), 7):
                a.sendall(LINE[at : at + 7])
                b.sendall(LINE[at : at + 7])
                time.sleep(0.002)
            a.sendall(b"!AIVDM,cut")
            until(lambda: listener.health()[0].sentences == 2)
        got = pieces(listener, 3)
        by_sender: dict[str, bytes] = {}
        for p in got:
            by_sender[p.sender] = by_sender.get(p.sender, b"") + p.data
        assert sorted(by_sender.values()) == sorted([LINE + b"!AIVDM,cut\n", LINE])


def test_a_line_without_end_is_dropped_counted_and_named() -> None:
    with Listener(["tcp-listen://:0"]) as listener:
        with socket.create_connection(next(iter(listener.bound.values()))) as out:
            for _ in range(40):
                out.sendall(b"x" * 10_000)
            out.sendall(b"\n" + LINE)
        (piece,) = pieces(listener, 1)
        assert piece.data == LINE
        (health,) = listener.health()
        assert health.dropped == {"line too long": 1}
        assert health.broken == 1


def test_a_full_queue_drops_datagrams_and_says_so() -> None:
    with Listener(["udp://:0"], limits=Limits(queue_bytes=4096)) as listener, udp_sender() as out:
        where = next(iter(listener.bound.values()))
        for _ in range(50):
            out.sendto(LINE, where)
        until(lambda: sum(listener.health()[0].dropped.values()) + listener.health()[0].sentences == 50)
        dropped = listener.health()[0].dropped["queue full"]
        assert len(pieces(listener, 50 - dropped)) == 50 - dropped
        out.sendto(LINE, where)
        assert len(pieces(listener, 1)) == 1


def test_a_full_queue_makes_tcp_wait_and_loses_nothing() -> None:
    lines = [b"!AIVDM,%07d\n" % i for i in range(60_000)]
    with Listener(["tcp-listen://:0"], limits=Limits(queue_bytes=100_000, batch_bytes=20_000)) as listener:

        def send() -> None:
            with socket.create_connection(next(iter(listener.bound.values()))) as out:
                out.sendall(b"".join(lines))

        sender = threading.Thread(target=send)
        sender.start()
        got = b""
        end = time.monotonic() + 30
        while len(got) < sum(map(len, lines)) and time.monotonic() < end:
            batch = listener.take(0.2)
            if batch:
                assert batch.size <= 100_000 + LINE_LIMIT
                got += b"".join(p.data for p in batch.pieces)
                listener.acknowledge(batch.number)
        sender.join()
        assert got == b"".join(lines)
        assert listener.health()[0].dropped == {}


def test_a_client_connects_again_after_its_receiver_went_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with Listener([f"tcp://127.0.0.1:{port}"], first_wait_s=0.05) as listener:
            for n in range(3):
                server.settimeout(10)
                peer, _ = server.accept()
                with peer:
                    peer.sendall(b"!AIVDM,%d\n" % n)
                    (piece,) = pieces(listener, 1)
                    assert piece.data == b"!AIVDM,%d\n" % n
            assert piece.sender == f"tcp://127.0.0.1:{port}"


def test_a_client_waits_for_a_receiver_that_is_not_there_yet() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Listener([f"tcp://127.0.0.1:{port}"], first_wait_s=0.05) as listener:
        until(lambda: "refused" in listener.health()[0].detail)
        assert listener.health()[0].state == "never"
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(10)
            peer, _ = server.accept()
            with peer:
                peer.sendall(LINE)
                assert pieces(listener, 1)[0].data == LINE


def test_health_ages_with_the_clock() -> None:
    now = [datetime(2026, 1, 1, tzinfo=UTC)]
    with Listener(["udp://:0"], clock=lambda: now[0]) as listener, udp_sender() as out:
        assert listener.health()[0].state == "never"
        assert listener.health()[0].age_s is None
        name, where = next(iter(listener.bound.items()))
        out.sendto(LINE, where)
        pieces(listener, 1)
        states = []
        for age_s in (0, 60, 61, 600, 601):
            now[0] = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=age_s)
            states.append(listener.health()[0].state)
        assert states == ["ok", "ok", "late", "late", "lost"]
        t = datetime(2025, 12, 31, tzinfo=UTC)
        listener.report(name, broken=2, last_t=t)
        listener.report(name, last_t=t - timedelta(hours=1))
        health = listener.health()[0]
        assert (health.broken, health.last_t, health.last_arrival) == (2, t, datetime(2026, 1, 1, tzinfo=UTC))


def test_what_the_sink_refused_comes_again_in_order() -> None:
    with Listener(["udp://:0"], limits=Limits(batch_bytes=1)) as listener, udp_sender() as out:
        where = next(iter(listener.bound.values()))
        for n in range(4):
            out.sendto(b"!%d" % n, where)
        until(lambda: listener.health()[0].sentences == 4)
        stop, stored = threading.Event(), []

        def failing(batch: Batch) -> None:
            if batch.number == 2:
                raise OSError("disk full")
            stored.append(batch.pieces[0].data)

        with pytest.raises(OSError, match="disk full"):
            listener.run(failing, stop)

        def working(batch: Batch) -> None:
            stored.append(batch.pieces[0].data)
            if len(stored) == 4:
                stop.set()

        listener.run(working, stop)
        assert stored == [b"!0\n", b"!1\n", b"!2\n", b"!3\n"]


def test_a_later_acknowledgement_keeps_the_room_taken() -> None:
    queue = BatchQueue(limit=1000, batch_limit=100)
    piece = Piece("s", "p", datetime(2026, 1, 1, tzinfo=UTC), b"x" * 99 + b"\n")
    assert [queue.offer(piece) for _ in range(3)] == [True, True, False]
    first, second = queue.take(0), queue.take(0)
    assert first is not None
    assert second is not None
    assert not queue.offer(piece)
    queue.acknowledge(first.number)
    assert queue.offer(piece)
    queue.rewind()
    again = queue.take(0)
    assert again == second


def test_a_batch_that_failed_is_given_again_before_later_ones() -> None:
    with Listener(["udp://:0"], limits=Limits(batch_bytes=1)) as listener, udp_sender() as out:
        where = next(iter(listener.bound.values()))
        for n in range(2):
            out.sendto(b"!%d" % n, where)
        until(lambda: listener.health()[0].sentences == 2)
        first = listener.take(5)
        listener.again()
        assert [listener.take(5), getattr(listener.take(5), "number", None)] == [first, 2]
        listener.acknowledge(2)
        listener.again()
        assert listener.take(0) is None


def test_streams_are_bounded_and_the_longest_silent_goes() -> None:
    def piece(sender: str) -> Piece:
        return Piece("udp://:1", sender, datetime(2026, 1, 1, tzinfo=UTC), b"x\n")

    streams = Streams(list, most=2)
    a, b = streams.of(piece("a")), streams.of(piece("b"))
    assert streams.of(piece("a")) is a
    streams.of(piece("c"))
    assert len(streams) == 2
    assert streams.of(piece("a")) is a
    assert streams.of(piece("b")) is not b


def test_a_port_in_use_is_named() -> None:
    with Listener(["tcp-listen://:0"]) as first:
        port = next(iter(first.bound.values()))[1]
        with (
            pytest.raises(UsageError, match=f"tcp-listen://127.0.0.1:{port}.*another port"),
            Listener(["udp://:0", f"tcp-listen://:{port}"]),
        ):
            pass


def test_what_was_received_can_be_taken_after_closing() -> None:
    with Listener(["udp://:0"]) as listener, udp_sender() as out:
        out.sendto(LINE, next(iter(listener.bound.values())))
        until(lambda: listener.health()[0].sentences == 1)
    assert [p.data for b in listener.batches() for p in b.pieces] == [LINE]


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.binary(min_size=1, max_size=60).map(lambda b: b.replace(b"\n", b"x")), min_size=1, max_size=30
    )
)
def test_tcp_gives_back_exactly_what_was_sent(lines: list[bytes]) -> None:
    sent = b"".join(line + b"\n" for line in lines)
    with Listener(["tcp-listen://:0"]) as listener:
        with socket.create_connection(next(iter(listener.bound.values()))) as out:
            out.sendall(sent)
        until(lambda: listener.health()[0].bytes == len(sent))
    assert b"".join(p.data for b in listener.batches() for p in b.pieces) == sent
