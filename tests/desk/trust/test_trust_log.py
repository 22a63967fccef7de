"""The exported log: what was exported verifies, and no tampering goes unseen. No database here."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.core.errors import IntegrityError, StoreError
from huanqiong.core.merkle import Frontier
from huanqiong.desk.trust.canonical import canonical, plain
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.log import (
    THINNED,
    _object,
    entry_line,
    export_lines,
    last_checkpoint,
    thinned,
    verify,
)
from huanqiong.desk.trust.note import origin_of, sign_checkpoint
from huanqiong.desk.trust.suites import NAMES, SigningKey, suite_of

KEYS = {name: suite_of(name).new_key() for name in NAMES}
KEY = KEYS["intl"]
PUBLIC = KEY.public()


def bodies(n: int, log: str = "abc") -> list[str]:
    first = {"act": "audit.begin", "details": {"log": log}, "id": "0"}
    rest = [{"act": "watch.claim", "details": {"why": '因为 "风"'}, "id": str(i)} for i in range(1, n)]
    return [canonical(b) for b in [first, *rest]]


def exported(
    texts: list[str], *, log: str = "abc", key: SigningKey = KEY, every: int | None = None
) -> list[bytes]:
    """An export with a checkpoint after each `every` entries (None: one at the end)."""
    tree = Frontier(hasher=key.public().suite.hasher)
    entries, points = [], []
    for seq, body in enumerate(texts, 1):
        leaf = tree.hasher.leaf(body.encode())
        tree.append(leaf)
        entries.append((seq, body, leaf))
        if seq == len(texts) or (every and seq % every == 0):
            points.append((seq, sign_checkpoint(origin_of(log), seq, tree.root(), key).text, ""))
    return [line.encode() for line in export_lines(entries, points, key)]


@pytest.mark.parametrize("name", NAMES)
def test_an_export_verifies_and_names_its_end(name: str) -> None:
    found = verify(exported(bodies(50), key=KEYS[name], every=20), KEYS[name].public())
    assert (found.point.size, found.point.origin, found.checkpoints) == (50, "huanqiong/abc", 3)


@pytest.mark.parametrize(("name", "times"), [("intl", 3000), ("gm", 150)])
def test_thousands_of_random_tamperings_are_all_found(name: str, times: int) -> None:
    rng = random.Random(20261123)
    lines = exported(bodies(40), key=KEYS[name], every=15)
    public, done = KEYS[name].public(), 0
    verify(lines, public)
    while done < times:
        changed = list(lines)
        i = rng.randrange(len(changed))
        what = rng.randrange(7)
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
            changed[i], changed[j] = changed[j], changed[i]
        elif what == 4:
            changed = changed[:i]
        elif what == 5:  # white space that JSON would forgive
            changed[i] = changed[i].replace(b":", b": ", 1)
        elif changed[i].startswith(b'{"body"'):  # an edit with its own hash redone
            body = json.loads(changed[i])["body"] | {"id": str(rng.random())}
            leaf = public.suite.hasher.leaf(canonical(body).encode())
            changed[i] = entry_line(json.loads(changed[i])["seq"], canonical(body), leaf).encode()
        if changed == lines:
            continue
        done += 1
        with pytest.raises(IntegrityError):
            verify(changed, public)


def test_a_genuine_older_export_passes_for_one_and_only_a_pin_tells() -> None:
    older, newer = exported(bodies(30), every=15), exported(bodies(40), every=15)
    with pytest.raises(IntegrityError, match="cut off"):
        verify(newer[:32], PUBLIC)  # ends in the checkpoint over 30, and is no export
    assert verify(older, PUBLIC).point.size == 30
    with pytest.raises(IntegrityError, match="40 entries; the log has 30: its end was cut off"):
        verify(older, PUBLIC, pin=last_checkpoint(newer[-1].decode() + "\n"))


def test_a_plain_edit_is_named() -> None:
    lines = exported(bodies(20))
    lines[7] = lines[7].replace(b"claim", b"judge")
    with pytest.raises(IntegrityError, match="entry 8 was changed"):
        verify(lines, PUBLIC)


def test_an_edit_with_its_hash_redone_is_named_within_the_checkpoints_around_it() -> None:
    texts = bodies(20)
    genuine = exported(texts, every=1)
    texts[7] = texts[7].replace("claim", "judge")
    forged = exported(texts, key=suite_of("intl").new_key(), every=1)
    with pytest.raises(IntegrityError, match="another key"):
        verify(forged, PUBLIC)
    mixed = [f if f.startswith(b'{"body"') else g for f, g in zip(forged, genuine, strict=True)]
    with pytest.raises(IntegrityError, match="Entries 8 to 8: at least one was changed"):
        verify(mixed, PUBLIC)
    few = exported(texts, every=5)
    few = [
        g if g.startswith(b'{"checkpoint"') else f
        for f, g in zip(few, exported(bodies(20), every=5), strict=True)
    ]
    with pytest.raises(IntegrityError, match="Entries 6 to 10: at least one was changed"):
        verify(few, PUBLIC)


@pytest.mark.parametrize("name", NAMES)
def test_a_pinned_checkpoint_finds_a_history_signed_twice(name: str) -> None:
    key, public = KEYS[name], KEYS[name].public()
    pin = last_checkpoint("\n".join(line.decode() for line in exported(bodies(10), key=key)) + "\n")
    assert verify(exported(bodies(30), key=key), public, pin=pin).point.size == 30
    forked = bodies(30)
    forked[4] = forked[4].replace("claim", "order")
    verify(exported(forked, key=key), public)
    with pytest.raises(IntegrityError, match="forked"):
        verify(exported(forked, key=key), public, pin=pin)
    with pytest.raises(IntegrityError, match="10 entries; the log has 9"):
        verify(exported(bodies(9), key=key), public, pin=pin)
    with pytest.raises(IntegrityError):
        verify(exported(bodies(30, log="other"), log="other", key=key), public, pin=pin)


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_parts_of_any_size_verify_alike(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huanqiong.desk.trust.log._PART", size)
    lines = exported(bodies(40), every=7)
    pin = last_checkpoint(exported(bodies(21))[-1].decode() + "\n")
    assert verify(lines, PUBLIC, pin=pin).point.size == 40
    for i in range(len(lines)):
        with pytest.raises(IntegrityError):
            verify([*lines[:i], *lines[i + 1 :]], PUBLIC)
        with pytest.raises(IntegrityError):
            verify([*lines[: i + 1], lines[i], *lines[i + 1 :]], PUBLIC)
    other = bodies(21)
    other[20] = other[20].replace("claim", "order")
    forked = last_checkpoint(exported(other)[-1].decode() + "\n")
    with pytest.raises(IntegrityError, match="Entries 1 to 21 are not those"):
        verify(lines, PUBLIC, pin=forked)


def test_another_suites_key_verifies_nothing() -> None:
    with pytest.raises(IntegrityError):
        verify(exported(bodies(3)), KEYS["gm"].public())


def test_the_checkpoint_must_be_of_the_log_it_stands_in() -> None:
    with pytest.raises(IntegrityError, match="is of huanqiong/xyz"):
        verify(exported(bodies(5, log="abc"), log="xyz"), PUBLIC)


def test_numbers_with_a_fraction_and_doubled_keys_have_no_canonical_form() -> None:
    lines = exported(bodies(3))
    for bad in (b'{"body":{"a":1.5},"leaf":"","seq":1}', b'{"body":{"a":1,"a":1},"leaf":"","seq":1}',
                b'{"body":{"a":NaN},"leaf":"","seq":1}', b"[" * 100_000, b'{"seq":1}', b"7"):  # fmt: skip
        with pytest.raises(IntegrityError):
            verify([bad, *lines[1:]], PUBLIC)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\x7f", "\u2028", "1.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=600, deadline=None)
@given(
    st.dictionaries(st.text(max_size=4), JSON, max_size=4),
    st.sampled_from([(",", ":"), (", ", ":")]),
    st.booleans(),
)
def test_the_quick_reader_accepts_nothing_that_the_slow_one_refuses(
    value: dict[str, object], separators: tuple[str, str], escaped: bool
) -> None:
    text = json.dumps(value, separators=separators, ensure_ascii=escaped, sort_keys=True)
    try:
        line = text.encode()
    except UnicodeEncodeError:
        return
    verdicts = []
    for quick in (orjson.loads, _refuse):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("huanqiong.desk.trust.log.orjson.loads", quick)
            try:
                verdicts.append(_object(line, 1))
            except IntegrityError:
                verdicts.append(None)
    assert verdicts[0] == verdicts[1]


def _refuse(line: bytes) -> object:
    raise ValueError


def test_checkpoints_are_thinned_evenly_and_never_the_last() -> None:
    assert thinned([3, 5, 9], "intl") == {3, 5, 9}
    sizes = list(range(1, 3 * THINNED["gm"] + 8))
    kept = sorted(thinned(sizes, "gm"))
    assert len(kept) <= THINNED["gm"]
    assert kept[-1] == sizes[-1]
    assert max(b - a for a, b in zip(kept, kept[1:], strict=False)) <= 5


@pytest.mark.parametrize("name", NAMES)
def test_the_key_is_made_once_and_kept_private(tmp_path: Path, name: str) -> None:
    suite = suite_of(name)
    first, second = signing_key(tmp_path / "keys", suite), signing_key(tmp_path / "keys", suite)
    assert first.public().pem() == second.public().pem()
    assert (tmp_path / "keys" / "audit.key").stat().st_mode & 0o077 == 0
    assert [p.name for p in (tmp_path / "keys").iterdir()] == ["audit.key"]
    other = suite_of(next(n for n in NAMES if n != name))
    with pytest.raises(StoreError, match=f"suite {name}"):
        signing_key(tmp_path / "keys", other)
    (tmp_path / "keys" / "audit.key").write_text("nothing")
    with pytest.raises(StoreError, match="Restore it"):
        signing_key(tmp_path / "keys", suite)


@pytest.mark.parametrize("name", NAMES)
def test_verifying_needs_no_django(tmp_path: Path, name: str) -> None:
    lines = exported(bodies(5), key=KEYS[name])
    (tmp_path / "log").write_bytes(b"".join(line + b"\n" for line in lines))
    (tmp_path / "key").write_bytes(KEYS[name].public().pem())
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


@settings(deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**70), 2**70)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(st.characters(exclude_categories=())),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_the_quick_canonical_text_is_the_slow_one(value: Any) -> None:
    slow = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(value) == slow
