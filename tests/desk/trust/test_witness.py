"""Notes, witnesses and stamps of time: what others say of a log, checked without a database."""

from __future__ import annotations

import base64
import shutil
import string
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import IntegrityError
from huanqiong.core.merkle import Frontier, consistency_proof
from huanqiong.desk.trust.note import (
    Checkpoint,
    origin_of,
    parse_checkpoint,
    read_checkpoint,
    read_note,
    sign_checkpoint,
)
from huanqiong.desk.trust.stamp import check_stamp, read_stamp, stamp_request
from huanqiong.desk.trust.suites import NAMES, SigningKey, suite_of
from huanqiong.desk.trust.witness import check_cosignature, cosign, request

KEYS = {name: (suite_of(name).new_key(), suite_of(name).new_key()) for name in NAMES}
WITNESS = "witness.example/gd"


class Log:
    """A log that grows, with its nodes."""

    def __init__(self, key: SigningKey, told: str = "entry") -> None:
        self.key, self.told, self.kept = key, told, {}
        self.tree = Frontier(hasher=key.public().suite.hasher)

    def grow(self, size: int) -> Checkpoint:
        while self.tree.size < size:
            leaf = self.tree.hasher.leaf(f"{self.told} {self.tree.size}".encode())
            self.kept |= {(level, index): h for level, index, h in self.tree.append(leaf)}
        return sign_checkpoint(origin_of("abc"), self.tree.size, self.tree.root(), self.key)

    def since(self, old: int) -> list[bytes]:
        nodes = self.kept.__getitem__
        return consistency_proof(old, self.tree.size, lambda a, b: nodes((a, b)), self.tree.hasher)


@pytest.fixture(params=NAMES)
def keys(request: pytest.FixtureRequest) -> tuple[SigningKey, SigningKey]:
    return KEYS[request.param]


def test_a_witness_follows_a_log_that_only_grows(keys: tuple[SigningKey, SigningKey]) -> None:
    log_key, witness_key = keys
    log, seen = Log(log_key), None
    for at_s, size in ((1000, 1), (1001, 7), (1002, 8), (1003, 8), (1004, 300)):
        point = log.grow(size)
        old = seen.size if seen else 0
        text = request(old, log.since(old) if old else [], point.text)
        seen, line = cosign(text, seen, log_key.public(), name=WITNESS, key=witness_key, at_s=at_s)
        assert seen.size == size
        assert check_cosignature(point, line, WITNESS, witness_key.public()) == at_s
        whole = read_note(point.text + line + "\n")
        assert len(whole.signatures) == 2
        assert read_checkpoint(whole.whole(), log_key.public()).size == size
        with pytest.raises(IntegrityError):
            check_cosignature(point, line, "somebody.else", witness_key.public())
        with pytest.raises(IntegrityError):
            check_cosignature(point, line, WITNESS, log_key.public())
    other = Log(log_key, "another").grow(300)
    with pytest.raises(IntegrityError, match="does not hold"):
        check_cosignature(other, line, WITNESS, witness_key.public())


def test_a_witness_signs_no_second_history(keys: tuple[SigningKey, SigningKey]) -> None:
    log_key, witness_key = keys
    honest, second = Log(log_key), Log(log_key, "another")
    seen = honest.grow(10)
    told = {"name": WITNESS, "key": witness_key, "at_s": 1}
    for size in (10, 11, 30):
        point = second.grow(size)
        with pytest.raises(IntegrityError, match="forked"):
            cosign(request(10, second.since(10), point.text), seen, log_key.public(), **told)
    with pytest.raises(IntegrityError, match="saw 10 entries last"):
        cosign(request(0, [], second.grow(30).text), seen, log_key.public(), **told)
    short = Log(log_key).grow(9)
    with pytest.raises(IntegrityError, match="now shows 9"):
        cosign(request(10, [], short.text), seen, log_key.public(), **told)
    with pytest.raises(IntegrityError, match="another key"):
        cosign(request(10, [], honest.grow(12).text), seen, witness_key.public(), **told)


