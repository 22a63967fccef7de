"""The audit log outside the database: the lines of an export, and their verification. No Django here.

An export is canonical JSON, an object a line, in the order of the log:

    {"body":{...},"leaf":"HEX","seq":N}     entry N, from 1; leaf = H(0x00 || the bytes of body)
    {"checkpoint":"..."}                    a signed note over all entries above it, see `note`

The last line is a checkpoint over everything, and carries `export`: the log's signature over all checkpoints'
lines of this file, so that no shorter file passes for a whole one. Earlier checkpoints stand where they were
signed (not all: see `thinned`); they tell at which entries a rewritten history departs. A checkpoint's line
may carry a `timestamp`, an RFC 3161 token over the checkpoint's text.
Source: RFC 9162 section 2.1 (leaf and node hashes, roots).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import orjson

from huanqiong.core.errors import IntegrityError
from huanqiong.core.merkle import Frontier
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.trust.note import Checkpoint, origin_of, parse_checkpoint, read_checkpoint
from huanqiong.desk.trust.suites import SigningKey, VerifyKey, suite_of

THINNED = {"intl": 5_000, "gm": 100}
"""Checkpoints in an export at most: each costs whoever verifies a tenth of a millisecond, of SM2 forty."""


@dataclass(frozen=True, slots=True)
class Verified:
    """An export that holds: its last checkpoint, and how many checkpoints it carries. Not checked yet: those
    that others cosigned, and stamps of time (base64) over some of them."""

    point: Checkpoint
    checkpoints: int
    cosigned: list[Checkpoint]
    timestamps: list[tuple[Checkpoint, str]]


def thinned(sizes: list[int], suite: str) -> set[int]:
    """Which checkpoints an export carries, by size: all while they are few, else evenly, always the last."""
    most = THINNED[suite]
    if len(sizes) <= most:
        return set(sizes)
    step = len(sizes) / (most - 1)
    return {sizes[int(i * step)] for i in range(most - 1)} | {sizes[-1]}


def entry_line(seq: int, body: str, leaf: bytes) -> str:
    """An entry's line, without its end."""
    return f'{{"body":{body},"leaf":"{leaf.hex()}","seq":{seq}}}'


def checkpoint_line(text: str, timestamp: str = "") -> str:
    """A checkpoint's line, without its end."""
    return canonical({"checkpoint": text} | ({"timestamp": timestamp} if timestamp else {}))


class _Covered:
    """What the export's signature is over: every checkpoint's line, in order."""

    def __init__(self, digest: Callable[[bytes], bytes]) -> None:
        self._digest, self._all = digest, b""

    def add(self, line: str) -> None:
        self._all = self._digest(self._all + line.encode())

    def message(self) -> bytes:
        return b"huanqiong audit export\n" + self._all


def export_lines(
    entries: Iterable[tuple[int, str, bytes]],
    checkpoints: Iterable[tuple[int, str, str]],
    key: SigningKey,
) -> Iterator[str]:
    """The lines of an export. `entries`: (seq, body, leaf); `checkpoints`: (size, text, timestamp), both in
    order, the last checkpoint over the last entry. `key`: the log's own."""
    covered = _Covered(key.public().suite.digest)
    points = iter(checkpoints)
    due = next(points, None)
    for seq, body, leaf in entries:
        yield entry_line(seq, body, leaf)
        if due is not None and due[0] == seq:
            point, due = due, next(points, None)
            line = checkpoint_line(point[1], point[2])
            covered.add(line)
            if due is not None:
                yield line
            else:
                signature = base64.b64encode(key.sign(covered.message())).decode()
                yield canonical({**json.loads(line), "export": signature})


def _no_float(text: str) -> float:
    raise ValueError(f"the number {text} has no canonical form")


_FRACTION = re.compile(rb'(?:":|[\[,])-?\d+[.eE]')
"""A number with a fraction, as it stands in JSON without spaces; some texts look the same."""


