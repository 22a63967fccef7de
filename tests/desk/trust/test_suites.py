"""Both cipher suites keep the same promises: digests, signatures, key files, sealed streams."""

from __future__ import annotations

import io
import secrets
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import InputError, IntegrityError, UsageError
from huanqiong.desk.trust.suites import NAMES, Suite, key_id, read_verify_key, suite_of

# Source: FIPS 180-4, example "abc"; GB/T 32905-2016, appendix A, example 1.
ABC = {
    "intl": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "gm": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
}


@pytest.fixture(params=NAMES)
def suite(request: pytest.FixtureRequest) -> Suite:
    return suite_of(request.param)


def sealed(suite: Suite, data: bytes, **how: object) -> bytes:
    out = io.BytesIO()
    suite.seal(io.BytesIO(data), out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def opened(suite: Suite, data: bytes, **how: object) -> bytes:
    out = io.BytesIO()
    suite.unseal(io.BytesIO(data), out, **how)  # type: ignore[arg-type]
    return out.getvalue()


def test_the_digest_is_the_standards(suite: Suite) -> None:
    assert suite.digest(b"abc").hex() == ABC[suite.name]
    assert suite.salted(b"salt", "琼临渔11479") == {
        suite.digest_name: suite.digest("salt琼临渔11479".encode()).hex()
    }


def test_a_signature_holds_for_its_key_and_text_alone(suite: Suite) -> None:
    key, other = suite.new_key(), suite.new_key()
    signature = key.sign(b"a text")
    assert len(signature) == 64
    assert key.public().verifies(signature, b"a text")
    assert not key.public().verifies(signature, b"a test")
    assert not other.public().verifies(signature, b"a text")
    for i in (0, 31, 32, 63):
        bad = bytearray(signature)
        bad[i] ^= 1
        assert not key.public().verifies(bytes(bad), b"a text")
    assert not key.public().verifies(signature[:-1], b"a text")
    assert not key.public().verifies(bytes(64), b"a text")


def test_a_short_secret_is_filled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """One SM2 secret in 256 begins with a zero byte, which the library leaves out."""
    import gmalg

    known = bytes(1) + bytes(range(1, 32))
    public = bytes(gmalg.SM2().generate_pk(known))
    monkeypatch.setattr(gmalg.SM2, "generate_keypair", lambda self: (known.lstrip(bytes(1)), public))
    suite = suite_of("gm")
    key = suite.new_key()
    assert suite.read_signing_key(key.pem()).public().raw == public
    assert key.public().verifies(key.sign(b"x"), b"x")
    secret, recipient = suite.new_identity()
    assert opened(suite, sealed(suite, b"data", to=[recipient]), secret=secret) == b"data"


def test_keys_go_through_files(suite: Suite) -> None:
    key = suite.new_key()
    again = suite.read_signing_key(key.pem())
    assert again.public().raw == key.public().raw
    public = read_verify_key(key.public().pem())
    assert public.raw == key.public().raw
    assert public.suite is suite
    assert public.verifies(again.sign(b"x"), b"x")
    other = suite_of(next(n for n in NAMES if n != suite.name))
    with pytest.raises(ValueError, match=r".+"):
        other.read_verify_key(key.public().pem())
    with pytest.raises(ValueError, match=r".+"):
        other.read_signing_key(key.pem())


@pytest.mark.parametrize(
    "text", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"\xff"]
)
def test_what_is_no_key_is_told(text: bytes) -> None:
    with pytest.raises(InputError, match="public key"):
        read_verify_key(text)


def test_an_unknown_suite_is_told() -> None:
    with pytest.raises(UsageError, match="intl, gm"):
        suite_of("rot13")


def test_key_ids_tell_suites_uses_and_names_apart() -> None:
    seen = set()
    for name in NAMES:
        suite = suite_of(name)
        raw = suite.new_key().public().raw
        for kind in (suite.checkpoint_type, suite.cosignature_type):
            seen |= {key_id(n, kind, raw) for n in ("a.example/x", "b.example/x")}
    assert len(seen) == 8


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_what_is_sealed_opens_for_each_recipient_and_nobody_else(suite: Suite, size: int) -> None:
    data = secrets.token_bytes(size)
    mine, yours, strangers = (suite.new_identity() for _ in range(3))
    text = sealed(suite, data, to=[mine[1], yours[1]])
    assert opened(suite, text, secret=mine[0]) == data
    assert opened(suite, text, secret=yours[0]) == data
    with pytest.raises(IntegrityError):
        opened(suite, text, secret=strangers[0])
    with pytest.raises(IntegrityError):
        opened(suite, text, passphrase="no")


