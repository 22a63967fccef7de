"""The raw Danish feed: every sentence with a valid checksum decodes as pyais decodes it."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tests.lines.sea.message.compare import assert_same
from tests.lines.sea.message.peer import messages, tables

from huanqiong.lines.sea.message import Decoded, decode

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def feed(data_dir: Path) -> bytes:
    return gzip.decompress((data_dir / "ais/nmea_dk_20131112_dma.txt.gz").read_bytes())


@pytest.fixture(scope="module")
def decoded(feed: bytes) -> Decoded:
    return decode(feed, raw_sha256="f" * 64)


def test_national_feed_equals_pyais(feed: bytes, decoded: Decoded) -> None:
    assert decoded.rejects == []
    assert_same(decoded, tables(messages(feed)))


def test_drifting_ship_equals_pyais(data_dir: Path) -> None:
    data = gzip.decompress((data_dir / "ais/nmea_dk_drift_538004030.txt.gz").read_bytes())
    assert_same(decode(data), tables(messages(data)))


def _keys(rows: list[dict[str, Any]]) -> Counter[tuple[object, ...]]:
    return Counter(
        (r["t"], r["mmsi"], r["receiver"] or "", round(r["lat"], 6), round(r["lon"], 6), r["msg_type"])
        for r in rows
    )


def test_times_and_receivers_equal_the_decoded_set(data_dir: Path, feed: bytes, decoded: Decoded) -> None:
    """The set was decoded with pyais from VDM; ours also holds the two position reports that came as VDO."""
    expected = pq.read_table(data_dir / "ais/dk_20131112_positions_decoded.parquet").to_pylist()
    rows = decoded.positions.to_pylist()
    rows = [r for r in rows if feed[r["raw_offset"] + 3 : r["raw_offset"] + 6] == b"VDM"]
    assert len(rows) == len(expected) == 24_686
    assert _keys(rows) == _keys(expected)


def test_sentence_without_a_header_takes_its_own_stamp(data_dir: Path) -> None:
    """Some sentences of the drifting ship have no $PGHP but a Unix time behind, or a tag block in front.

    The decoded set gave those the header before, which belongs to another sentence; the rest is equal.
    """
    data = gzip.decompress((data_dir / "ais/nmea_dk_drift_538004030.txt.gz").read_bytes())
    expected = pq.read_table(data_dir / "ais/dk_drift_538004030_positions.parquet").to_pylist()
    ours = decode(data).positions.to_pylist()
    extra = _keys(ours) - _keys(expected)
    assert len(ours) == len(expected)
    assert extra.total() == 44
    for t, _, receiver, *_ in extra:
        assert t.microsecond == 0  # type: ignore[attr-defined]
        assert receiver in ("", "rORBCOMM000", "rORBCOMM000u")


def test_offsets_lead_back_to_the_sentence(feed: bytes, decoded: Decoded) -> None:
    for row in decoded.positions.slice(0, 2_000).to_pylist():
        line = feed[row["raw_offset"] :].split(b"\n", 1)[0]
        again = decode(line).positions.to_pylist()
        assert [(r["mmsi"], r["lat"]) for r in again] == [(row["mmsi"], row["lat"])]


def test_file_order_and_duplicates_are_kept(decoded: Decoded) -> None:
    offsets = decoded.positions["raw_offset"].to_numpy()
    assert (offsets[1:] > offsets[:-1]).all()
    assert pc.count_distinct(decoded.positions["lat"]).as_py() < decoded.positions.num_rows
    assert decoded.positions.num_rows == 24_688
    assert decoded.counts["sentences"] == 26_146