def _object(line: bytes, number: int) -> dict[str, object]:
    """The line's object; IntegrityError unless these are exactly the bytes that its value is written as.

    A quick reader accepts what it writes back the same; whatever it does not is decided by the slow one.
    """
    try:
        quick = orjson.loads(line)
        same = orjson.dumps(quick, option=orjson.OPT_SORT_KEYS) == line
        if same and isinstance(quick, dict) and not _FRACTION.search(line):
            return quick
    except (ValueError, TypeError):
        pass
    try:
        text = line.decode("utf-8")
        value = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
        again = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError) as e:
        raise IntegrityError(f"Line {number} is not JSON ({e}).") from None
    if again != text or not isinstance(value, dict):
        raise IntegrityError(f"Line {number} is not in canonical form: its bytes were changed.")
    return value


Task = tuple[str, int, int, list[bytes]]
"""(suite, lines before, entries before, lines): what one worker reads by itself."""
Run = Callable[[Callable[[Task], "_Part"], Iterable[Task]], Iterable["_Part"]]
"""`map`, or one that hands the tasks to other processes and keeps their order."""
_PART = 4096


def verify(lines: Iterable[bytes], key: VerifyKey, *, pin: str | None = None, run: Run = map) -> Verified:
    """Checks an export line by line; IntegrityError names the entry or the line at fault.

    `lines` are without line ends. `pin`: an older checkpoint of the same log, kept elsewhere: the export
    must begin with exactly the history it signed. `run`: how the parts are read; by default one by one.
    """
    reader = _Reader(key, read_checkpoint(pin, key) if pin is not None else None)
    number = 0
    for part in run(_part, _tasks(lines, key.suite.name)):
        reader.take(part)
        number = part.number
    return reader.end(number)


def _tasks(lines: Iterable[bytes], suite: str) -> Iterator[Task]:
    number = entries = 0
    left = iter(lines)
    while part := list(islice(left, _PART)):
        yield suite, number, entries, part
        number += len(part)
        entries += sum(line.startswith(b'{"body":') for line in part)


@dataclass(slots=True)
class _Part:
    """What a stretch of lines holds: leaves, and among them checkpoints: (leaves before, line, its object).

    `number`: the last line. `name`: the log's, where its first entry is among them.
    """

    number: int
    leaves: list[bytes] = field(default_factory=list)
    points: list[tuple[int, int, dict[str, object]]] = field(default_factory=list)
    name: str | None = None


def _part(task: Task) -> _Part:
    """Reads a stretch of lines by itself: every byte canonical, every entry of its own hash, in its order."""
    suite, number, seq, lines = task
    digest = suite_of(suite).digest
    part = _Part(number + len(lines))
    for number, line in enumerate(lines, number + 1):  # noqa: B020
        value = _object(line, number)
        if "checkpoint" in value:
            part.points.append((len(part.leaves), number, value))
            continue
        seq += 1
        body, leaf = value.get("body"), value.get("leaf")
        if len(value) != 3 or leaf is None or "seq" not in value or not isinstance(body, dict):
            raise IntegrityError(f"Line {number} is neither an entry nor a checkpoint.")
        if value["seq"] != seq or value["seq"] is True:
            raise IntegrityError(f"Line {number}: entry {value['seq']} stands where {seq} was due.")
        # Canonical bytes: the body is what stands between `{"body":` and `,"leaf":"64 digits","seq":N}`.
        found = digest(b"\x00" + line[8 : -82 - len(str(seq))])
        if found.hex() != leaf:
            raise IntegrityError(f"Line {number}: entry {seq} was changed: it is not of its own hash.")
        if seq == 1:
            details = body.get("details")
            part.name = str(details.get("log", "")) if isinstance(details, dict) else ""
        part.leaves.append(found)
    return part


