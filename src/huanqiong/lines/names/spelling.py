"""Heads that are one slip away from a known one: a letter wrong, missing, doubled, or two exchanged."""

from __future__ import annotations

from functools import cache

from huanqiong.lines.names.book import book
from huanqiong.lines.names.grammar import Head, spelled


def _without_one(s: str) -> set[str]:
    return {s[:i] + s[i + 1 :] for i in range(len(s))}


@cache
def _index() -> dict[str, tuple[tuple[str, Head], ...]]:
    """Every known head of fishing boats, under itself and under what is left of it without one letter."""
    b = book()
    provinces = {p.write: p for p in b.provinces}
    kinds = [k for k in b.kinds if k.write.startswith("渔")]
    out: dict[str, tuple[tuple[str, Head], ...]] = {}
    for form in b.forms:
        province = provinces[form.place.province]
        for said in (province, None):
            for kind in (*kinds, None):
                whole = "".join(spelled(x.pinyin) for x in (said, form, kind) if x is not None)
                if len(whole) < b.slip_least or (kind is None and said is None):
                    continue
                for key in {whole, *_without_one(whole)}:
                    out[key] = (*out.get(key, ()), (whole, Head(said, form, kind)))
    return out


def near(chars: str) -> list[Head]:
    """Known heads one slip away from the folded Latin characters; [] where none, or too short to say."""
    if len(chars) < book().slip_least:
        return []
    found: dict[Head, None] = {}
    for key in (chars, *_without_one(chars)):
        for whole, head in _index().get(key, ()):
            if whole != chars and _one_slip(chars, whole):
                found[head] = None
    return list(found)


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter changed, added, left out, or two neighbours exchanged make `b` of `a`."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    x, y = a[start:], b[start:]
    if len(x) == len(y):
        return x[1:] == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])
    return x[1:] == y if len(x) > len(y) else x == y[1:]
