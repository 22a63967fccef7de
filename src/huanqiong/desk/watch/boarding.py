"""What a boarding record says, and what it lacks for its outcome: a hit needs most. Pure words, no rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from huanqiong import data
from huanqiong.core.errors import UsageError
from huanqiong.core.time import SHANGHAI
from huanqiong.desk.trust.canonical import plain
from huanqiong.desk.trust.law import require_version
from huanqiong.desk.watch.models import CAUSES, OUTCOMES

CONSENTS: Final = ("given", "refused", "not_needed")
STATELESS, FLAG_UNKNOWN = "none", "unknown"
HIT_NEEDS: Final = ("agency", "began", "ended", "flag", "searched", "found", "recording", "for_crew")
LESS_NEEDS: Final = {"no_hit": ("agency", "began", "flag", "searched"), "not_possible": ("agency", "began")}
"""Plain fields an outcome cannot be without; officers, basis, consent, presence and clock have rules of
their own. Source: issue of the watch floor, "Boarding record"; data/watch/boarding.toml."""


@dataclass(frozen=True, slots=True)
class Waters:
    """The legal waters of the place. `code` "": not determined, and `why` says what lacked (no_position,
    no_layer, unreadable, outside). `own`: no other state's consent is needed there. `edge_m`: to the
    layer's nearest line. `source`, `day`, `sha256`: the official layer that was asked."""

    code: str = ""
    own: bool = False
    name_zh: str = ""
    name_en: str = ""
    edge_m: int | None = None
    why: str = ""
    source: str = ""
    day: date | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Officer:
    name: str
    badge: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody aboard; the first is the master. Personal: never in the log, never a reason for anything."""

    name: str
    role: str = ""
    document: str = ""
    nationality: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    """An article of one text of a law."""

    law: str
    version: str
    article: int


@dataclass(frozen=True, slots=True)
class Record:
    """A boarding as it was told. Times in the store's time, None: not told; texts "": not told. `aboard`:
    how many people; `present`: who watched the search (not of the officers), else `absent_why`;
    `clock_offset_s`: the recorder's clock minus true time, checked at `clock_at`."""

    result: str
    cause: str = ""
    agency: str = ""
    began: datetime | None = None
    ended: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    flag: str = ""
    basis: tuple[Basis, ...] = ()
    consent: str = ""
    consent_who: str = ""
    consent_at: datetime | None = None
    consent_ref: str = ""
    officers: tuple[Officer, ...] = ()
    aboard: int | None = None
    crew: tuple[Hand, ...] = ()
    papers: str = ""
    searched: str = ""
    found: str = ""
    for_crew: str = ""
    recording: str = ""
    present: str = ""
    absent_why: str = ""
    clock_offset_s: float | None = None
    clock_at: datetime | None = None
    note: str = ""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return dict(plain(asdict(self)))

    @property
    def day(self) -> date | None:
        """The day of the boarding in China; None: no beginning was told."""
        return self.began.astimezone(SHANGHAI).date() if self.began else None


_MANY: Final = {"basis": Basis, "officers": Officer, "crew": Hand}
_TIMES: Final = ("began", "ended", "consent_at", "clock_at")
_FLOATS: Final = ("lat", "lon", "clock_offset_s")


def record_of(told: dict[str, Any]) -> Record:
    """Reads back `Record.told`; fields of a later version are left out."""
    known = {f.name for f in fields(Record)}
    found: dict[str, Any] = {k: v for k, v in told.items() if k in known}
    for name, kind in _MANY.items():
        found[name] = tuple(kind(**row) for row in found.get(name, ()))
    for name in _TIMES:
        found[name] = datetime.fromisoformat(found[name]) if found.get(name) else None
    for name in _FLOATS:
        found[name] = None if found.get(name) is None else float(found[name])
    return Record(**found)


def waters_of(told: dict[str, Any]) -> Waters:
    """Reads back a Waters kept as JSON."""
    day = date.fromisoformat(told["day"]) if told.get("day") else None
    return Waters(**{**told, "day": day})


class IncompleteError(UsageError):
    """The record lacks what its outcome needs. `lacks`: (code, detail) of each, all at once."""

    def __init__(self, lacks: tuple[tuple[str, str], ...]) -> None:
        self.lacks = lacks
        said = "; ".join(f"{code} {detail}".strip() for code, detail in lacks)
        super().__init__(f"The boarding record lacks: {said}. Give these and file it again.")


