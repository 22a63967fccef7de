"""Reasons as text: the JSON lists of many events at once, written by compiled code into one buffer.

An archive's hundred thousand events must not cost a Python loop each, nor their texts a copy each: the text
of an event is written once, where the finished table has it. Invariant: what is written is what `json.dumps`
of the same reasons gives with sorted keys and no blanks, whole numbers without a fraction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from huanqiong.lines.sea.track.columns import I8

U1 = NDArray[np.uint8]
Texts = tuple[Sequence[str], NDArray]
"""Texts that occur often: each once, and for every event the number of its text."""
NULL = np.iinfo(np.int64).min
_LARGEST = 1 << 52
"""Scaled numbers beyond are not exact any more: not available."""
_WORD, _NUMBER = -1, 0


@dataclass(frozen=True)
class Part:
    """One reason of all events of a kind: `values` (NaN: not available), rounded to `digits`."""

    code: str
    values: NDArray | Texts
    unit: str | None = None
    limit: float | int | str | None = None
    source: str | None = None
    digits: int = 3

    def head(self) -> str:
        """What stands before the value in the reason's JSON object."""
        head = {"code": self.code, "limit": self.limit, "source": self.source, "unit": self.unit}
        return json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":"))[:-1] + ',"value":'


class Script(NamedTuple):
    """Reasons of n events ready to be written: all texts in `raw`, text k from `begin[k]` to `begin[k + 1]`.

    Text p stands before the p-th value, text P after the last; value (p, e) is a number of thousandths or so
    (`digits[p]` after the point), or with `digits[p] == -1` the number of a text.
    """

    raw: U1
    begin: I8
    digits: I8  # (P)
    values: I8  # (P, n)


def script(parts: list[Part], n: int) -> Script:
    """The reasons of n events as numbers and texts."""
    texts = [("[" if p == 0 else "},") + part.head() for p, part in enumerate(parts)] + ["}]"]
    digits = np.zeros(len(parts), dtype=np.int64)
    values = np.empty((len(parts), n), dtype=np.int64)
    for p, part in enumerate(parts):
        if isinstance(part.values, tuple):
            words, at = part.values
            digits[p] = _WORD
            used, at = np.unique(at, return_inverse=True)
            values[p] = at + len(texts)
            texts += [json.dumps(words[k], ensure_ascii=False) for k in used.tolist()]
        elif part.values.dtype.kind in "iu":
            digits[p], values[p] = _NUMBER, part.values
        else:
            digits[p], values[p] = part.digits, _scaled(part.values, part.digits)
    raw = [t.encode() for t in texts]
    begin = np.zeros(len(raw) + 1, dtype=np.int64)
    np.cumsum([len(r) for r in raw], out=begin[1:])
    return Script(np.frombuffer(b"".join(raw), dtype=np.uint8), begin, digits, values)


def _scaled(values: NDArray, digits: int) -> I8:
    scaled = np.rint(values * 10.0**digits)
    known = np.abs(scaled) <= _LARGEST
    whole = np.where(known, scaled, 0.0).astype(np.int64)
    whole[~known] = NULL
    return whole


@njit(cache=True, error_model="numpy", _nrt=False)
def _shorn(value: int, digits: int) -> tuple[int, int]:
    """A number of 10^-digits without the zeros that end it, and how many digits remain after the point."""
    while digits > 0 and value % 10 == 0:
        value //= 10
        digits -= 1
    return value, digits


@njit(cache=True, error_model="numpy", _nrt=False)
def _length(value: int, digits: int) -> int:
    if value == NULL:
        return 4
    value, digits = _shorn(value, digits)
    sign = 1 if value < 0 else 0
    value, n = abs(value), 0
    while value > 0 or n <= digits:
        value //= 10
        n += 1
    return sign + n + (1 if digits > 0 else 0)


@njit(cache=True, error_model="numpy", _nrt=False)
def lengths(s: Script, out: I8) -> None:
    """How many bytes each event's reasons take."""
    fixed = s.begin[len(s.digits) + 1]
    out[:] = fixed
    for p in range(len(s.digits)):
        for e in range(len(out)):
            if s.digits[p] == _WORD:
                out[e] += s.begin[s.values[p, e] + 1] - s.begin[s.values[p, e]]
            else:
                out[e] += _length(s.values[p, e], s.digits[p])


@njit(cache=True, error_model="numpy", _nrt=False)
def _put_number(value: int, digits: int, out: U1, at: int) -> int:
    if value == NULL:
        out[at], out[at + 1], out[at + 2], out[at + 3] = 110, 117, 108, 108
        return at + 4
    size = _length(value, digits)
    value, digits = _shorn(value, digits)
    if value < 0:
        out[at] = 45
    value, n = abs(value), 0
    k = at + size - 1
    while value > 0 or n <= digits:
        if n == digits and n > 0:
            out[k] = 46
            k -= 1
        out[k] = 48 + value % 10
        value //= 10
        n += 1
        k -= 1
    return at + size


@intrinsic
def _copy(context: Any, out: Any, at: Any, raw: Any, begin: Any, n: Any) -> Any:
    """Copies n bytes of `raw` from `begin` on to `out` from `at` on, as C's memcpy does: no check."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        ends = [
            builder.gep(context.make_array(signature.args[k])(context, builder, args[k]).data, [args[k + 1]])
            for k in (0, 2)
        ]
        cgutils.raw_memcpy(builder, *ends, args[4], 1)
        return context.get_dummy_value()

    return types.void(out, types.intp, raw, types.intp, types.intp), generate


@njit(cache=True, error_model="numpy", _nrt=False)
def _put_text(s: Script, k: int, out: U1, at: int) -> int:
    begin = s.begin[k]
    n = s.begin[k + 1] - begin
    _copy(out, at, s.raw, begin, n)
    return at + n


@njit(cache=True, error_model="numpy", _nrt=False)
def write(s: Script, where: I8, out: U1) -> None:
    """Writes each event's reasons into `out` from byte `where[e]` on; below 0: not this one."""
    for e in range(len(where)):
        at = where[e]
        if at < 0:
            continue
        for p in range(len(s.digits)):
            at = _put_text(s, p, out, at)
            if s.digits[p] == _WORD:
                at = _put_text(s, s.values[p, e], out, at)
            else:
                at = _put_number(s.values[p, e], s.digits[p], out, at)
        _put_text(s, len(s.digits), out, at)
