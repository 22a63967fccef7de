"""A row of an events table, read once into a fixed shape with its identity and its content's hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from huanqiong.core.errors import InputError
from huanqiong.core.ids import stable_id
from huanqiong.desk.trust.canonical import canonical, sha256_hex


@dataclass(frozen=True, slots=True)
class Found:
    """One event as it will be stored. `anchor`: the named things in its reasons (a zone, a port), which
    keep apart two events of one kind and subject at one time."""

    kind: str
    subject: str
    other_subject: str
    mmsi: int | None
    other_mmsi: int | None
    t0: datetime
    t1: datetime
    lat: float | None
    lon: float | None
    score: float
    severity: int
    reasons: list[dict[str, Any]]
    profile: str
    version: str
    policy: str
    geography: str
    raw: list[dict[str, Any]]
    provisional: bool
    anchor: str
    key: str
    content_sha256: str

    def columns(self) -> dict[str, Any]:
        """What a Verdict row keeps of it."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "anchor"}

    @property
    def family(self) -> tuple[str, str, str, str, str]:
        """What a later version of it shares: an open gap and the gap it becomes are one family."""
        return family(self.kind, self.subject, self.other_subject, self.profile, self.anchor)


def family(kind: str, subject: str, other: str, profile: str, anchor: str) -> tuple[str, str, str, str, str]:
    first, second = (other, subject) if other and other < subject else (subject, other)
    return ("gap" if kind == "open_gap" else kind, first, second, profile, anchor)


def anchor_of(reasons: list[dict[str, Any]]) -> str:
    """The named things in the reasons: their texts, in order of code."""
    named = [(r["code"], r["value"]) for r in reasons if isinstance(r.get("value"), str)]
    return "|".join(f"{code}={value}" for code, value in sorted(named))


def event_key(kind: str, subject: str, other: str, t0: datetime, profile: str, anchor: str) -> str:
    """The identity of an event across its versions: what, on whom, since when, under which profile."""
    k, first, second, p, n = family(kind, subject, other, profile, anchor)
    return stable_id("e", k, first, second, canonical(t0), p, n)


def _degrees(value: Any, limit: float) -> float | None:
    if value is None:
        return None
    if not -limit <= value <= limit:
        raise ValueError(f"{value} degrees is no place")
    return float(value)


def found(
    row: Mapping[str, Any], *, policy: str = "", geography: str = "", provisional: bool = False
) -> Found:
    """Reads one row of `core.schema.EVENTS` (times aware, reasons as JSON text or list).

    The row may also carry provisional, raw, policy and geography of its own. InputError names the column.
    """
    try:
        reasons = row["reasons"]
        reasons = json.loads(reasons) if isinstance(reasons, str) else list(reasons or [])
        t0, t1 = row["t0"], row["t1"]
        if t0.tzinfo is None or t1.tzinfo is None or t1 < t0:
            raise ValueError(f"t0 {t0}, t1 {t1} must be aware and in order")
        subject, other = str(row["subject"]), str(row.get("other_subject") or "")
        kind, profile = str(row["kind"]), str(row["profile"] or "")
        anchor = anchor_of(reasons)
        content: dict[str, Any] = {
            "kind": kind,
            "subject": subject,
            "other_subject": other,
            "mmsi": row.get("mmsi"),
            "other_mmsi": row.get("other_mmsi"),
            "t0": t0,
            "t1": t1,
            "lat": _degrees(row["lat"], 90.0),
            "lon": _degrees(row["lon"], 180.0),
            "score": float(row["score"] or 0.0),
            "severity": int(row["severity"] or 0),
            "reasons": reasons,
            "profile": profile,
            "version": str(row["version"] or ""),
            "policy": str(row.get("policy") or policy),
            "geography": str(row.get("geography") or geography),
            "provisional": bool(row.get("provisional", provisional)),
        }
        return Found(
            **content,
            raw=list(row.get("raw") or []),
            anchor=anchor,
            key=event_key(kind, subject, other, t0, profile, anchor),
            content_sha256=sha256_hex(canonical(content)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        where = f"event {row.get('kind')} of {row.get('subject')} at {row.get('t0')}"
        raise InputError(f"unusable event: {e!r}", where=where, remedy="Detect again.") from None
