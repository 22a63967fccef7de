"""What an entry of the duty log says, and questions to the log, answered in plain rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from huanqiong.core.errors import UsageError
from huanqiong.desk.watch.models import CALLS, HOWS, DutyEntry


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry says. `happened_at` in the store's time; `lat`, `lon` in degrees WGS-84, None where no
    position was said; `also` further sources as (how, who); `call` answered, no_answer or "" for no call."""

    what: str
    happened_at: datetime
    how: str = "radio"
    who: str = ""
    also: tuple[tuple[str, str], ...] = ()
    where: str = ""
    lat: float | None = None
    lon: float | None = None
    call: str = ""
    channel: str = ""

    def require(self) -> None:
        """UsageError that says what is missing or out of range."""
        if not self.what.strip():
            raise UsageError("An entry needs words: say what was seen, said or done.")
        if unknown := {self.how, *(h for h, _ in self.also)} - set(HOWS):
            raise UsageError(f"How {sorted(unknown)[0]!r}: say {', '.join(HOWS)}.")
        if self.call and self.call not in CALLS:
            raise UsageError(f"A call was {' or '.join(CALLS)}, not {self.call!r}.")
        if self.happened_at.tzinfo is None:
            raise UsageError("The time of the entry has no time zone. Give it with one.")
        if (self.lat is None) != (self.lon is None):
            raise UsageError("A position needs latitude and longitude.")
        if (
            self.lat is not None
            and self.lon is not None
            and not (abs(self.lat) <= 90 and abs(self.lon) <= 180)
        ):
            raise UsageError(f"{self.lat}, {self.lon} is no position.")


@dataclass(frozen=True, slots=True)
class DutyRow:
    """An entry of the duty log. `corrected_by`, `added`: later entries about it, by id; corrected_by None: it
    stands. `also`: further sources as (how, who)."""

    id: int
    happened_at: datetime
    made_at: datetime
    by: str
    how: str
    who: str
    also: tuple[tuple[str, str], ...]
    what: str
    where: str
    lat: float | None
    lon: float | None
    call: str
    channel: str
    alert_id: int | None
    about: int | None
    relation: str
    corrected_by: int | None
    added: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DutyQuery:
    """Which entries: by time of what happened, by alert, calls nobody answered only, words in them."""

    since: datetime | None = None
    until: datetime | None = None
    alert: int | None = None
    unanswered: bool = False
    words: str = ""
    limit: int = 100
    offset: int = 0


def duty_entries(q: DutyQuery = DutyQuery()) -> list[DutyRow]:
    """Entries, newest first by what happened."""
    rows = DutyEntry.objects.all()
    if q.since is not None:
        rows = rows.filter(happened_at__gte=q.since)
    if q.until is not None:
        rows = rows.filter(happened_at__lt=q.until)
    if q.alert is not None:
        rows = rows.filter(alert=q.alert)
    if q.unanswered:
        rows = rows.filter(call="no_answer")
    if q.words:
        rows = rows.filter(
            Q(what__icontains=q.words) | Q(who__icontains=q.words) | Q(where__icontains=q.words)
        )
    return _rows(rows.order_by("-happened_at", "-id")[q.offset : q.offset + q.limit])


def duty_entry(entry_id: int) -> DutyRow | None:
    """One entry; None where there is none."""
    return next(iter(_rows(DutyEntry.objects.filter(pk=entry_id))), None)


def _rows(rows: QuerySet[DutyEntry]) -> list[DutyRow]:
    found = list(rows.select_related("by"))
    later = DutyEntry.objects.filter(about__in=[e.pk for e in found]).order_by("id")
    corrects: dict[int, int] = {}
    adds: dict[int, list[int]] = {}
    for pk, about, relation in later.values_list("pk", "about_id", "relation"):
        if relation == "corrects":
            corrects[about] = pk
        else:
            adds.setdefault(about, []).append(pk)
    return [
        DutyRow(
            id=e.pk,
            happened_at=e.happened_at,
            made_at=e.made_at,
            by=e.by.display_name,
            how=e.how,
            who=e.who,
            also=tuple((s["how"], s["who"]) for s in e.also),
            what=e.what,
            where=e.where,
            lat=e.lat,
            lon=e.lon,
            call=e.call,
            channel=e.channel,
            alert_id=e.alert_id,
            about=e.about_id,
            relation=e.relation,
            corrected_by=corrects.get(e.pk),
            added=tuple(adds.get(e.pk, ())),
        )
        for e in found
    ]
