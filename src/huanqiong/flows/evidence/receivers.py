"""The clocks of the receivers that heard the rows: from the store's own record of checks, else "not
known"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.errors import InputError
from huanqiong.core.handwritten import read_toml
from huanqiong.core.time import iso
from huanqiong.lake.store import Store

_REMEDY: Final = "See docs/evidence.md, the receiver's clock"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver, how many rows it heard, and its clock: `offset_s` as text, receiver minus true time, by
    the check next before the last row, or the first after it; "" where none is known."""

    name: str
    rows: int
    offset_s: str
    checked_at: str
    checked_by: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON; null where not known."""
        return {
            "receiver": self.name,
            "rows": self.rows,
            "offset_s": self.offset_s or None,
            "checked_at": self.checked_at or None,
            "checked_by": self.checked_by or None,
        }


def receivers(store: Store, tables: list[pa.Table]) -> list[Receiver]:
    """Each receiver in the rows, by name; "" stands for rows that name none. The store's
    `receivers.toml` records checks of clocks. InputError: that file cannot be read."""
    heard: dict[str, tuple[int, int]] = {}
    for table in tables:
        names = pc.fill_null(table.column("receiver"), "") if "receiver" in table.column_names else None
        if names is None:
            continue
        for name in pc.unique(names).to_pylist():
            rows = table.filter(pc.equal(names, name))
            last = pc.max(rows.column("t").cast(pa.int64())).as_py() or 0
            n, most = heard.get(name, (0, 0))
            heard[name] = (n + rows.num_rows, max(most, int(last)))
    checks = _checks(store.path / "receivers.toml")
    return [_of(name, *heard[name], checks.get(name, [])) for name in sorted(heard)]


def _of(name: str, rows: int, last_us: int, checks: list[tuple[datetime, str, str]]) -> Receiver:
    last = datetime.fromtimestamp(last_us / 1e6, UTC)
    before = [c for c in checks if c[0] <= last]
    found = max(before) if before else min(checks) if checks else None
    if found is None:
        return Receiver(name, rows, "", "", "")
    return Receiver(name, rows, found[1], iso(found[0]), found[2])


def _checks(file: Path) -> dict[str, list[tuple[datetime, str, str]]]:
    out: dict[str, list[tuple[datetime, str, str]]] = {}
    for name, at, offset, by in _rows(file):
        out.setdefault(name, []).append((at, offset, by))
    return out


def _rows(file: Path) -> Iterator[tuple[str, datetime, str, str]]:
    try:
        told = read_toml(file, _REMEDY)
    except FileNotFoundError:
        return
    for n, row in enumerate(told.get("checks", []), 1):
        try:
            name, at, by = str(row["receiver"]), row["checked_at"], str(row["checked_by"])
            offset = str(float(row["offset_s"]))
            if not isinstance(at, datetime) or at.tzinfo is None:
                raise ValueError("checked_at has no time zone")
        except (KeyError, TypeError, ValueError) as e:
            raise InputError(f"check {n} is not whole ({e})", where=str(file), remedy=_REMEDY) from None
        yield name, at.astimezone(UTC), offset, by
