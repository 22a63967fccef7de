"""A geography's packed files: read whole, refused where they are broken, cut off or would swell."""

from __future__ import annotations

import gzip

import pytest

from huanqiong.core.errors import InputError
from huanqiong.core.geography.ports import read_world_ports
from huanqiong.core.geography.unpacked import as_text, unpacked

TEXT = "locode,name,country,lat,lon\nCNHAK,海口,CN,20.02,110.28\n"
PACKED = gzip.compress(TEXT.encode("utf-8-sig"))


def test_plain_packed_and_doubly_packed_are_the_same_text() -> None:
    half = len(TEXT) // 2
    members = gzip.compress(TEXT[:half].encode()) + gzip.compress(TEXT[half:].encode())
    for raw in (TEXT.encode(), TEXT.encode("utf-8-sig"), PACKED, members):
        assert as_text(raw, "ports.csv") == TEXT
    assert read_world_ports(PACKED, "ports.csv.gz").rows[0].name_en == "海口"


@pytest.mark.parametrize("cut", [3, 9, 20, len(PACKED) - 1])
def test_a_cut_off_file_is_named(cut: int) -> None:
    with pytest.raises(InputError, match="ports.csv.gz: broken gzip"):
        unpacked(PACKED[:cut], "ports.csv.gz")


def test_any_changed_byte_is_found_or_harmless() -> None:
    for i in range(2, len(PACKED)):
        raw = PACKED[:i] + bytes([PACKED[i] ^ 0x55]) + PACKED[i + 1 :]
        try:
            got = as_text(raw, "x")
        except InputError:
            continue
        assert got == TEXT, "header bytes (time, name of the system) carry no content"


def test_what_would_swell_is_refused_before_it_has() -> None:
    bomb = gzip.compress(b"\0" * 3_000_000)
    with pytest.raises(InputError, match="more than 1,000,000 bytes"):
        unpacked(bomb, "coast.gz", most=1_000_000)
    assert len(unpacked(bomb, "coast.gz", most=3_000_000)) == 3_000_000


def test_what_is_no_text_is_said() -> None:
    with pytest.raises(InputError, match="not readable as text"):
        as_text(gzip.compress(b"\xff\xfe\x00"), "ports.csv.gz")