def test_a_proof_has_one_form() -> None:
    log_key, witness_key = KEYS["intl"]
    log = Log(log_key)
    seen = log.grow(11)
    point = log.grow(29)
    text = request(11, log.since(11), point.text)
    last = text.index("=") - 1  # of its six bits four are a hash's, two are none's
    told = {"name": WITNESS, "key": witness_key, "at_s": 1}
    assert cosign(text, seen, log_key.public(), **told)
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    same = alphabet[alphabet.index(text[last]) ^ 1]
    with pytest.raises(IntegrityError, match="no request"):
        cosign(text[:last] + same + text[last + 1 :], seen, log_key.public(), **told)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_changed_request_is_cosigned(data: st.DataObject) -> None:
    log_key, witness_key = KEYS["intl"]
    log = Log(log_key)
    seen = log.grow(11)
    point = log.grow(29)
    text = request(11, log.since(11), point.text)
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=10, max_codepoint=126))
    changed = text[:at] + letter + text[at + 1 :]
    if changed == text:
        return
    with pytest.raises(IntegrityError):
        cosign(changed, seen, log_key.public(), name=WITNESS, key=witness_key, at_s=1)


def test_checkpoint_text_has_one_form(keys: tuple[SigningKey, SigningKey]) -> None:
    key = keys[0]
    text = sign_checkpoint(origin_of("abc"), 3, b"r" * 32, key).text
    assert read_checkpoint(text, key.public()).size == 3
    signature = text.split(" ")[-1].strip()
    other = base64.b64encode(base64.b64decode(signature)[:-1]).decode()
    root = base64.b64encode(b"r" * 32).decode()
    for bad in (
        *(text + "\n", text.replace("\n3\n", "\n03\n"), text.replace(signature, other), "", "x\n\ny"),
        *(text[:-1], text.replace("—", "-"), text.replace(root, root[:-4]), text.replace("abc", "a\tc")),
        *(text + text.splitlines()[-1] + " \n", text.replace(f"{root}\n", f"{root}\nmore\n")),
    ):
        with pytest.raises(IntegrityError):
            read_checkpoint(bad, key.public())
    strange = text + "— stranger.example/x AAAAAAAA\n"
    assert read_checkpoint(strange, key.public()).size == 3  # unknown signers are let be
    with pytest.raises(IntegrityError, match="another key"):
        read_checkpoint(text, keys[1].public())
    with pytest.raises(IntegrityError, match="signatures"):
        parse_checkpoint(text + "— s AAAAAAAA\n" * 64)


def openssl(*arguments: str, cwd: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """An RFC 3161 authority of our own: a root, and a key that may stamp."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to stamp time with")
    (tmp_path / "tsa.cnf").write_text(
        "[tsa]\ndefault_tsa = here\n[here]\nserial = serial\ndigests = sha256\nsigner_digest = sha256\n"
        "default_policy = 1.2.3.4\naccuracy = secs:1\ntsa_name = yes\ness_cert_id_chain = no\n"
        "[usage]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
        "basicConstraints = CA:false\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n"
    )
    (tmp_path / "serial").write_text("01\n")
    new = ["-newkey", "rsa:2048", "-nodes"]
    openssl(
        "req", "-x509", *new, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", cwd=tmp_path
    )
    openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Time", cwd=tmp_path)
    sign = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"]
    openssl("x509", "-req", "-in", "tsa.csr", *sign, "-out", "tsa.pem", "-extfile", "tsa.cnf",
            "-extensions", "usage", cwd=tmp_path)  # fmt: skip
    return tmp_path


def test_a_stamp_of_time_is_over_one_checkpoint(authority: Path) -> None:
    key = KEYS["intl"][0]
    point, other = Log(key).grow(7), Log(key).grow(8)
    (authority / "q.tsq").write_bytes(stamp_request(point))
    openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-signer", "tsa.pem",
            "-inkey", "tsa.key", "-out", "r.tsr", cwd=authority)  # fmt: skip
    response, roots = (authority / "r.tsr").read_bytes(), (authority / "root.pem").read_bytes()
    stamp = read_stamp(response)
    assert stamp.covers(point)
    assert not stamp.covers(other)
    assert check_stamp(response, point, roots) == stamp.time
    with pytest.raises(IntegrityError):
        check_stamp(response, other, roots)
    with pytest.raises(IntegrityError):
        check_stamp(response[:-9], point, roots)
    with pytest.raises(IntegrityError):
        read_stamp(b"nothing")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "x.key", "-out", "x.pem",
            "-subj", "/CN=Stranger", cwd=authority)  # fmt: skip
    with pytest.raises(IntegrityError):
        check_stamp(response, point, (authority / "x.pem").read_bytes())
