"""What is signed and handed on: bundles, log lines, notes. Bent ones are refused; none passes for good."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.mutate import JSON, Room, bent, fuzzing, tolerated

from huanqiong.core.errors import HuanqiongError, InputError, IntegrityError
from huanqiong.core.merkle import Frontier
from huanqiong.desk.trust import log, note, witness
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.trust.suites import NAMES, read_verify_key, suite_of
from huanqiong.flows.evidence import bounds, form
from huanqiong.flows.evidence.verify import verify
from huanqiong.lake import bundle

KEYS = {name: suite_of(name).new_key() for name in NAMES}
KEY = KEYS["intl"]


def exported(n: int) -> bytes:
    """A log of `n` entries as it is handed out."""
    tree = Frontier(hasher=KEY.public().suite.hasher)
    bodies = [{"act": "audit.begin", "details": {"log": "abc"}, "id": "0"}]
    bodies += [{"act": "watch.claim", "details": {"why": "风"}, "id": str(i)} for i in range(1, n)]
    entries = []
    for seq, body in enumerate(map(canonical, bodies), 1):
        leaf = tree.hasher.leaf(body.encode())
        tree.append(leaf)
        entries.append((seq, body, leaf))
    point = note.sign_checkpoint(note.origin_of("abc"), n, tree.root(), KEY)
    return b"".join(line.encode() + b"\n" for line in log.export_lines(entries, [(n, point.text, "")], KEY))


LOG = exported(6)
POINT = note.sign_checkpoint("huanqiong/abc", 6, b"\x07" * 32, KEY)


def checked(data: bytes) -> Any:
    return tolerated(lambda: log.verify(data.removesuffix(b"\n").split(b"\n"), KEY.public()))


def test_no_bent_log_verifies() -> None:
    assert checked(LOG).point.size == 6

    @fuzzing(400)
    @given(data=bent(LOG))
    def run(data: bytes) -> None:
        found = checked(data)
        assert isinstance(found, HuanqiongError) or data.removesuffix(b"\n") == LOG.removesuffix(b"\n")

    run()
    for line in (
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 100_000,
        b'{"body":1e999}',
        b"\xff",
        b"",
        b"null",
    ):
        assert isinstance(checked(LOG + line + b"\n"), IntegrityError), line[:9]


@fuzzing(400)
@given(
    text=st.one_of(bent(POINT.text.encode()), st.binary(max_size=200)).map(
        lambda b: b.decode("utf-8", "replace")
    )
)
def test_no_bent_checkpoint_is_believed(text: str) -> None:
    found = tolerated(lambda: note.read_checkpoint(text, KEY.public()))
    assert isinstance(found, HuanqiongError) or found.body == POINT.body
    tolerated(lambda: note.parse_checkpoint(text))
    tolerated(lambda: note.read_signature(text))


REQUEST = witness.request(0, [], POINT.text)


@fuzzing(300)
@given(
    text=st.one_of(bent(REQUEST.encode()), st.binary(max_size=200)).map(
        lambda b: b.decode("utf-8", "replace")
    )
)
def test_no_bent_request_is_cosigned(text: str) -> None:
    def cosigned() -> Any:
        return witness.cosign(text, None, KEY.public(), name="w", key=KEYS["intl"], at_s=1)

    found = tolerated(cosigned)
    assert isinstance(found, HuanqiongError) or found[0].body == POINT.body
    tolerated(lambda: witness.check_cosignature(POINT, text, "w", KEY.public()))


@pytest.mark.parametrize("suite", NAMES)
def test_no_bent_key_is_another(suite: str) -> None:
    good = KEYS[suite].public().pem()
    private = KEYS[suite].pem()

    @fuzzing(200)
    @given(pem=bent(good), secret=bent(private))
    def run(pem: bytes, secret: bytes) -> None:
        tolerated(lambda: read_verify_key(pem))
        with contextlib.suppress(ValueError):  # what the interface promises
            suite_of(suite).read_signing_key(secret)

    run()


MEMBERS = {"README.txt": b"x" * 50, "alert.json": b"{}", "raw/SHA256.a": b"\x00\x01" * 20}
BUNDLE = b"".join(bundle.encode(MEMBERS))


def test_no_bent_bundle_opens() -> None:
    assert bundle.decode(BUNDLE) == MEMBERS

    @fuzzing(500)
    @given(data=bent(BUNDLE))
    def run(data: bytes) -> None:
        found = tolerated(lambda: bundle.decode(data))
        assert isinstance(found, HuanqiongError) or data == BUNDLE

    run()


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../b", "a\\b", "C:x", "", "a\x00b", ".hidden", "a//b"]
)
def test_a_members_name_is_no_path(name: str) -> None:
    with pytest.raises(InputError):
        list(bundle.encode({name: b""}))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(name or "x/", b"")
    with pytest.raises(IntegrityError):
        bundle.decode(out.getvalue())


def test_a_packed_or_linked_member_is_refused() -> None:
    for packing, attributes in ((zipfile.ZIP_DEFLATED, 0), (zipfile.ZIP_STORED, 0o120777 << 16)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", packing) as z:
            info = zipfile.ZipInfo("README.txt", (1980, 1, 1, 0, 0, 0))
            info.external_attr, info.compress_type = attributes, packing
            z.writestr(info, b"/etc/passwd" * 1000)
        with pytest.raises(IntegrityError):
            bundle.decode(out.getvalue())


def test_members_that_would_swell_are_refused() -> None:
    out = io.BytesIO()
    np.savez_compressed(out, dx=np.zeros(120_000_000, np.int32))
    with Room(64), pytest.raises(IntegrityError, match="unpacked it comes to"):
        bounds.check_bounds("geography/coast.npz", out.getvalue())

    @fuzzing(200)
    @given(data=bent(out.getvalue()[:2000]))
    def run(data: bytes) -> None:
        tolerated(lambda: bounds.check_bounds("geography/coast.npz", data))

    run()


SKELETON: dict[str, Any] = {
    "format": form.FORMAT,
    "store": {"name": "x", "kind": "drill", "title_zh": "甲", "title_en": "A", "theatre": "hainan"},
    "drill": True,
    "alert": 1,
    "purpose": "x",
    "exporter": {"name": "x", "code": "x"},
    "exported_at": "2026-01-01T00:00:00Z",
    "product": {"name": "huanqiong", "version": "0.1.0", "code_sha256": "x"},
    "attribution": "x",
    "runs": {},
    "raw": {},
    "checkpoint": "",
}


def forged(manifest: dict[str, Any], members: dict[str, bytes]) -> bytes:
    """A bundle that a forger signed with a key of their own."""
    full = {**manifest, "content_sha256": form.content_sha256(members), "files": form.listed(members)}
    text = form.json_bytes(full)
    signature, key = form.sign(text, KEY)
    whole = {**members, form.MANIFEST: text, form.SIGNATURE: signature, form.KEY: key}
    return b"".join(bundle.encode(whole))


def test_what_a_forger_signs_is_checked_to_the_end_and_never_falls(tmp_path: Path) -> None:
    file = tmp_path / "x.zip"

    def told(data: bytes) -> list[str]:
        file.write_bytes(data)
        return [c.state for c in verify(file)]

    empty = dict.fromkeys(form.ALWAYS, b"")
    assert "fail" in told(forged(SKELETON, empty))
    plain = JSON.filter(_canonical)

    @fuzzing(250)
    @given(
        changes=st.dictionaries(st.sampled_from(sorted(SKELETON)), plain, max_size=3),
        contents=st.dictionaries(
            st.sampled_from([*form.ALWAYS, form.OTHER, form.ZONES]),
            st.one_of(st.binary(max_size=80), plain.map(form.json_bytes)),
            max_size=3,
        ),
    )
    def run(changes: dict[str, Any], contents: dict[str, bytes]) -> None:
        found = tolerated(lambda: told(forged({**SKELETON, **changes}, {**empty, **contents})))
        assert isinstance(found, HuanqiongError) or "fail" in found, "a forger's bundle holds nothing true"

    run()


def _canonical(value: Any) -> bool:
    """Whether a value has a canonical form at all: no fraction, no half a character."""
    try:
        form.json_bytes(value)
        json.dumps(value).encode()
    except (ValueError, TypeError):
        return False
    return True
