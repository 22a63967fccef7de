"""Reasons as sentences a person reads, in Chinese and English; the texts are data.

A code without a text is shown as it is with its value, never dropped: an officer must see every reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from huanqiong.core.verdict import Reason
from huanqiong.data import path, toml


@cache
def _texts() -> tuple[dict[str, Any], dict[str, Any]]:
    """All kinds and all reasons, from every file of texts."""
    kinds: dict[str, Any] = {}
    reasons: dict[str, Any] = {}
    for file in sorted(path("reasons").glob("*.toml")):
        raw = toml(f"reasons/{file.name}")
        kinds.update(raw.get("kinds", {}))
        reasons.update(raw.get("reasons", {}))
    return kinds, reasons


def _lang(lang: str) -> str:
    return "zh" if lang.lower().startswith("zh") else "en"


def _number(value: float | int | str | None, text: dict[str, Any], lang: str) -> str:
    if value is None:
        return "不详" if lang == "zh" else "not known"
    if isinstance(value, str):
        words = text.get("words")
        if not words:
            return value
        said = [words[w][lang] if w in words else w for w in value.split(",")]
        return ("、" if lang == "zh" else ", ").join(said)
    digits = int(text.get("digits", 3))
    if text.get("percent"):
        return f"{100 * value:.{digits}f}%"
    if "small_digits" in text and abs(value) < 10:
        digits = int(text["small_digits"])
    return f"{value:.{digits}f}"


def render(reason: Reason, lang: str, *, limits: bool = False) -> str:
    """One reason as a phrase in `zh` or `en`; with `limits` also what it was held against."""
    tongue = _lang(lang)
    text = _texts()[1].get(reason.code)
    if text is None:
        unit = f" {reason.unit}" if reason.unit else ""
        return f"{reason.code} {'' if reason.value is None else reason.value}{unit}".strip()
    said = str(text[tongue]).format(v=_number(reason.value, text, tongue))
    if limits and reason.limit is not None and f"limit_{tongue}" in text:
        held = str(text[f"limit_{tongue}"]).format(limit=_number(reason.limit, text, tongue))
        said += f"（{held}）" if tongue == "zh" else f" ({held})"
    return said


def headline(reasons: Iterable[Reason], lang: str, kind: str | None = None) -> str:
    """The one-line why: the kind's chosen reasons in order (all of them where the kind is not given).

    A reason whose value is not available is left out of the line (not of the list).
    """
    tongue = _lang(lang)
    given = list(reasons)
    chosen = (_texts()[0].get(kind or "", {})).get("headline") or []
    if chosen:
        by_code = {r.code: r for r in given}
        given = [by_code[c] for c in chosen if c in by_code]
    said = [render(r, tongue) for r in given if r.value is not None]
    return ("，" if tongue == "zh" else "; ").join(said)


def kind_name(kind: str, lang: str) -> str:
    """A kind's name in `zh` or `en`; the kind itself where it has none."""
    return str(_texts()[0].get(kind, {}).get(_lang(lang), kind))
