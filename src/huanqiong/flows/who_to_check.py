"""Whom to check first, and who is near a zone or a unit: rows of the desks and the picture, ranked with
reasons.

Gathered once (`gather`), then ranked by a pure room (`rank`). Of the rows' flags, call signs, names,
nationalities and numbers nothing reaches the facts but whether a sent identity changed: see `facts_of`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from huanqiong import data
from huanqiong.core.handwritten import read_toml
from huanqiong.core.place import ahead
from huanqiong.core.units import NM_M
from huanqiong.desk.registry.access import access_claims
from huanqiong.desk.registry.claims import Claim, Known
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.access import access_history, access_kind_records
from huanqiong.desk.watch.history import History, PastCheck
from huanqiong.desk.watch.rows import KindRecord
from huanqiong.lake.store import Store
from huanqiong.lines.sea.check import AlertFact, Assessed, CheckFact, Facts, Span, assess
from huanqiong.lines.sea.origin import Call, Notice, notices_of

Box = tuple[float, float, float, float]
"""West, south, east, north, degrees."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a vessel was last heard; `sog_kn`, `cog_deg` None: not available."""

    mmsi: int
    at: datetime
    lat: float
    lon: float
    sog_kn: float | None
    cog_deg: float | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything the ranking is made of, as the desks and the picture gave it."""

    seen: tuple[Seen, ...]
    vessels: tuple[Known, ...]
    claims: tuple[Claim, ...]
    history: History
    records: Mapping[str, KindRecord]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A vessel in the list. `where`: in the theatre or heading to it; `checks` newest first; `alerts` ids
    that count."""

    seen: Seen
    known: Known | None
    where: str
    assessed: Assessed
    checks: tuple[PastCheck, ...]
    judged: tuple[int, int, int]
    """Her alerts in the window: all, judged true, judged false."""


def weights() -> Mapping[str, Any]:
    """The weights in force: data/check/weights.toml."""
    return data.toml("check/weights.toml")


def store_notices(store: Store) -> tuple[Notice, ...]:
    """The store's notices about voyages, `notices.toml` in its directory; none where there is no such
    file."""
    file = store.path / "notices.toml"
    try:
        return notices_of(read_toml(file, "See docs/check.md"), str(file))
    except FileNotFoundError:
        return ()


def seen_of(latest: Mapping[str, np.ndarray]) -> tuple[Seen, ...]:
    """The picture's latest rows as plain ones."""

    def known(v: float) -> float | None:
        return None if v != v else float(v)

    names = ("mmsi", "t", "lat", "lon", "sog", "cog")
    return tuple(
        Seen(int(m), datetime.fromtimestamp(float(t), UTC), float(la), float(lo), known(s), known(c))
        for m, t, la, lo, s, c in zip(*(np.asarray(latest[n]).tolist() for n in names), strict=True)
    )


def gather(person: Actor, store: Store, latest: Mapping[str, np.ndarray], at: datetime) -> Rows:
    """What the person may see of it. RefusedError without the rights of the watch floor and the registry."""
    book = weights()
    since = at - timedelta(days=float(book["window_d"]))
    found, vessels = access_claims(person, at - timedelta(days=float(book["identity"]["window_d"])), at)
    past = access_history(person, since, at - timedelta(days=float(book["hit"]["window_d"])), at)
    return Rows(
        seen_of(latest), tuple(vessels), tuple(found), past, access_kind_records(person), store_notices(store)
    )


def rank(rows: Rows, box: Box, at: datetime) -> list[Candidate]:
    """Vessels in the theatre's box or heading to it, most points first; equal points in an order that
    nothing a vessel claims decides."""
    book = weights()
    facts = facts_of(rows)
    known = {v.mmsi: v for v in rows.vessels}
    checks = _by_mmsi(rows.history.checks)
    alerts = _by_mmsi(rows.history.alerts)
    out = []
    for s in rows.seen:
        where = "in" if _inside(box, s.lat, s.lon) else "heading" if heads_for(s, box, book) else ""
        if not where or s.at > at + timedelta(seconds=60):
            continue
        made = assess(facts.get(s.mmsi, Facts()), book, rows.notices, at)
        mine = alerts.get(s.mmsi, [])
        true, false = (sum(a.judgement == j for a in mine) for j in ("true", "false"))
        past = tuple(sorted(checks.get(s.mmsi, []), key=lambda c: (c.at, c.order), reverse=True))
        out.append(Candidate(s, known.get(s.mmsi), where, made, past, (len(mine), true, false)))
    return sorted(out, key=lambda c: (-c.assessed.points, _lot(c.seen)))


