"""Replay over real sockets: what arrives is the file, at its own pace, at times that live stores take."""

from __future__ import annotations

import gzip
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import InputError, LayoutError, MissingError, UsageError
from huanqiong.core.schema import POSITIONS, STATIC, conform
from huanqiong.feed.net.encode import position_sentences, tagged
from huanqiong.feed.net.listen import Listener
from huanqiong.feed.net.replay import Replayed, replay
from huanqiong.feed.net.stamps import from_us, time_of, to_us
from huanqiong.lines.sea.message import decode

T = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
SCHEMES = ["udp", "tcp"]


def positions(*rows: dict[str, Any]) -> pa.Table:
    base = {"source": "ais", "device": "413000000", "mmsi": 413000000, "t": T, "lat": 20.1, "lon": 110.2}
    return conform(pa.Table.from_pylist([base | row for row in rows], schema=POSITIONS), POSITIONS)


def fleet(n: int, step_s: float = 10.0) -> pa.Table:
    return positions(
        *(
            {"mmsi": 413000000 + i % 7, "t": T + timedelta(seconds=i * step_s), "lat": 20 + i / 6000,
             "sog_kn": 9.5,
             "cog_deg": 87.5, "nav_status": 0, "msg_type": 1, "receiver": "r1"}
            for i in range(n)
        )
    )  # fmt: skip


def sentences(table: pa.Table) -> bytes:
    """The table as a recorded NMEA file, with a time in front of each sentence."""
    out = []
    for sentence, t in zip(position_sentences(table), table["t"].to_pylist(), strict=True):
        assert sentence is not None
        out.append(tagged(sentence, to_us(t), "r1"))
    return b"".join(out)


def played(path: Path, scheme: str, **options: Any) -> tuple[bytes, Replayed]:
    """What a listener received of a replay, and the replay's own account."""
    with Listener([f"{'tcp-listen' if scheme == 'tcp' else 'udp'}://:0"]) as listener:
        host, port = next(iter(listener.bound.values()))
        done = replay(path, f"{scheme}://{host}:{port}", **({"speed": 0} | options))
        got = b""
        while len(got) < done.bytes and (batch := listener.take(5.0)):
            got += b"".join(p.data for p in batch.pieces)
    return got, done


@pytest.mark.parametrize("scheme", SCHEMES)
def test_sentences_arrive_as_they_are(tmp_path: Path, scheme: str) -> None:
    data = sentences(fleet(500))
    file = tmp_path / "day.nmea.gz"
    file.write_bytes(gzip.compress(data))
    got, done = played(file, scheme)
    assert got == data
    assert (done.lines, done.bytes, done.complete) == (500, len(data), True)
    assert (done.first_t, done.last_t) == (T, T + timedelta(seconds=4990))


@pytest.mark.parametrize("scheme", SCHEMES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(
    st.fixed_dictionaries({
        "mmsi": st.integers(201_000_000, 775_999_999),
        "t": st.integers(0, 7200).map(lambda s: T + timedelta(seconds=s)),
        "lat": st.integers(-54_000_000, 54_000_000).map(lambda v: v / 600_000.0),
        "lon": st.integers(-107_999_999, 107_999_999).map(lambda v: v / 600_000.0),
        "sog_kn": st.none() | st.integers(0, 1022).map(lambda v: v / 10),
        "cog_deg": st.none() | st.integers(0, 3599).map(lambda v: v / 10),
        "heading": st.none() | st.integers(0, 359),
        "nav_status": st.integers(0, 14),
        "msg_type": st.sampled_from([1, 2, 3]),
        "receiver": st.sampled_from([None, "coast-1"]),
    }), min_size=1, max_size=40))  # fmt: skip
def test_a_table_replayed_and_decoded_is_the_table(
    tmp_path: Path, scheme: str, rows: list[dict[str, Any]]
) -> None:
    table = positions(*(r | {"device": str(r["mmsi"])} for r in rows)).sort_by("t")
    file = tmp_path / "positions.parquet"
    pq.write_table(table, file)
    got, done = played(file, scheme)
    decoded = decode(got).positions
    names = [n for n in POSITIONS.names if not n.startswith("raw_")]
    assert decoded.select(names).to_pylist() == table.select(names).to_pylist()
    assert done.lines == len(rows)


