"""A bundle's bytes follow from its members alone: whatever else a file is, it is refused in words."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.errors import HuanqiongError, InputError, IntegrityError
from huanqiong.lake import bundle

MEMBERS = {"a.txt": b"first", "raw/b.csv": b"t,lat\n1,2\n", "z/empty": b""}
WHOLE = b"".join(bundle.encode(MEMBERS))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in members.items():
            z.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def test_other_programs_open_it(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"
    bundle.write(file, MEMBERS)
    assert bundle.read(file) == MEMBERS
    with zipfile.ZipFile(file) as z:
        assert z.testzip() is None
        assert {n: z.read(n) for n in z.namelist()} == MEMBERS
        assert z.namelist() == sorted(MEMBERS)


@given(st.dictionaries(st.from_regex(r"[a-z0-9]{1,8}(/[a-z]{1,4})?", fullmatch=True), st.binary(max_size=40)))
def test_what_was_written_is_read(members: dict[str, bytes]) -> None:
    whole = b"".join(bundle.encode(members))
    assert b"".join(bundle.encode(dict(reversed(members.items())))) == whole
    assert bundle.decode(whole) == members


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(at: int, by: int) -> None:
    changed = bytearray(WHOLE)
    changed[at] ^= by
    with pytest.raises(IntegrityError):
        bundle.decode(bytes(changed))


@given(st.integers(0, len(WHOLE) - 1))
def test_any_cut_is_refused(at: int) -> None:
    with pytest.raises(IntegrityError):
        bundle.decode(WHOLE[:at])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped(MEMBERS, zipfile.ZIP_DEFLATED), "packed again"),
        (zipped({"bomb": b"\0" * 10_000_000}, zipfile.ZIP_DEFLATED), "compressed"),
        (zipped({"../etc/passwd": b"x"}), "no bundle has"),
        (zipped({"/etc/passwd": b"x"}), "no bundle has"),
        (zipped(MEMBERS), "changed"),
        (WHOLE + b"\0", "something was added"),
        (WHOLE[:-30], "cut off"),
    ],
)
def test_other_zips_are_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(IntegrityError, match=words):
        bundle.decode(content)


def test_what_is_no_bundle_is_named(tmp_path: Path) -> None:
    file = tmp_path / "no.zip"
    for content in (b"", b"hello", b"PK"):
        file.write_bytes(content)
        with pytest.raises(InputError, match="no evidence bundle"):
            bundle.read(file)
    with pytest.raises(InputError):
        bundle.read(tmp_path / "absent.zip")
    with pytest.raises(InputError):
        bundle.read(tmp_path)


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", ".hidden", "a\\b", "中", "a/../b", ""])
def test_no_member_is_written_outside(name: str) -> None:
    with pytest.raises(HuanqiongError):
        b"".join(bundle.encode({name: b""}))