def facts_of(rows: Rows) -> dict[int, Facts]:
    """What counts of each vessel, by the number it was filed under. Claims are compared with one another
    only."""
    h, records = rows.history, rows.records
    alerts: dict[int, list[AlertFact]] = defaultdict(list)
    for a in h.alerts:
        r = records.get(a.kind, KindRecord(a.kind))
        for m in a.mmsis:
            alerts[m].append(AlertFact(a.id, a.kind, a.severity, a.t1, a.judgement, r.judged, r.true))
    spans: dict[str, dict[int, list[Span]]] = {"dark": defaultdict(list), "loitering": defaultdict(list)}
    calls: dict[int, list[Call]] = defaultdict(list)
    for v in h.verdicts:
        if v.kind == "port_visit":
            calls[v.mmsi].append(Call(v.port, v.t0, v.t1))
        else:
            spans["loitering" if v.kind == "loitering" else "dark"][v.mmsi].append(Span(v.t0, v.t1))
    checks: dict[int, list[CheckFact]] = defaultdict(list)
    for c in h.checks:
        for m in c.mmsis:
            checks[m].append(CheckFact(c.at, c.result, c.order))
    changes = _changes(rows.claims)
    everyone = {*alerts, *spans["dark"], *spans["loitering"], *calls, *checks, *changes}
    return {
        m: Facts(
            tuple(alerts.get(m, ())),
            tuple(spans["dark"].get(m, ())),
            tuple(changes.get(m, ())),
            tuple(spans["loitering"].get(m, ())),
            tuple(checks.get(m, ())),
            tuple(calls.get(m, ())),
        )
        for m in everyone
    }


def _changes(claims: Sequence[Claim]) -> dict[int, list[datetime]]:
    """When a number sent another name, call sign or IMO number than ever before; what was not said changes
    nothing."""
    said: dict[int, tuple[set[str], set[str], set[int]]] = {}
    out: dict[int, list[datetime]] = defaultdict(list)
    for c in sorted(claims, key=lambda c: c.first_seen):
        before = said.setdefault(c.mmsi, (set(), set(), set()))
        new = False
        for had, value in zip(before, (c.name, c.callsign, c.imo), strict=True):
            if value:
                new |= bool(had) and value not in had
                had.add(value)  # type: ignore[arg-type]
        if new:
            out[c.mmsi].append(c.first_seen)
    return out


def _by_mmsi(rows: Sequence[Any]) -> dict[int, list[Any]]:
    out: dict[int, list[Any]] = defaultdict(list)
    for r in rows:
        for m in r.mmsis:
            out[m].append(r)
    return out


def _lot(s: Seen) -> str:
    """A lot drawn from where and when she was heard, so that no claim of hers decides between equals."""
    return hashlib.sha256(f"{s.at.timestamp():.0f} {s.lat:.5f} {s.lon:.5f}".encode()).hexdigest()


def _inside(box: Box, lat: float, lon: float) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north


def heads_for(s: Seen, box: Box, book: Mapping[str, Any]) -> bool:
    """Whether course and speed bring her into the box within the hours of the weights."""
    if s.sog_kn is None or s.cog_deg is None or s.sog_kn <= 0.5:
        return False
    hours = np.arange(0.5, float(book["heading_h"]) + 0.25, 0.5)
    lat, lon = ahead(s.lat, s.lon, s.cog_deg, hours * s.sog_kn * NM_M)
    return any(_inside(box, float(a), float(b)) for a, b in zip(lat, lon, strict=True))
