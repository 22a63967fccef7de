"""The live front: late, shuffled and doubled positions in, the same final events out as the archive gives.

Invariant: rows newer than the watermark wait; what is released is folded once, in canonical order. A
provisional event is the same fold run on over a copy with the rows that wait: it has its final form's id.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from huanqiong.core.geography.geography import Geography
from huanqiong.core.ids import stable_id
from huanqiong.core.profile import Profile
from huanqiong.core.schema import EVENTS
from huanqiong.core.units import US
from huanqiong.lines.sea.event import Found
from huanqiong.lines.sea.fold import Kernels
from huanqiong.lines.sea.track.columns import NAT, Columns, columns_of, empty_columns, join_columns
from huanqiong.lines.sea.track.room import Scratch
from huanqiong.lines.sea.zone import Zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FUTURE_US = 60 * US
"""A row stamped later than this after its arrival is set aside. Source: the house rule on kernels."""


def micros(when: NDArray[np.int64] | datetime | int) -> NDArray[np.int64] | int:
    """Microseconds UTC of an aware datetime; what is microseconds already stays."""
    if isinstance(when, datetime):
        return (when - _EPOCH) // timedelta(microseconds=1)
    return when


class Live:
    """A feed's kernels. `feed` returns (provisional, final) events."""

    def __init__(
        self,
        profile: Profile,
        geography: Geography | None = None,
        zones: Iterable[Zone] = (),
        kinds: Iterable[str] | None = None,
        *,
        lateness_s: float = 600.0,
    ) -> None:
        self.kernels = Kernels(profile, geography, zones, kinds)
        self.lateness_us = round(lateness_s * US)
        self.pending = empty_columns()
        self.watermark = NAT
        self.late = 0
        self.future = 0

    @property
    def undetermined(self) -> list[str]:
        """Kinds that could not be looked for."""
        return self.kernels.undetermined

    @property
    def counts(self) -> dict[str, int]:
        """Rows taken and left out by cause; `late` ones belong to the archive."""
        tracker = self.kernels.tracker.counts
        return {
            **tracker,
            **self.kernels.counts,
            "late": self.late,
            "future": self.future,
            "waiting": self.waiting,
        }

    @property
    def waiting(self) -> int:
        """Rows newer than the watermark."""
        return len(self.pending.t)

    def feed(
        self,
        table: pa.Table | pa.RecordBatch | None,
        arrival: NDArray[np.int64] | datetime | int,
        watermark: datetime | int,
        *,
        provisional: bool = True,
    ) -> tuple[pa.Table, pa.Table]:
        """Takes positions with their arrival times (one, or us UTC for each row) and moves the watermark up.

        Times are aware datetimes or us UTC. A watermark below an earlier one changes nothing.
        Returns (provisional, final): events as they stand with the rows that wait, ended at the newest row;
        and those that nothing can change any more. With `provisional=False` the first is empty.
        """
        if table is not None and table.num_rows:
            self._take(columns_of(table, self.kernels.devices), micros(arrival))
        final = self.kernels.table(self._release(max(int(micros(watermark)), self.watermark)))
        return (self.provisional() if provisional else EVENTS.empty_table()), final

    def _take(self, rows: Columns, arrival: NDArray[np.int64] | int) -> None:
        future = rows.t > np.asarray(arrival, dtype=np.int64) + FUTURE_US
        late = (rows.t <= self.watermark) & (rows.t != NAT)
        self.future += int(future.sum())
        self.late += int((late & ~future).sum())
        self.pending = join_columns([self.pending, rows.take(~future & ~late)])

    def _release(self, watermark: int) -> list[Found]:
        if watermark == NAT:
            return []
        self.watermark = watermark
        ready = self.pending.t <= watermark
        rows, self.pending = self.pending.take(ready), self.pending.take(~ready)
        self._forget()
        return self.kernels.advance(rows, watermark)

    def _forget(self) -> None:
        """Lets go of reception counts that no silence can ask about."""
        reception = self.kernels.reception
        if reception is not None and self.kernels.gaps is not None:
            seen = self.kernels.gaps.whole[:, 0][self.kernels.gaps.whole[:, 3] == 1]
            if len(seen):
                reception.forget(int(seen.min()))

    def provisional(self, as_of: datetime | int | None = None) -> pa.Table:
        """Events as they stand with the rows that wait, ended at `as_of` (None: the newest row)."""
        ahead = self._fork()
        newest = int(self.pending.t.max()) if len(self.pending.t) else self.watermark
        found = ahead.advance(self.pending, newest) if len(self.pending.t) else []
        end = max(ahead.tracker.last_t, int(micros(as_of)) if as_of is not None else newest)
        return ahead.table([*found, *ahead.finish(end)] if end != NAT else [])

    def _fork(self) -> Kernels:
        """The kernels, to be run on without touching these: states are copied, data and geography shared."""
        ahead = copy.copy(self.kernels)
        ahead.counts = dict(self.kernels.counts)
        for name in _PARTS:
            part = getattr(self.kernels, name)
            if part is not None:
                setattr(ahead, name, _copied(part))
        return ahead

    def finish(self, as_of: datetime | int) -> pa.Table:
        """Ends the window: everything that waits is released, and what is open becomes an event."""
        newest = int(self.pending.t.max()) if len(self.pending.t) else self.watermark
        found = self._release(max(newest, self.watermark))
        end = max(int(micros(as_of)), self.kernels.tracker.last_t)
        return self.kernels.table([*found, *self.kernels.finish(end)])

    def save(self) -> bytes:
        """The state as bytes (a NumPy archive); `load` on an object made alike takes it up again."""
        arrays: dict[str, NDArray[Any]] = {f"pending.{f}": c for f, c in self.pending._asdict().items()}
        plain: dict[str, Any] = {
            "live": [self.watermark, self.late, self.future, self.kernels.frontier, self.kernels.counts],
            "devices": self.kernels.devices.names,
        }
        for name in _PARTS:
            part = getattr(self.kernels, name)
            for field, value in vars(part).items() if part is not None else ():
                if field in _FIXED:
                    continue
                if isinstance(value, np.ndarray):
                    arrays[f"{name}.{field}"] = value
                elif field == "waiting":
                    for k in range(len(value)):
                        for j, column in enumerate(value[k]):
                            arrays[f"{name}.waiting.{k}.{j}"] = column
                elif isinstance(value, dict) and field in ("index", "begun"):
                    plain[f"{name}.{field}"] = [[k, v] for k, v in value.items()]
                elif isinstance(value, int | float | dict):
                    plain[f"{name}.{field}"] = value
        out = io.BytesIO()
        cast(Any, np.savez)(out, plain=np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8), **arrays)
        return out.getvalue()

    def load(self, state: bytes) -> None:
        """Takes up what `save` wrote, in an object made with the same profile, geography and zones."""
        with np.load(io.BytesIO(state), allow_pickle=False) as raw:
            arrays = {k: raw[k] for k in raw.files}
        plain = json.loads(arrays.pop("plain").tobytes())
        self.watermark, self.late, self.future, self.kernels.frontier, self.kernels.counts = plain.pop("live")
        for device in plain.pop("devices"):
            self.kernels.devices.number(device)
        self.pending = Columns(**{f: arrays.pop(f"pending.{f}") for f in Columns._fields})
        waiting: dict[int, list[NDArray[Any]]] = {}
        for name in sorted(arrays, key=lambda n: [int(p) if p.isdigit() else p for p in n.split(".")][:2]):
            part, field = name.split(".")[:2]
            if field == "waiting":
                waiting.setdefault(int(name.split(".")[2]), [])
            else:
                setattr(getattr(self.kernels, part), field, arrays[name])
        for k in sorted(waiting):
            waiting[k] = [arrays[f"encounters.waiting.{k}.{j}"] for j in range(4)]
        if self.kernels.encounters is not None:
            self.kernels.encounters.waiting = [tuple(waiting[k]) for k in sorted(waiting)]  # type: ignore[misc]
        for name, value in plain.items():
            part, field = name.split(".")
            if field == "index":
                value = dict(value)
            elif field == "begun":
                value = {tuple(k): tuple(v) for k, v in value}
            setattr(getattr(self.kernels, part), field, value)


_PARTS = ("tracker", "reception", "gaps", "loitering", "ports", "zones", "coast", "encounters")
_FIXED = frozenset({"mask", "buffers", "noise", "rules", "rule"})
"""What no fold changes, or only within a batch."""


def _copied(part: Any) -> Any:
    """A part of the kernels with its own state."""
    out = copy.copy(part)
    for field, value in vars(part).items():
        if field == "buffers":
            setattr(out, field, Scratch())
        elif field not in _FIXED and isinstance(value, np.ndarray):
            setattr(out, field, value.copy())
        elif isinstance(value, dict | list):
            setattr(out, field, copy.copy(value))
    return out


def event_id(row: dict[str, Any]) -> str:
    """The name an event keeps from its first provisional form on; an open gap's is its gap's."""
    kind = "gap" if row["kind"] == "open_gap" else row["kind"]
    zone = ""
    if kind == "zone_visit":
        zone = next((r["value"] for r in json.loads(row["reasons"]) if r["code"] == "zone_id"), "")
    return stable_id(kind, row["subject"], row["other_subject"] or "", row["t0"].isoformat(), zone)
