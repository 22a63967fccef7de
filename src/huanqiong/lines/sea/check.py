"""Whom to check first: points with their reasons from what a vessel did and what checks found. Pure.

What is not among the facts cannot count: there is no flag, no nationality, no name and no number here.
Where she came from counts only as a voyage that a dated, sourced notice names (`origin`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from huanqiong.lines.sea.origin import Call, Notice, noticed

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class AlertFact:
    """An alert on her. `judged`, `true`: how many of the kind were judged lately, and how many of these
    were true."""

    id: int
    kind: str
    severity: int
    at: datetime
    judgement: str
    judged: int
    true: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of behaviour: a silence, a loitering."""

    t0: datetime
    t1: datetime

    @property
    def hours(self) -> float:
        return (self.t1 - self.t0).total_seconds() / HOUR_S


@dataclass(frozen=True, slots=True)
class CheckFact:
    """An inspection that ended: hit, no_hit or not_possible; by which order."""

    at: datetime
    result: str
    order: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that counts about one vessel."""

    alerts: tuple[AlertFact, ...] = ()
    dark: tuple[Span, ...] = ()
    changes: tuple[datetime, ...] = ()
    loiters: tuple[Span, ...] = ()
    checks: tuple[CheckFact, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One reason: how many points, the measured value with its unit, since when, and the records behind it.
    `detail`: the kind of an alert with its judgement, or the notice's source and date."""

    code: str
    points: float
    value: float
    unit: str
    at: datetime
    ids: tuple[int, ...] = ()
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessed:
    """Points, most telling reason first. `selected`: at or over the line. `clean_at`: checked, nothing
    found."""

    points: float
    parts: tuple[Part, ...]
    selected: bool
    clean_at: datetime | None


def assess(f: Facts, book: Mapping[str, Any], notices: Sequence[Notice], now: datetime) -> Assessed:
    """What she comes to at `now`, by the weights of data/check/weights.toml. Facts of after `now` do not
    count."""
    clean = _clean(f, book, now)
    parts = [p for a in f.alerts if (p := _alert(a, book, clean, now)) is not None]
    parts = _capped(parts, float(book["alert"]["most"]))
    parts += _spans("dark", f.dark, book, clean, now)
    parts += _changes(f, book, clean, now)
    parts += _spans("loitering", f.loiters, book, clean, now)
    parts += _found(f, book, now)
    parts += _origin(f, book, notices, clean, now)
    points = round(sum(p.points for p in parts), 6)
    parts.sort(key=lambda p: (-p.points, p.code, p.ids))
    return Assessed(points, tuple(parts), points >= float(book["line"]), clean)


def _clean(f: Facts, book: Mapping[str, Any], now: datetime) -> datetime | None:
    """When she was last checked and nothing was found, while that still tells; a hit after it ends that."""
    since = now - timedelta(days=float(book["clean"]["days"]))
    ended = [c for c in f.checks if c.result != "not_possible" and c.at <= now]
    last = max(ended, key=lambda c: (c.at, c.order), default=None)
    return last.at if last is not None and last.result == "no_hit" and last.at >= since else None


def _share(at: datetime, book: Mapping[str, Any], clean: datetime | None) -> float:
    return float(book["clean"]["share"]) if clean is not None and at <= clean else 1.0


def _faded(at: datetime, now: datetime, half_life_d: float) -> float:
    return float(0.5 ** ((now - at).total_seconds() / 86400.0 / half_life_d))


def _alert(a: AlertFact, book: Mapping[str, Any], clean: datetime | None, now: datetime) -> Part | None:
    rule = book["alert"]
    if not now - timedelta(days=float(book["window_d"])) <= a.at <= now:
        return None
    made = float(rule["judged"][a.judgement])
    record = 1.0
    if a.judged >= int(rule["record_from"]) and not a.judgement:
        least = float(rule["record_least"])
        record = least + a.true / a.judged * (1.0 - least)
    points = a.severity * float(rule["weight"]) * made * record
    points *= _faded(a.at, now, float(book["half_life_d"])) * _share(a.at, book, clean)
    if points <= 0.0:
        return None
    return Part("alert", points, a.severity, "severity", a.at, (a.id,), (a.kind, a.judgement))


def _capped(parts: list[Part], most: float) -> list[Part]:
    """The parts, each cut down alike where together they pass the most they may come to."""
    whole = sum(p.points for p in parts)
    if whole <= most:
        return parts
    return [Part(p.code, p.points * most / whole, p.value, p.unit, p.at, p.ids, p.detail) for p in parts]


def _spans(
    code: str, spans: tuple[Span, ...], book: Mapping[str, Any], clean: datetime | None, now: datetime
) -> list[Part]:
    since = now - timedelta(days=float(book["window_d"]))
    cut = [Span(max(s.t0, since), min(s.t1, now)) for s in spans if s.t1 > since and s.t0 < now]
    if not cut:
        return []
    rule, half = book[code], float(book["half_life_d"])
    points = sum(
        s.hours * float(rule["per_h"]) * _faded(s.t1, now, half) * _share(s.t1, book, clean) for s in cut
    )
    hours = sum(s.hours for s in cut)
    return [Part(code, min(points, float(rule["most"])), round(hours, 1), "h", max(s.t1 for s in cut))]


def _changes(f: Facts, book: Mapping[str, Any], clean: datetime | None, now: datetime) -> list[Part]:
    rule = book["identity"]
    since = now - timedelta(days=float(rule["window_d"]))
    found = [t for t in f.changes if since <= t <= now]
    if not found:
        return []
    points = sum(float(rule["per_change"]) * _share(t, book, clean) for t in found)
    return [Part("identity", min(points, float(rule["most"])), len(found), "count", max(found))]


def _found(f: Facts, book: Mapping[str, Any], now: datetime) -> list[Part]:
    out, rule = [], book["hit"]
    since = now - timedelta(days=float(rule["window_d"]))
    hits = [c for c in f.checks if c.result == "hit" and since <= c.at <= now]
    if hits:
        last = max(hits, key=lambda c: (c.at, c.order))
        points = float(rule["points"]) * _faded(last.at, now, float(rule["half_life_d"]))
        out.append(Part("hit", points, len(hits), "count", last.at, tuple(c.order for c in hits)))
    ended = [c for c in f.checks if c.at <= now]
    last_one = max(ended, key=lambda c: (c.at, c.order), default=None)
    if last_one is not None and last_one.result == "not_possible":
        half = float(book["half_life_d"])
        points = float(book["undone"]["points"]) * _faded(last_one.at, now, half)
        out.append(Part("undone", points, 1, "count", last_one.at, (last_one.order,)))
    return out


def _origin(
    f: Facts, book: Mapping[str, Any], notices: Sequence[Notice], clean: datetime | None, now: datetime
) -> list[Part]:
    found = noticed(f.calls, notices, now, float(book["origin"]["voyage_d"]))
    if found is None:
        return []
    call, notice = found
    points = float(book["origin"]["points"]) * _share(call.t1, book, clean)
    said = (call.port, notice.source, notice.dated.isoformat())
    return [Part("origin", points, 1, "count", call.t1, (), said)]
