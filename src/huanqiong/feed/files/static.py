"""Names, sizes and destinations that ride in rows of positions: a static row only when they change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.schema import STATIC
from huanqiong.feed.files.layout import Bound
from huanqiong.feed.files.numbers import F8, FACTORS, Mask, is_text
from huanqiong.feed.files.times import I8, NONE

_FIELDS: Final = tuple(n for n in STATIC.names if n not in ("mmsi", "t"))
_TEXTS: Final = frozenset({"callsign", "name", "destination"})
_LIMITS: Final = {"imo": 9_999_999, "ship_type": 255, "length_m": 1022, "beam_m": 126, "draught_m": 25.5}
"""Greatest values that can be sent; above, not available. Source: ITU-R M.1371-5, annex 8, table 52."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Statics:
    """Remembers the last static row of each MMSI of one file: memory grows with ships, not with rows."""

    bound: Bound
    last: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    raw: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    """As written, so that a row that repeats the last one costs no more than a comparison."""

    def __call__(self, columns: dict[str, pa.Array], mmsi: F8, us: I8, keep: Mask) -> pa.Table:
        """The rows among `keep` whose static values differ from the ones before of the same MMSI."""
        fields = [f for f in _FIELDS if f in self.bound.columns]
        rows = np.flatnonzero(keep & ~np.isnan(mmsi))
        if not fields or len(rows) == 0:
            return STATIC.empty_table()
        ids = mmsi[rows].astype(np.int64)
        order = np.argsort(ids, kind="stable")
        new = np.ones(len(rows), bool)
        new[1:] = ids[order][1:] != ids[order][:-1]
        for name in fields:
            code = _codes(columns[self.bound.columns[name][0]])[rows][order]
            new[1:] |= code[1:] != code[:-1]
        out = []
        changed = np.sort(rows[order[new]])
        written = [columns[self.bound.columns[f][0]].take(pa.array(changed)).to_pylist() for f in fields]
        for row, who, *raw in zip(
            changed.tolist(), mmsi[changed].astype(np.int64).tolist(), *written, strict=True
        ):
            if self.raw.get(who) == tuple(raw):
                continue
            self.raw[who] = tuple(raw)
            by_name = dict(zip(fields, raw, strict=True))
            values = tuple(self._value(f, by_name.get(f)) for f in _FIELDS)
            if any(v is not None for v in values) and self.last.get(who) != values:
                self.last[who] = values
                t = None if us[row] == NONE else _EPOCH + timedelta(microseconds=int(us[row]))
                out.append((who, t, *values))
        if not out:
            return STATIC.empty_table()
        return pa.table(
            [pa.array(c, f.type) for c, f in zip(zip(*out, strict=True), STATIC, strict=True)], schema=STATIC
        )

    def _value(self, name: str, raw: Any) -> Any:
        if raw is None:
            return None
        _, choice = self.bound.columns[name]
        text = str(raw).strip().strip("@").strip()
        if text in self.bound.layout.na_texts or not text:
            return None
        if name in _TEXTS:
            return text
        if name == "eta":
            return _eta(text, choice.form)
        spec = self.bound.layout.fields[name]
        known = dict(spec.codes)
        if text.casefold() in known:
            return known[text.casefold()]
        if name == "imo" and text.upper().startswith("IMO"):
            text = text[3:].strip()
        try:
            value = float(text.replace(",", "."))
        except ValueError:
            return None
        if str(int(value)) in known if np.isfinite(value) else False:
            return known[str(int(value))]
        value *= FACTORS[choice.unit or "m"]
        if not 0 <= value <= _LIMITS[name] or value in spec.na:
            return None
        return round(value, 2) if name == "draught_m" else round(value)


def _codes(column: pa.Array) -> np.ndarray[Any, np.dtype[np.int64]]:
    if not is_text(column) and pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    encoded = column.dictionary_encode()
    return np.asarray(pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False), np.int64)


def _eta(text: str, form: str | None) -> str | None:
    """As sent on the air, `MM-DD HH:MM`; None where the sender gave none (month 0, hour 24)."""
    if form == "ais_bits":
        try:
            bits = int(float(text))
        except ValueError:
            return None
        month, day, hour, minute = bits >> 16 & 15, bits >> 11 & 31, bits >> 6 & 31, bits & 63
        if month == 0 and day == 0:
            return None
        return f"{month:02d}-{day:02d} {hour:02d}:{minute:02d}"
    if form == "DD/MM/YYYY hh:mm:ss":
        if len(text) != len(form):
            return None
        return f"{text[3:5]}-{text[0:2]} {text[11:16]}"
    return text
