"""What may stand before the number: [province][place][kind], in characters, pinyin or both mixed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from huanqiong.lines.names.book import Form, Kind, Province, book
from huanqiong.lines.names.fold import confused, is_han

NO_BEGINNING = confused("IUV")
"""Letters with which no syllable of pinyin begins: HUILAI is not HU and ILAI."""


@dataclass(frozen=True, slots=True)
class Head:
    """One way to read what stands before the number; None: not said.

    `unread`: characters where a place should be, which the book does not know; "" where there are none.
    """

    province: Province | None
    form: Form | None
    kind: Kind | None
    unread: str = ""


def spelled(pinyin: str) -> str:
    """Pinyin of the book in the folded form of names."""
    return confused(pinyin.replace(" ", ""))


@cache
def _provinces() -> tuple[tuple[str, Province], ...]:
    return tuple((s, p) for p in book().provinces for s in (p.write, spelled(p.pinyin)))


@cache
def _kinds() -> tuple[tuple[str, Kind], ...]:
    return tuple((s, k) for k in book().kinds for s in (k.write, spelled(k.pinyin)))


@cache
def _forms() -> dict[str, tuple[Form, ...]]:
    out: dict[str, tuple[Form, ...]] = {}
    for f in book().forms:
        for s in (f.write, spelled(f.pinyin)):
            out[s] = (*out.get(s, ()), f)
    return out


def heads(chars: str) -> list[Head]:
    """Every way to read folded characters as province, place and kind; nothing left over. [] where none.

    A place the book does not know is tried only where no other way is left, and only before a kind.
    """
    known: list[Head] = []
    unread: list[Head] = []
    for province, rest in _after_province(chars):
        for kind, middle in _before_kind(rest):
            if not middle:
                known.append(Head(province, None, kind))
            for form in _forms().get(middle, ()):
                if province is None or province.write == form.place.province:
                    known.append(Head(province, form, kind))
            if middle and _may_be_place(middle) and _calls_for_place(province, kind, middle):
                unread.append(Head(province, None, kind, middle))
    return known or [h for h in unread if h.province] or unread


def _after_province(chars: str) -> Iterator[tuple[Province | None, str]]:
    yield None, chars
    for s, province in _provinces():
        if chars.startswith(s):
            yield province, chars[len(s) :]


def _before_kind(chars: str) -> Iterator[tuple[Kind | None, str]]:
    yield None, chars
    for s, kind in _kinds():
        if chars.endswith(s):
            yield kind, chars[: len(chars) - len(s)]


def _calls_for_place(province: Province | None, kind: Kind | None, middle: str) -> bool:
    """Before a fishing boat's kind; or in characters between province and number, as 琼临高10021 has it."""
    if kind is None:
        return province is not None and is_han(middle[0])
    return kind.fishing


def _may_be_place(middle: str) -> bool:
    if all(is_han(c) for c in middle):
        return len(middle) <= book().unread["han"]
    letters = sum(c.isalpha() and not is_han(c) for c in middle)
    short = len(middle) <= book().unread["latin"] and letters >= 2
    return short and middle[0] not in NO_BEGINNING and not any(is_han(c) for c in middle)