class Impatient(threading.Event):
    """Records how long it was asked to wait, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


def test_the_pace_is_the_files_times_the_speed(tmp_path: Path) -> None:
    file = tmp_path / "a.nmea"
    steps = [0, 60, 120, 90, 600]
    file.write_bytes(sentences(positions(*({"t": T + timedelta(seconds=s)} for s in steps))))
    stop = Impatient()
    _, done = played(file, "udp", speed=60, stop=stop)
    assert [round(w) for w in stop.waits] == [1, 2, 2, 10]
    assert done.sends == 5


def test_a_wrong_clock_in_the_file_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "a.nmea"
    times = [T, T + timedelta(days=4000), T + timedelta(seconds=60), T + timedelta(seconds=120)]
    file.write_bytes(sentences(positions(*({"t": t} for t in times))))
    stop = Impatient()
    _, done = played(file, "udp", speed=60, stop=stop)
    assert max(stop.waits) < 2
    assert done.jumps == 2


def test_sentences_without_any_time_go_out_at_an_even_rate(tmp_path: Path) -> None:
    file = tmp_path / "bare.nmea"
    bare = b"".join(s for s in position_sentences(fleet(5)) if s)
    file.write_bytes(bare)
    stop = Impatient()
    got, done = played(file, "tcp", speed=60, untimed_per_s=2.0, stop=stop)
    assert got == bare
    assert [round(w * 2) for w in stop.waits] == [1, 2, 3, 4, 5]
    assert (done.first_t, done.last_t) == (None, None)


@pytest.mark.parametrize("speed", [0.5, 1.0, 60.0, 0.0])
@pytest.mark.parametrize("kind", ["nmea", "parquet"])
def test_rebased_times_are_never_later_than_their_sending(tmp_path: Path, speed: float, kind: str) -> None:
    table = fleet(30)
    file = tmp_path / f"a.{kind}"
    if kind == "nmea":
        file.write_bytes(sentences(table))
    else:
        pq.write_table(table, file)
    now = datetime(2030, 5, 5, 5, 5, 5, tzinfo=UTC)
    got, done = played(file, "udp", speed=speed, stop=Impatient(), rebase="now", clock=lambda: now)
    sent = [time_of(line) for line in got.splitlines()]
    for said, original in zip(sent, table["t"].to_pylist(), strict=True):
        assert said is not None
        assert from_us(said) - original == timedelta(seconds=done.shift_s)
        sending = now + ((original - T) / speed if speed else timedelta(0))
        assert from_us(said) <= sending
    assert done.shift_s % 60 == 0
    edge = from_us(sent[0] or 0) if 0 < speed <= 1 else from_us(sent[-1] or 0)
    end = now if speed <= 1 else now + timedelta(seconds=290 / speed)
    assert timedelta(0) <= end - edge < timedelta(minutes=1)


def test_stopping_early_says_so(tmp_path: Path) -> None:
    file = tmp_path / "a.nmea"
    file.write_bytes(sentences(fleet(10, step_s=3600)))
    stop = threading.Event()
    with Listener(["udp://:0"]) as listener:
        host, port = next(iter(listener.bound.values()))

        def at_the_first_line() -> None:
            listener.take(60)
            stop.set()

        threading.Thread(target=at_the_first_line, daemon=True).start()
        done = replay(file, f"udp://{host}:{port}", speed=1, stop=stop)
    assert (done.lines, done.complete) == (1, False)


def test_a_tcp_line_that_breaks_is_opened_again_and_nothing_is_lost_after(tmp_path: Path) -> None:
    file = tmp_path / "a.nmea"
    data = sentences(fleet(40, step_s=1))
    file.write_bytes(data)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        port = server.getsockname()[1]
        results: list[Replayed] = []
        thread = threading.Thread(
            target=lambda: results.append(replay(file, f"tcp://127.0.0.1:{port}", speed=40))
        )
        thread.start()
        peer, _ = server.accept()
        with peer:
            first = peer.recv(100)
        second = b""
        peer, _ = server.accept()
        with peer:
            peer.settimeout(20)
            while piece := peer.recv(65_536):
                second += piece
        thread.join()
    assert data.startswith(first)
    assert data.endswith(second)
    assert results[0].reconnections == 1
    assert results[0].complete


def test_rows_that_are_no_ais_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "p.parquet"
    pq.write_table(positions({}, {"mmsi": None, "source": "beidou"}), file)
    _, done = played(file, "udp")
    assert (done.lines, done.not_ais) == (1, 1)


def test_static_data_goes_first(tmp_path: Path) -> None:
    file, static = tmp_path / "p.parquet", tmp_path / "s.parquet"
    pq.write_table(fleet(3), file)
    pq.write_table(pa.Table.from_pylist([{"mmsi": 413000001, "name": "QIONG 1"}], schema=STATIC), static)
    got, _ = played(file, "tcp", static=static)
    out = decode(got)
    assert out.static["name"].to_pylist() == ["QIONG 1"]
    assert out.positions.num_rows == 3


def test_what_cannot_be_replayed_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Check the path"):
        replay(tmp_path / "none.nmea", "udp://127.0.0.1:9")
    csv = tmp_path / "a.csv"
    csv.write_text("MMSI,LAT,LON\n1,2,3\n")
    with pytest.raises(InputError, match="hq sea load"):
        replay(csv, "udp://127.0.0.1:9")
    pq.write_table(pa.table({"mmsi": [1], "when": [2]}), tmp_path / "a.parquet")
    with pytest.raises(LayoutError, match="columns missing: t, lat, lon; seen: mmsi, when"):
        replay(tmp_path / "a.parquet", "udp://127.0.0.1:9")
    file = tmp_path / "a.nmea"
    file.write_bytes(sentences(fleet(1)))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(MissingError, match="Start the receiving side first"):
        replay(file, f"tcp://127.0.0.1:{port}")
    with pytest.raises(UsageError, match="Speed"):
        replay(file, "udp://127.0.0.1:9", speed=-1)
    with pytest.raises(UsageError, match="Cannot send"):
        replay(file, "tcp-listen://127.0.0.1:9")


@pytest.mark.real
def test_the_danish_feed_replayed_decodes_like_the_file(data_dir: Path) -> None:
    file = data_dir / "ais" / "nmea_dk_20131112_dma.txt.gz"
    got, done = played(file, "tcp")
    whole = gzip.decompress(file.read_bytes())
    names = [n for n in POSITIONS.names if not n.startswith("raw_")]
    assert decode(got).positions.select(names).equals(decode(whole).positions.select(names))
    assert done.lines == sum(bool(line.strip()) for line in whole.split(b"\n"))
