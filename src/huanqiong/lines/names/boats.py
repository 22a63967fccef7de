"""A boat's name read as [province][place][kind][number], in Chinese, in pinyin, or both.

What the name says and what is only guessed are kept apart. Where it can be read in several ways all are
kept: which boat it is, the register decides. A name that is no registration number has no reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from huanqiong.lines.names.book import Place, book
from huanqiong.lines.names.fold import Folded, confused, fold, is_han
from huanqiong.lines.names.grammar import Head, heads
from huanqiong.lines.names.spelling import near

Guess = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name. A part that it does not say is "".

    `place`: as the register writes it; `port`: key of the place in the book, "" where the book does not know
    it; `number`: its digits, leading zeros kept; `tail`: what follows. `guessed`: (code, value) of what the
    text does not say itself: `province` implied by the place, `by_rule` a form seen in no source, `letters`
    typed for digits or digits for letters, `spelling` one slip away, `joined` digits that stood apart, `cut`
    a number that may go on.
    """

    province: str
    place: str
    port: str
    kind: str
    number: str
    tail: str = ""
    guessed: tuple[Guess, ...] = ()

    @property
    def digits(self) -> str:
        """The number without leading zeros."""
        return self.number.lstrip("0") or "0"

    @property
    def alone(self) -> bool:
        """Whether the name is a number and nothing else."""
        return not (self.province or self.place or self.kind)

    def has(self, guess: str) -> bool:
        """Whether a guess of that code is in it."""
        return any(code == guess for code, _ in self.guessed)


@dataclass(frozen=True, slots=True)
class BoatName:
    """A name, its plain form, and every way to read it as a registration number; () where there is none."""

    text: str
    plain: str
    cut: bool
    readings: tuple[Reading, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """The places of registry that the readings name, each once, in the book's order of reading."""
        found = dict.fromkeys(r.port for r in self.readings if r.port)
        return tuple(p for key in found if (p := book().place(key)) is not None)


def parse(text: str) -> BoatName:
    """Reads a name in every way it can be read."""
    f = fold(text)
    found: dict[Reading, None] = {}
    for end, number, tail, joined in _numbers(f):
        for head, slip in _heads(f.chars[:end]):
            if _sound(head, f, end, number, slip):
                for cut in _cuts(f, number, tail):
                    found[_reading(f, end, head, number, tail, joined, slip, cut)] = None
    return BoatName(text, f.chars, f.cut, tuple(_likely(list(found))))


def _likely(found: list[Reading]) -> list[Reading]:
    """Those that ask for the least: no slip, unknown place or letter for a digit where it goes without."""
    exact = [r for r in found if not r.has("spelling")]
    known = [r for r in exact if not (r.place and not r.port)]
    kept = known or [r for r in found if r.has("spelling")] or exact
    return [r for r in kept if not r.has("letters")] or kept


def _numbers(f: Folded) -> Iterator[tuple[int, str, str, bool]]:
    """(where it begins, digits, what follows, whether its digits stood apart) of what may be the number."""
    chars, end, n = f.chars, 0, book().number
    for start, c in enumerate(chars):
        if c not in "0123456789":
            continue
        if end <= start:
            end = start
            while end < len(chars) and chars[end] in "0123456789":
                end += 1
        if not any(t in "0123456789" for t in f.typed[start:end]):
            continue
        stops = [i for i in sorted(f.breaks) if start < i < end]
        if end - start <= n["most"]:
            yield start, chars[start:end], _tail(chars[end:]), bool(stops)
        if stops and n["alone"] <= stops[0] - start <= n["most"]:
            yield start, chars[start : stops[0]], chars[stops[0] :], False


def _tail(rest: str) -> str:
    return "" if rest in {confused(x) for x in book().after} else rest


def _heads(chars: str) -> Iterator[tuple[Head, bool]]:
    """(head, whether it is one slip away) for what stands before a number."""
    for filler in ("", *(confused(x) for x in book().before)):
        if not chars.endswith(filler):
            continue
        bare = chars[: len(chars) - len(filler)]
        found = heads(bare) if bare else [Head(None, None, None)]
        yield from ((h, False) for h in found)
        if bare.isascii() and not any(h.form or not h.unread for h in found):
            yield from ((h, True) for h in near(bare))


def _sound(head: Head, f: Folded, end: int, number: str, slip: bool) -> bool:
    """Whether so much is said that the text is a registration number and no proper name."""
    digits, latin, n = len(number), not any(is_han(c) for c in f.chars[:end]), book().number
    if not end or (head.province and head.form and (head.kind or f.cut) and not slip):
        return True
    if head.unread or slip or head.kind is None:
        return digits >= n["alone"] and any((head.province, head.form, head.kind))
    if head.form is None and not head.kind.fishing:
        return head.province is not None and digits >= n["alone"]
    alone = head.form is None and head.province is None
    return digits >= (n["alone"] if latin and alone else n["latin"] if latin else 1)


def _reading(
    f: Folded, end: int, head: Head, number: str, tail: str, joined: bool, slip: bool, cut: bool
) -> Reading:
    guessed: list[Guess] = []
    form, province = head.form, head.province.write if head.province else ""
    if form and not province:
        province = form.place.province
        guessed.append(("province", province))
    if form and form.check:
        guessed.append(("by_rule", form.write))
    if slip:
        guessed.append(("spelling", f.typed[:end]))
    else:
        number_typed = f.typed[end : end + len(number)]
        head_typed = f.typed[:end]
        if not number_typed.isdigit() or any(c.isdigit() for c in head_typed):
            guessed.append(("letters", f.typed))
    if joined:
        guessed.append(("joined", number))
    if cut:
        guessed.append(("cut", number))
    return Reading(
        province,
        form.write if form else _typed(f, head.unread, end),
        form.place.key if form else "",
        head.kind.write if head.kind else "",
        number,
        tail,
        tuple(guessed),
    )


def _cuts(f: Folded, number: str, tail: str) -> tuple[bool, ...]:
    """Whether the number may have been cut: no, yes, or both where it has as many digits as most have."""
    if not f.cut or tail or not f.chars.endswith(number):
        return (False,)
    missing = book().number["most"] - len(number)
    return (False, True) if missing == 1 else (missing > 0,)


def _typed(f: Folded, part: str, end: int) -> str:
    """A part of the folded head as it was typed."""
    at = f.chars.rfind(part, 0, end) if part else 0
    return f.typed[at : at + len(part)]