def test_a_passphrase_opens(suite: Suite) -> None:
    text = sealed(suite, b"data", passphrase="一个长长的口令")
    assert opened(suite, text, passphrase="一个长长的口令") == b"data"
    with pytest.raises(IntegrityError):
        opened(suite, text, passphrase="another one")


def test_wrong_uses_are_told(suite: Suite) -> None:
    secret, recipient = suite.new_identity()
    for how in ({}, {"to": [recipient], "passphrase": "x"}, {"to": ["nobody"]}):
        with pytest.raises(UsageError):
            sealed(suite, b"", **how)
    text = sealed(suite, b"", to=[recipient])
    for how in ({}, {"secret": secret, "passphrase": "x"}, {"secret": "nothing"}):
        with pytest.raises(UsageError):
            opened(suite, text, **how)


@pytest.mark.parametrize("name", NAMES)
def test_no_changed_sealed_file_opens(name: str) -> None:
    suite = suite_of(name)
    secret, recipient = suite.new_identity()
    data = b"x" * 150_000
    text = sealed(suite, data, to=[recipient])

    @settings(max_examples=60 if name == "intl" else 25, deadline=None)
    @given(st.data())
    def tampered(draw: st.DataObject) -> None:
        at = draw.draw(st.integers(0, len(text) - 1))
        what = draw.draw(st.sampled_from(("flip", "cut", "drop", "double", "append")))
        changed = {
            "flip": text[:at] + bytes([text[at] ^ (1 << draw.draw(st.integers(0, 7)))]) + text[at + 1 :],
            "cut": text[:at],
            "drop": text[:at] + text[at + 1 :],
            "double": text[:at] + text[at : at + 65552] + text[at:],
            "append": text + b"x",
        }[what]
        with pytest.raises(IntegrityError):
            opened(suite, changed, secret=secret)

    tampered()


def test_pieces_cannot_change_places_or_end_early() -> None:
    suite = suite_of("gm")
    secret, recipient = suite.new_identity()
    text = sealed(suite, b"a" * 65536 + b"b" * 65536 + b"c", to=[recipient])
    head = text.index(b"\n", text.index(b"--- ")) + 1
    step = 65536 + 16
    first, second, last = (
        text[head : head + step],
        text[head + step : head + 2 * step],
        text[head + 2 * step :],
    )
    for changed in (second + first + last, first + second, first + last, last):
        with pytest.raises(IntegrityError):
            opened(suite, text[:head] + changed, secret=secret)


def run(*command: str, data: bytes = b"") -> bytes:
    return subprocess.run(command, input=data, check=True, capture_output=True).stdout


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here to compare SM2 with")
def test_sm2_keys_and_signatures_are_those_of_openssl(tmp_path: Path) -> None:
    suite = suite_of("gm")
    key = suite.new_key()
    (tmp_path / "key.pem").write_bytes(key.pem())
    (tmp_path / "pub.pem").write_bytes(key.public().pem())
    (tmp_path / "text").write_bytes(b"checked by another hand")
    r, s = (int.from_bytes(part, "big") for part in _halves(key.sign(b"checked by another hand")))
    (tmp_path / "sig").write_bytes(encode_dss_signature(r, s))
    how = ["-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    at = ["-in", str(tmp_path / "text")]
    said = run("openssl", "pkeyutl", "-verify", *how, "-pubin", "-inkey", str(tmp_path / "pub.pem"), *at,
               "-sigfile", str(tmp_path / "sig"))  # fmt: skip
    assert b"Signature Verified Successfully" in said
    theirs = run("openssl", "pkeyutl", "-sign", *how, "-inkey", str(tmp_path / "key.pem"), *at)
    joined = b"".join(n.to_bytes(32, "big") for n in decode_dss_signature(theirs))
    assert key.public().verifies(joined, b"checked by another hand")
    made = run("openssl", "genpkey", "-algorithm", "SM2")
    assert len(suite.read_signing_key(made).sign(b"x")) == 64


def _halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]
