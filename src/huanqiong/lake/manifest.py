"""The list of files that make up a lake. What it does not name is not there; it changes in one rename."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from huanqiong.core.errors import StoreError
from huanqiong.lake.durable import write_file

Kind = Literal["positions", "static", "other"]
UNTIMED = "untimed"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of one UTC day, sorted by time.

    `name` is relative to the lake. `t0`, `t1` are its first and last time in microseconds, None when
    untimed. `sources` counts rows by source id; `digests` names the appended contents it holds whole.
    """

    name: str
    kind: Kind
    day: str
    seq: int
    rows: int
    t0: int | None
    t1: int | None
    bytes: int
    sha256: str
    sources: dict[str, int]
    digests: tuple[str, ...] = ()

    def meets(self, t0: int | None, t1: int | None) -> bool:
        """Whether it may hold rows with t0 <= t < t1."""
        if self.t0 is None or self.t1 is None:
            return False
        return (t1 is None or self.t0 < t1) and (t0 is None or self.t1 >= t0)


@dataclass(frozen=True, slots=True)
class Manifest:
    """A state of the lake. `generation` counts commits; `next_seq` numbers the next part."""

    generation: int = 0
    next_seq: int = 1
    parts: tuple[Part, ...] = field(default=())

    def of(self, kind: Kind, day: str | None = None) -> list[Part]:
        """Parts of a kind, and of a day, in the order they were written."""
        return [p for p in self.parts if p.kind == kind and (day is None or p.day == day)]

    def changed(self, add: Iterable[Part], drop: Iterable[str] = ()) -> Manifest:
        """The next state: parts added, names dropped."""
        gone = set(drop)
        parts = (*(p for p in self.parts if p.name not in gone), *add)
        last = max((p.seq for p in parts), default=0)
        return Manifest(self.generation + 1, max(self.next_seq, last + 1), parts)


def _body(m: Manifest) -> dict[str, Any]:
    parts = [asdict(p) for p in m.parts]
    return {"version": VERSION, "generation": m.generation, "next_seq": m.next_seq, "parts": parts}


def _seal(body: dict[str, Any]) -> str:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def save(path: Path, manifest: Manifest) -> None:
    """Commits: until the rename is done the old state holds, after it the new one."""
    body = _body(manifest)
    body["seal"] = _seal(_body(manifest))
    text = json.dumps(body, separators=(",", ":"))
    write_file(path, lambda f: _all(f.write(text.encode())))


def _all(_: object) -> None:
    return None


def load(path: Path) -> Manifest:
    """The state on disk; an empty lake where there is none. StoreError: damaged, or of another version."""
    try:
        body = json.loads(path.read_bytes())
        seal = body.pop("seal")
        if body["version"] != VERSION:
            raise StoreError(f"{path}: manifest of version {body['version']}, this program reads {VERSION}.")
        if seal != _seal(body):
            raise ValueError("its seal does not fit")
        parts = tuple(Part(**{**p, "digests": tuple(p["digests"])}) for p in body["parts"])
        return Manifest(body["generation"], body["next_seq"], parts)
    except FileNotFoundError:
        return Manifest()
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise StoreError(
            f"{path}: the manifest is damaged ({e}). `hq doctor --repair` builds it again from the files."
        ) from None