class _Reader:
    """A pass over an export: the tree it grows, against what was signed."""

    def __init__(self, key: VerifyKey, pin: Checkpoint | None) -> None:
        self.key, self.pin = key, pin
        self.tree = Frontier(hasher=key.suite.hasher)
        self.name = ""  # of the log, as its first entry tells it
        self.last: Checkpoint | None = None
        self.points = 0
        self.covered = _Covered(key.suite.digest)
        self.whole = False  # the export's own signature was there and holds: nothing may follow
        self.cosigned: list[Checkpoint] = []
        self.timestamps: list[tuple[Checkpoint, str]] = []

    def take(self, part: _Part) -> None:
        """The next stretch."""
        self.name = self.name if part.name is None else part.name
        done = 0
        for before, number, value in part.points:
            self._grow(part.leaves[done:before], number)
            done = before
            if self.whole:
                raise IntegrityError(f"Line {number} stands after the end.")
            self._checkpoint(value, number)
        self._grow(part.leaves[done:], part.number)

    def _grow(self, leaves: list[bytes], number: int) -> None:
        if leaves and self.whole:
            raise IntegrityError(f"Line {number} stands after the end.")
        pinned = self.pin.size - self.tree.size if self.pin is not None else 0
        for n, leaf in enumerate(leaves, 1):
            self.tree.push(leaf)
            if n == pinned and self.pin is not None and self.pin.root != self.tree.root():
                raise IntegrityError(
                    f"Entries 1 to {self.pin.size} are not those that the pinned checkpoint signed: the "
                    "history was forked."
                )

    def _checkpoint(self, value: dict[str, object], number: int) -> None:
        text, stamp = value["checkpoint"], value.get("timestamp", "")
        named = all(isinstance(v, str) for v in value.values())
        if not named or not value.keys() <= {"checkpoint", "timestamp", "export"}:
            raise IntegrityError(f"Line {number} is not a checkpoint.")
        before = self.last.size if self.last is not None else 0
        try:
            point = read_checkpoint(str(text), self.key)
        except IntegrityError as e:
            raise IntegrityError(f"Line {number}: {e}") from None
        if point.size != self.tree.size:
            raise IntegrityError(
                f"Line {number}: a checkpoint over {point.size} entries stands after {self.tree.size}: "
                f"entries were taken away or put in after {before}."
            )
        if point.root != self.tree.root():
            raise IntegrityError(
                f"Entries {before + 1} to {point.size}: at least one was changed after the checkpoint over "
                f"{point.size} was signed."
            )
        self.last = point
        self.points += 1
        if str(text).count("\n— ") > 1:
            self.cosigned.append(point)
        if stamp:
            self.timestamps.append((point, str(stamp)))
        self.covered.add(checkpoint_line(str(text), str(stamp)))
        if "export" in value:
            self._sealed(str(value["export"]), number)

    def _sealed(self, encoded: str, number: int) -> None:
        try:
            signature = base64.b64decode(encoded, validate=True)
        except ValueError:
            signature = b""
        same = base64.b64encode(signature).decode() == encoded
        if not same or not self.key.verifies(signature, self.covered.message()):
            raise IntegrityError(
                f"Line {number}: the export's signature does not hold: checkpoints were taken away, put in "
                "or changed."
            )
        self.whole = True

    def end(self, number: int) -> Verified:
        """What was verified, once nothing more comes."""
        if self.last is None or not self.whole:
            raise IntegrityError(
                f"The log ends at line {number} without its last checkpoint: its end was cut off."
            )
        if self.last.origin != origin_of(self.name):
            raise IntegrityError(
                f"The checkpoint is of {self.last.origin}, the entries are of {origin_of(self.name)}."
            )
        if self.pin is not None and (self.pin.origin != self.last.origin or self.pin.size > self.tree.size):
            raise IntegrityError(
                f"The pinned checkpoint is of {self.pin.origin}, {self.pin.size} entries; the log has "
                f"{self.tree.size}: its end was cut off, or it is another log."
            )
        return Verified(self.last, self.points, self.cosigned, self.timestamps)


def last_checkpoint(text: str) -> str:
    """The checkpoint in an export's last line, or the text itself; IntegrityError: there is none."""
    if text.startswith("{"):
        try:
            text = str(json.loads(text.rstrip("\n").rpartition("\n")[2])["checkpoint"])
        except (ValueError, KeyError, TypeError):
            raise IntegrityError("There is no checkpoint in the last line.") from None
    parse_checkpoint(text)
    return text
