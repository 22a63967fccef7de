"""Is the lake what its manifest says? If not: sweep what crashes left, set damaged parts apart, rebuild."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.core.errors import StoreError
from huanqiong.lake.durable import TEMPORARY, only_writer
from huanqiong.lake.manifest import Manifest, Part
from huanqiong.lake.parts import SCHEMAS, described, measure

if TYPE_CHECKING:
    from huanqiong.lake.positions import Lake

Progress = Callable[[str, int, int], None]
APART = "damaged"
"""Folder of a lake where repair puts parts that do not fit their hash."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: where, what, and what to do. `leftover`: harmless remains of a crash."""

    path: Path
    cause: str
    remedy: str
    leftover: bool = False


def verify(lake: Lake, progress: Progress | None = None) -> list[Finding]:
    """Every part there, whole and of its hash; and nothing beside what the manifest names."""
    try:
        state = lake.manifest()
    except StoreError:
        remedy = "`hq doctor --repair` builds it again from the files"
        return [Finding(lake.manifest_path, "the manifest is damaged or missing", remedy)]
    found = []
    for i, part in enumerate(state.parts):
        if cause := _wrong(lake.path, part):
            sources = ", ".join(sorted(part.sources))
            remedy = f"`hq doctor --repair` sets it apart; then load again: {sources}"
            found.append(Finding(lake.path / part.name, cause, remedy))
        if progress:
            progress("lake", i + 1, len(state.parts))
    for path in _leftovers(lake.path, state):
        found.append(_leftover(path, "`hq doctor --repair` removes it"))
    return found


def repair(lake: Lake) -> list[Finding]:
    """Does what `verify` advises and returns what it found. Damaged parts are kept in `damaged/`."""
    with only_writer(lake.path / "lock", lake.wait_s):
        try:
            state = lake.manifest()
            found: list[Finding] = []
        except StoreError:
            state = _rebuilt(lake.path)
            found = [Finding(lake.manifest_path, "the manifest was damaged or lost", "built from the files")]
            if lake.manifest_path.exists():
                lake.manifest_path.replace(lake.manifest_path.with_suffix(".damaged"))
            lake.commit(state)
        bad = [(p, cause) for p in state.parts if (cause := _wrong(lake.path, p))]
        for part, cause in bad:
            sources = ", ".join(sorted(part.sources))
            found.append(Finding(lake.path / part.name, cause, f"set apart; load again: {sources}"))
        if bad:
            lake.commit(state.changed((), [p.name for p, _ in bad]))
            for part, _ in bad:
                _set_apart(lake.path, part)
        for path in _leftovers(lake.path, lake.manifest()):
            path.unlink(missing_ok=True)
            found.append(_leftover(path, "removed"))
    return found


def _leftover(path: Path, remedy: str) -> Finding:
    return Finding(path, "left over from a crash", remedy, leftover=True)


def _wrong(root: Path, part: Part) -> str | None:
    path = root / part.name
    try:
        size, sha256 = measure(path)
        if size != part.bytes:
            return f"the file has {size:,} bytes, the manifest says {part.bytes:,}"
        if sha256 != part.sha256:
            return "the file's SHA-256 is not the manifest's"
        file = pq.ParquetFile(path)
        if file.metadata.num_rows != part.rows or not _same(file.schema_arrow, SCHEMAS[part.kind]):
            return "the file's rows or columns are not the manifest's"
    except FileNotFoundError:
        return "the file is missing"
    except (OSError, pa.ArrowInvalid) as e:
        return f"the file cannot be read: {str(e).splitlines()[0]}"
    return None


def _same(a: pa.Schema, b: pa.Schema) -> bool:
    return bool(a.remove_metadata().equals(b))


def _leftovers(root: Path, state: Manifest) -> list[Path]:
    """Unfinished files, and parts no manifest names: a crash before the commit, or during a merge."""
    named = {p.name for p in state.parts}
    parts = [p for kind in SCHEMAS for p in (root / kind).glob("day=*/*")]
    stray = [p for p in parts if p.relative_to(root).as_posix() not in named]
    return sorted([*stray, *root.glob(f"{TEMPORARY}*")])


def _set_apart(root: Path, part: Part) -> None:
    path = root / part.name
    if path.exists():
        target = root / APART / part.name.replace("/", "_")
        target.parent.mkdir(exist_ok=True)
        path.replace(target)


def _rebuilt(root: Path) -> Manifest:
    """A manifest from the parts' own notes: all that can be read and that no other part replaces."""
    parts: list[Part] = []
    replaced: set[str] = set()
    for kind in SCHEMAS:
        for path in sorted((root / kind).glob("day=*/*.parquet")):
            if path.name.startswith(TEMPORARY):
                continue
            try:
                part, instead_of = described(root, path)
            except ValueError:
                continue
            parts.append(part)
            replaced.update(instead_of)
    return Manifest().changed(sorted((p for p in parts if p.name not in replaced), key=lambda p: p.seq))
