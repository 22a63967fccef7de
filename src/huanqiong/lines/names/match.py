"""How far two names agree, and in what: a score that ranks, with its reasons. It decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from huanqiong.lines.names.boats import BoatName, Reading, parse
from huanqiong.lines.names.book import book
from huanqiong.lines.names.fold import confused, is_han

Reasons = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """`score` in [0, 1], a rank and no probability; `reasons`: (code, value), the strongest first.

    Reason codes: what agrees is `same_name`, `number_and_place`, `number_and_kind`, `number_and_province` or
    `number_only`; what lessens it those of the book's `match.loss`; what forbids it `number_differs`,
    `place_differs`, `province_differs`. Names that are no registration number: `alike`, `beginning`, `plain`.
    """

    score: float
    reasons: Reasons


def compare(a: str | BoatName, b: str | BoatName) -> Match:
    """How far two names agree; the same whichever comes first. Chinese is never compared by its sound."""
    x = parse(a) if isinstance(a, str) else a
    y = parse(b) if isinstance(b, str) else b
    if x.plain and x.plain == y.plain:
        return Match(book().match["same"], (("same_name", x.plain),))
    if not (x.readings and y.readings):
        return _plain(x, y)
    best = max((_pair(r, s) for r in x.readings for s in y.readings), key=lambda m: (m.score, m.reasons))
    several = max(len(x.places), len(y.places))
    if several > 1 and best.score > 0 and best.reasons[0][0] == "number_and_place":
        places = max((x, y), key=lambda n: (len(n.places), n.plain)).places
        more = ("ambiguous", ", ".join(p.zh for p in places))
        return Match(best.score * book().loss["ambiguous"], (*best.reasons, more))
    return best


def _pair(a: Reading, b: Reading) -> Match:
    losses: list[tuple[str, str]] = []
    if a.has("cut") != b.has("cut"):
        short, whole = (a, b) if a.has("cut") else (b, a)
        if not whole.number.startswith(short.number):
            return Match(0.0, (("number_differs", _both(a.number, b.number)),))
        losses.append(("cut", short.number))
    elif a.digits != b.digits:
        return Match(0.0, (("number_differs", _both(a.number, b.number)),))
    elif a.number != b.number:
        losses.append(("zeros", _both(a.number, b.number)))
    if a.alone or b.alone:
        what = ("number_only", min(a.number, b.number))
        return _score("number_only" if a.alone != b.alone else "read", what, losses, a, b)
    if a.province and b.province and a.province != b.province:
        return Match(book().match["differs"], (("province_differs", _both(a.province, b.province)),))
    if a.place and b.place:
        wrong = _places(a, b, losses)
        if wrong:
            return wrong
    elif a.place or b.place:
        losses.append(("place_unsaid", a.place or b.place))
    if a.kind != b.kind:
        losses.append(_kinds(a.kind, b.kind))
    if a.place and b.place and not any(code == "place_unread" for code, _ in losses):
        what = ("number_and_place", a.port[1:] or b.port[1:] or min(a.place, b.place))
    elif a.kind and a.kind == b.kind:
        what = ("number_and_kind", a.kind)
    elif a.province and a.province == b.province:
        what = ("number_and_province", a.province)
    else:
        what = ("number_only", min(a.number, b.number))
    return _score("read", what, losses, a, b)


def _kinds(a: str, b: str) -> tuple[str, str]:
    if a and b:
        return ("kind_differs", _both(a, b))
    said = a or b
    return ("kind_unsaid" if said == book().usual_kind else "kind_open", said)


def _places(a: Reading, b: Reading, losses: list[tuple[str, str]]) -> Match | None:
    """None where they may be one place; what lessens that is added to `losses`."""
    if a.port and b.port:
        if a.port != b.port:
            return Match(book().match["differs"], (("place_differs", _both(a.port[1:], b.port[1:])),))
        if a.place != b.place:
            losses.append(("place_form", _both(a.place, b.place)))
        return None
    if confused(a.place) == confused(b.place):
        return None
    # A place of the book would have been read: it is none that is spelled otherwise. What the book does not
    # know may be one place in two scripts; in one script it is another.
    chinese = {all(is_han(c) for c in r.place) for r in (a, b)}
    if a.port or b.port or len(chinese) == 1:
        return Match(book().match["differs"], (("place_differs", _both(a.place, b.place)),))
    losses.append(("place_unread", _both(a.place, b.place)))
    return None


def _score(start: str, what: tuple[str, str], losses: list[tuple[str, str]], a: Reading, b: Reading) -> Match:
    reasons, loss = [what, *losses], book().loss
    guesses = dict.fromkeys(g for r in (a, b) for g in r.guessed)
    for code, value in sorted(guesses):
        if code == "province":
            reasons.append(("province_guessed", value))
        elif code in loss and code != "cut":
            reasons.append((code, value))
    if a.tail != b.tail:
        reasons.append(("tail", " / ".join(sorted(x for x in (a.tail, b.tail) if x))))
    score = book().match[start]
    for code, _ in reasons[1:]:
        score *= loss[code]
    return Match(score, tuple(reasons))


def _both(a: str, b: str) -> str:
    return " / ".join(sorted((a, b)))


def _plain(a: BoatName, b: BoatName) -> Match:
    """Names that are no registration numbers: letter by letter, and said to be so."""
    x, y = sorted((a.plain, b.plain), key=lambda s: (len(s), s))
    if not x:
        return Match(0.0, (("plain", ""),))
    if y.startswith(x) and (a.cut or b.cut) and len(x) > len(y) // 2:
        return Match(book().match["beginning"] * len(x) / len(y), (("beginning", x),))
    # A number is an identity: 演海风918 and 演海风919 are two ships, however much of them is equal.
    far = len(x) < book().match["plain_least"] * len(y) or _digits(x) != _digits(y)
    alike = 0.0 if far else 1 - _steps(x, y) / len(y)
    if alike < book().match["plain_least"]:
        return Match(0.0, (("plain", _both(x, y)),))
    return Match(alike * book().match["read"], (("alike", _both(x, y)),))


def _digits(s: str) -> str:
    """The number at the end, and the digits before it that stand for no letter."""
    head = s.rstrip("0123456789")
    return "".join(c for c in head if c in "23456789") + ":" + s[len(head) :]


def _steps(a: str, b: str) -> int:
    """Letters to change, add or leave out to make one of the other."""
    row = list(range(len(b) + 1))
    for i, c in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, d in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (c != d))
    return row[-1]