@cache
def boarding_book() -> dict[str, Any]:
    """What the form offers, and own flags: data/watch/boarding.toml."""
    return data.toml("watch/boarding.toml")


def needs_consent(r: Record, waters: Waters) -> bool:
    """Whether another state's consent must be spoken of: a flag that is not our own, outside waters known
    to be our own. Waters that were not determined count as outside: nothing is guessed. No flag: no state
    to ask."""
    return bool(r.flag) and r.flag not in (*boarding_book()["own_flags"], STATELESS) and not waters.own


def require(r: Record, waters: Waters, now: datetime) -> None:
    """IncompleteError with everything that lacks or cannot be, at once. `now`: the store's time."""
    if r.result not in OUTCOMES:
        raise UsageError(f"Outcome {r.result!r}: say {', '.join(OUTCOMES)}.")
    if lacks := tuple(_lacks(r, waters, now)):
        raise IncompleteError(lacks)


def _lacks(r: Record, waters: Waters, now: datetime) -> Iterator[tuple[str, str]]:
    hit, aboard = r.result == "hit", r.result != "not_possible"
    for name in HIT_NEEDS if hit else LESS_NEEDS[r.result]:
        value = getattr(r, name)
        if not (value.strip() if isinstance(value, str) else value):
            yield name, ""
    if (r.result == "not_possible") != bool(r.cause) or (r.cause and r.cause not in CAUSES):
        yield "cause", ""
    yield from _officers(r, 2 if hit else 1 if aboard else 0)
    if aboard and not r.basis:
        yield "basis", ""
    yield from _law(r)
    if hit and not (r.present.strip() or r.absent_why.strip()):
        yield "present", ""
    yield from _clock(r, hit)
    yield from _times(r, now)
    if aboard:
        yield from _consent(r, waters)
    if (r.lat is None) != (r.lon is None) or (
        r.lat is not None and r.lon is not None and not (abs(r.lat) <= 90 and abs(r.lon) <= 180)
    ):
        yield "position", ""


def _officers(r: Record, least: int) -> Iterator[tuple[str, str]]:
    """So many people, each with a name and a badge of their own: one man twice is one man."""
    names = {"".join(o.name.split()).casefold() for o in r.officers}
    badges = {"".join(o.badge.split()).casefold() for o in r.officers}
    whole = all(o.name.strip() and o.badge.strip() for o in r.officers)
    if min(len(names), len(badges)) < max(least, len(r.officers)) or not whole:
        yield "officers", str(least)


def _law(r: Record) -> Iterator[tuple[str, str]]:
    for b in r.basis if r.day else ():
        try:
            require_version(b.law, b.version, b.article, r.day)  # type: ignore[arg-type]
        except UsageError:
            yield "law", f"《{b.law}》 {b.version} {b.article}"


def _clock(r: Record, hit: bool) -> Iterator[tuple[str, str]]:
    if (r.clock_offset_s is None) != (r.clock_at is None) or (hit and r.clock_at is None):
        yield "clock", ""
    elif r.clock_at is not None and r.began is not None:
        most = timedelta(hours=boarding_book()["clock_hours"])
        if not r.began - most <= r.clock_at <= (r.ended or r.clock_at):
            yield "clock_when", str(boarding_book()["clock_hours"])


def _times(r: Record, now: datetime) -> Iterator[tuple[str, str]]:
    told = [t for t in (r.began, r.ended, r.consent_at, r.clock_at) if t is not None]
    if any(t.tzinfo is None for t in told):
        raise UsageError("A time of the boarding has no time zone. Give it with one.")
    if any(t > now for t in told):
        yield "ahead", ""
    if r.began and r.ended and r.ended < r.began:
        yield "order", ""


def _consent(r: Record, waters: Waters) -> Iterator[tuple[str, str]]:
    """Given or refused: by whom, when, reference. Not needed: the reference says why."""
    if r.consent and r.consent not in CONSENTS:
        yield "consent", ""
    elif not r.consent:
        if needs_consent(r, waters):
            yield "consent", ""
    elif not r.consent_ref.strip() or (
        r.consent != "not_needed" and not (r.consent_who.strip() and r.consent_at is not None)
    ):
        yield "consent_whole", ""
    elif r.consent == "refused" and r.result == "hit" and needs_consent(r, waters):
        yield "consent_refused", ""
