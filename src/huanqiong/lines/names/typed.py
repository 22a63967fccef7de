"""The ways a boat's name may be typed: for a search that has no register and no network at hand."""

from __future__ import annotations

from collections.abc import Iterator

from huanqiong.lines.names.boats import Reading, parse
from huanqiong.lines.names.book import book
from huanqiong.lines.names.fold import confused


def typed_forms(name: str) -> tuple[str, ...]:
    """A name folded, then in pinyin with and without its province, then by first letters; each once.

    A name that is no registration number has its folded form alone; () for a text of no letter and no digit.
    """
    n = parse(name)
    if not n.plain:
        return ()
    found = [n.plain]
    for r in n.readings:
        found += [confused(f.upper()) for f in _pinyin(r)]
    return tuple(dict.fromkeys(found))


def _pinyin(r: Reading) -> Iterator[str]:
    b = book()
    province = next((p.pinyin for p in b.provinces if p.write == r.province), "")
    kind = next((k.pinyin for k in b.kinds if k.write == r.kind), "")
    form = next((f.pinyin for f in b.forms if f.place.key == r.port and f.write == r.place), "")
    if not (form or kind):
        return
    for parts in ((province, form, kind), (form, kind)):
        words = " ".join(p for p in parts if p).split()
        yield "".join(words) + r.number
        yield "".join(w[0] for w in words) + r.number
