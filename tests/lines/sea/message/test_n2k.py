"""NMEA 2000 logs: the bundled sample, the forms logs come in, and fast packets."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from huanqiong.lines.sea.message import Decoded, Decoder, decode, joined

SAMPLE = gzip.decompress((files("huanqiong.data") / "sample/aava-n2k.data.gz").read_bytes())
WHOLE = bytes.fromhex("0110dc6d0fd09f630ee2269d23eda6ad83020c800888ae0a0000fe")  # PGN 129038 of the sample
AT = datetime(2014, 8, 15, 19, 0, 0, 443000, tzinfo=UTC)
CAN_ID = "11F80E2B"  # priority 4, PGN 129038, source 43


def frames(data: bytes, sequence: int = 2) -> list[bytes]:
    """The 8-byte frames of a fast packet."""
    pieces = [bytes([len(data)]) + data[:6]] + [data[k : k + 7] for k in range(6, len(data), 7)]
    return [bytes([sequence << 5 | n]) + piece.ljust(7, b"\xff") for n, piece in enumerate(pieces)]


def hexed(data: bytes, by: str = " ") -> str:
    return data.hex(by) if by else data.hex()


def n2k(lines: list[str], t0: datetime | None = None) -> Decoded:
    return decode("".join(text + "\n" for text in lines).encode(), format="n2k", t0=t0)


def test_bundled_sample() -> None:
    found = decode(SAMPLE, format="n2k", raw_sha256="cd" * 32)
    kinds = Counter(found.positions["msg_type"].to_pylist())
    assert (kinds[1] + kinds[2] + kinds[3], kinds[18]) == (1_981, 886)
    assert (found.rejects, found.counts["lines"]) == ([], 21_595)
    assert Counter(found.other["msg_type"].to_pylist()) == {4: 278, 21: 43}
    assert found.static.num_rows == 186 + 19 + 22
    for column, low, high in (("lat", 59.4, 60.2), ("lon", 24.0, 25.7)):
        values = found.positions[column].to_pylist()
        assert all(low < v < high for v in values)
    hooge = next(r for r in found.static.to_pylist() if r["mmsi"] == 236333000)
    del hooge["t"]
    assert hooge == {
        "mmsi": 236333000, "imo": 9301122, "callsign": "ZDHM4", "name": "HOOGE", "ship_type": 71,
        "length_m": 161,
        "beam_m": 25, "draught_m": pytest.approx(10.2, abs=1e-5), "destination": "ST.PETERSBURG",
        "eta": "08-16 07:00",
    }  # fmt: skip


def test_sample_rows_lead_back_to_their_lines() -> None:
    for row in decode(SAMPLE, format="n2k").positions.slice(0, 200).to_pylist():
        line = SAMPLE[row["raw_offset"] :].split(b"\n", 1)[0]
        again = decode(line, format="n2k").positions.to_pylist()[0]
        assert {**again, "raw_offset": row["raw_offset"]} == row


@pytest.mark.parametrize(
    "lines",
    [
        [f"2014-08-15T19:00:00.443Z,4,129038,43,255,27,{hexed(WHOLE, ',')}"],
        [f"2014-08-15-19:00:00.443,4,129038,43,255,8,{hexed(f, ',')}" for f in frames(WHOLE)],
        [f"(1408129200.443000) can0 {CAN_ID}#{hexed(f, '')}" for f in frames(WHOLE)],
        [f" (1408129200.443000)  can0  {CAN_ID}   [8]  {hexed(f)}" for f in frames(WHOLE)],
        [f"19:00:00.443 R {CAN_ID} {hexed(f)}" for f in frames(WHOLE)],
        [f"A190000.443 2BFF4 1F80E {hexed(WHOLE, '').upper()}"],
    ],
    ids=["canboat fast", "canboat plain", "candump -L", "candump", "Yacht Devices", "Actisense"],
)
def test_forms_of_logs(lines: list[str]) -> None:
    row = n2k(lines, t0=datetime(2014, 8, 15, 18, tzinfo=UTC)).positions.to_pylist()[0]
    assert (row["t"], row["mmsi"], row["msg_type"], row["heading"]) == (AT, 258858000, 1, 256)
    assert (row["lat"], row["lon"]) == (59.7501666, 24.141)
    assert row["sog_kn"] == pytest.approx(12.4989, abs=1e-3)


def test_time_of_day_without_a_base_is_not_known() -> None:
    row = n2k([f"A190000.443 2BFF4 1F80E {hexed(WHOLE, '')}"]).positions.to_pylist()[0]
    assert row["t"] is None


def test_time_of_day_runs_over_midnight() -> None:
    lines = [f"A{clock}.000 2BFF4 1F80E {hexed(WHOLE, '')}" for clock in ("235959", "000001")]
    got = n2k(lines, t0=datetime(2014, 8, 15, 18, tzinfo=UTC)).positions["t"].to_pylist()
    assert [t.day for t in got] == [15, 16]


def test_packets_of_two_sequences_interleave() -> None:
    a, b = frames(WHOLE, 1), frames(WHOLE, 2)
    mixed = [f for pair in zip(a, b, strict=True) for f in pair]
    found = n2k([f"(1408129200.443000) can0 {CAN_ID}#{hexed(f, '')}" for f in mixed])
    assert (found.positions.num_rows, found.rejects) == (2, [])


def test_lost_frames_and_short_or_foreign_lines_are_set_aside() -> None:
    lost = frames(WHOLE)
    del lost[1]
    lines = [f"(1408129200.4) can0 {CAN_ID}#{hexed(f, '')}" for f in lost]
    lines += ["hello", f"2014-08-15T19:00:00.443Z,4,129038,43,255,10,{hexed(WHOLE[:10], ',')}"]
    lines += [f"2014-08-15T19:00:00.443Z,4,129038,43,255,27,{hexed(WHOLE[:20], ',')}", "# note"]
    lines += [f"2014-08-15T19:00:00.443Z,4,129038,43,255,27,{hexed(WHOLE, ',')}"]
    found = n2k(lines)
    assert found.positions.num_rows == 1
    assert Counter(r.cause for r in found.rejects) == {
        "orphan_frame": 2,
        "no_sentence": 2,
        "short_payload": 1,
    }


def test_any_cut_gives_the_same() -> None:
    data = SAMPLE[:200_000]
    decoder = Decoder(format="n2k")
    parts = [decoder.feed(data[k : k + 997]) for k in range(0, len(data), 997)]
    cut, whole = joined([*parts, decoder.finish()]), decode(data, format="n2k")
    assert cut.positions.equals(whole.positions)
    assert cut.static.equals(whole.static)
    assert cut.other.equals(whole.other)
    assert {k: n for k, n in cut.counts.items() if n} == {k: n for k, n in whole.counts.items() if n}
