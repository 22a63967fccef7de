"""The exported log: what was exported verifies, and no tampering goes unseen. No database here."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from huanqiong.core.errors import InputError, IntegrityError
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.log import (
    ZERO,
    export_lines,
    link,
    public_pem,
    read_checkpoint,
    read_public_key,
    sign_checkpoint,
    verify,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()


def bodies(n: int, log: str = "abc") -> list[str]:
    first = {"act": "audit.begin", "details": {"log": log}, "id": "0"}
    rest = [{"act": "watch.claim", "details": {"why": '因为 "风"'}, "id": str(i)} for i in range(1, n)]
    return [canonical(b) for b in [first, *rest]]


def exported(texts: list[str], log: str = "abc", key: Ed25519PrivateKey = KEY) -> list[bytes]:
    head, entries = ZERO, []
    for seq, body in enumerate(texts, 1):
        head = link(head, body)
        entries.append((seq, body, head))
    point = sign_checkpoint(log, len(texts), head, key)
    return [line.encode() for line in export_lines(entries, point)]


def test_an_export_verifies_and_names_its_end() -> None:
    point = verify(exported(bodies(50)), PUBLIC)
    assert point.size == 50
    assert point.origin == "huanqiong/abc/chain-sha256"


def test_two_thousand_random_tamperings_are_all_found() -> None:
    rng = random.Random(20261123)
    lines = exported(bodies(40))
    for _ in range(2000):
        changed = list(lines)
        i = rng.randrange(len(changed))
        what = rng.randrange(6)
        if what == 0:  # one bit of one byte
            line = bytearray(changed[i])
            line[rng.randrange(len(line))] ^= 1 << rng.randrange(8)
            changed[i] = bytes(line)
        elif what == 1:
            del changed[i]
        elif what == 2:
            changed.insert(i, changed[rng.randrange(len(changed))])
        elif what == 3:
            j = rng.randrange(len(changed))
            if i == j:
                continue
            changed[i], changed[j] = changed[j], changed[i]
        elif what == 4:
            changed = changed[:i]
        else:  # white space that JSON would forgive
            changed[i] = changed[i].replace(b":", b": ", 1)
        with pytest.raises(IntegrityError):
            verify(changed, PUBLIC)


def test_an_edit_with_all_hashes_redone_is_found_by_the_signature_and_names_what_is_wrong() -> None:
    texts = bodies(20)
    genuine = exported(texts)
    texts[7] = texts[7].replace("claim", "judge")
    forged = exported(texts, key=Ed25519PrivateKey.generate())
    with pytest.raises(IntegrityError, match="another key"):
        verify(forged, PUBLIC)
    with pytest.raises(IntegrityError, match="checkpoint signs 20"):
        verify([*forged[:-1], genuine[-1]], PUBLIC)
    with pytest.raises(IntegrityError, match="entry 8 does not follow"):
        verify([*genuine[:7], genuine[7].replace(b"claim", b"judge"), *genuine[8:]], PUBLIC)


def test_a_pinned_checkpoint_finds_a_history_signed_twice() -> None:
    old = exported(bodies(10))
    pin = json.loads(old[-1])["checkpoint"]
    assert verify(exported(bodies(30)), PUBLIC, pin=pin).size == 30
    forked = bodies(30)
    forked[4] = forked[4].replace("claim", "order")
    verify(exported(forked), PUBLIC)
    with pytest.raises(IntegrityError, match="forked"):
        verify(exported(forked), PUBLIC, pin=pin)
    with pytest.raises(IntegrityError, match="10 entries; the log has 9"):
        verify(exported(bodies(9)), PUBLIC, pin=pin)
    with pytest.raises(IntegrityError):
        verify(exported(bodies(30, log="other"), log="other"), PUBLIC, pin=pin)


def test_the_checkpoint_must_be_of_the_log_it_stands_in() -> None:
    with pytest.raises(IntegrityError, match="is of huanqiong/xyz"):
        verify(exported(bodies(5, log="abc"), log="xyz"), PUBLIC)


def test_checkpoint_text_has_one_form() -> None:
    text = sign_checkpoint("abc", 3, "ab" * 32, KEY)
    assert read_checkpoint(text, PUBLIC).size == 3
    signature = text.split(" ")[-1].strip()
    other = base64.b64encode(base64.b64decode(signature)[:-1]).decode()
    for bad in (text + "\n", text.replace("\n3\n", "\n03\n"), text.replace(signature, other), "", "x\n\ny"):
        with pytest.raises(IntegrityError):
            read_checkpoint(bad, PUBLIC)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\x00", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
)
def test_a_file_that_is_no_key_is_named(data: bytes) -> None:
    with pytest.raises(InputError, match="key-out"):
        read_public_key(data)


def test_the_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first, second = signing_key(tmp_path / "keys"), signing_key(tmp_path / "keys")
    assert public_pem(first.public_key()) == public_pem(second.public_key())
    assert (tmp_path / "keys" / "audit.key").stat().st_mode & 0o077 == 0
    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["audit.key"]


def test_verifying_needs_no_django(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"".join(line + b"\n" for line in exported(bodies(5))))
    (tmp_path / "key").write_bytes(public_pem(PUBLIC))
    code = (
        "import sys; sys.modules['django'] = None\n"
        "from pathlib import Path\n"
        "from huanqiong.cli.audit import verify\n"
        "verify(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "log"), str(tmp_path / "key")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "5 entries" in done.stdout
