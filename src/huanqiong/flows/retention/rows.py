"""Records that go row by row: logins, sessions, receipts, news, salts, silences, static data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from huanqiong.desk.registry.models import SearchTerm, StaticRecord, Vessel
from huanqiong.desk.registry.names import NAME_KEY, NAMES
from huanqiong.desk.registry.search import normal
from huanqiong.desk.trust.models import LogEntry, LogSalt, OutboxRow
from huanqiong.desk.trust.retention import KeptClass, RetentionBook
from huanqiong.desk.watch.models import Silence, Verdict
from huanqiong.flows.retention.guards import Guard
from huanqiong.flows.retention.tally import Tally
from huanqiong.lines.names.keys import keys as name_keys

BATCH = 5000
"""Rows an act destroys at most."""
_SAID = {"name": "said_name", "callsign": "said_callsign", "imo": "said_imo"}
BLANK: dict[str, Any] = {"said_name": "", "said_callsign": "", "said_imo": None}
"""What a vessel whose static records are gone no longer says; its length stays, as its class rests on it."""


class Plain:
    """A table whose rows go one by one, by a column of time."""

    def __init__(self, rule: KeptClass, guards: Sequence[Guard], now: datetime) -> None:
        self.rule = rule
        self.label, columns = rule.rows or ("", ())
        self.model = apps.get_model(self.label)
        start = columns[0] if len(columns) == 1 else Coalesce(*columns)
        rows = self.model._base_manager.annotate(_start=Coalesce(start, start))
        self.rows: QuerySet[Any] = rows
        self.due = rows.filter(_start__lte=now - rule.period)
        self.stays = Q(pk__in=[])
        people = frozenset().union(*(g.persons for g in guards)) if guards else frozenset()
        if people and any(f.name == "person" for f in self.model._meta.get_fields()):
            self.stays |= Q(person__code__in=people)
        alerts = frozenset().union(*(g.alerts for g in guards)) if guards else frozenset()
        if alerts and any(f.name == "alert" for f in self.model._meta.get_fields()):
            self.stays |= Q(alert__in=alerts)
        if self.model is OutboxRow:  # where a stream resumes
            newest = OutboxRow.objects.aggregate(end=Max("pos"))["end"]
            self.stays |= Q(pos=newest)

    def tally(self, into: Tally) -> None:
        """Counts the table."""
        found = self.rows.aggregate(oldest=Min("_start"))
        stay = self.due.filter(self.stays).count()
        into.add(self.rows.count(), found["oldest"], self.due.count() - stay, stay)

    def choose(self) -> list[tuple[str, list[Any]]]:
        """The next rows to go."""
        found = self.due.exclude(self.stays).order_by("_start").values_list("pk", flat=True)
        return [(self.label, list(found[:BATCH]))]


class Salts:
    """Salts of the audit log's private values: by the age of their entry, which stays."""

    label = "trust.logsalt"

    def __init__(self, rule: KeptClass, book: RetentionBook, guards: Sequence[Guard], now: datetime) -> None:
        self.rule = rule
        mine, others = Q(), Q()
        for start in rule.acts:
            mine |= Q(act__startswith=start)
        for other in book.classes.values():
            for start in other.acts if other is not rule else ():
                others |= Q(act__startswith=start)
        entries = LogEntry.objects.filter(mine) if rule.acts else LogEntry.objects.exclude(others)
        self.entries = entries.filter(pk__in=LogSalt.objects.values("entry"))
        self.due = self.entries.filter(at__lte=now - rule.period)
        people = frozenset().union(*(g.persons for g in guards)) if guards else frozenset()
        self.stays = Q(actor__in=people) | Q(subject__in=[f"person:{p}" for p in people])

    def tally(self, into: Tally) -> None:
        """Counts them."""
        stay = self.due.filter(self.stays).count()
        oldest = self.entries.aggregate(oldest=Min("at"))["oldest"]
        into.add(self.entries.count(), oldest, self.due.count() - stay, stay)

    def choose(self) -> list[tuple[str, list[Any]]]:
        """The next salts to go."""
        found = self.due.exclude(self.stays).order_by("pk").values_list("pk", flat=True)
        return [(self.label, list(found[:BATCH]))]


class Silences:
    """Silences that ended, once no verdict that they held is kept."""

    label = "watch.silence"

    def __init__(
        self, rule: KeptClass, guards: Sequence[Guard], now: datetime, going: frozenset[int] = frozenset()
    ) -> None:
        """`going`: verdicts that go before, in a plan that changes nothing."""
        self.rule, self.guards, self.going = rule, guards, going
        self.rows = Silence.objects.annotate(_start=Coalesce("lifted_at", "until"))
        self.due = self.rows.filter(_start__lte=now - rule.period)

    def _going(self) -> Iterator[int]:
        held = Verdict.everything.exclude(silence=None).values_list("pk", "silence_id")
        needed = {silence for verdict, silence in held if verdict not in self.going}
        for s in self.due.all():  # asked anew each time
            devices = {s.subject.partition(":")[2], str(s.mmsi)}
            if s.pk not in needed and not any(
                g.behaviour(devices, s.since, s.until, None, None) for g in self.guards
            ):
                yield s.pk

    def tally(self, into: Tally) -> None:
        """Counts them."""
        go = len(list(self._going()))
        oldest = self.rows.aggregate(oldest=Min("_start"))["oldest"]
        into.add(self.rows.count(), oldest, go, self.due.count() - go)

    def choose(self) -> list[tuple[str, list[Any]]]:
        """The silences to go."""
        return [(self.label, list(self._going()))]


class Static:
    """Sets of static values in the registry, of small boats or others, with the names they are found by."""

    def __init__(
        self, rule: KeptClass, small: bool, book: RetentionBook, guards: Sequence[Guard], now: datetime
    ) -> None:
        self.rule, self.guards = rule, guards
        length = "device__vessel__said_length_m"
        is_small = Q(**{length: None}) | Q(**{f"{length}__lt": book.small_below_m})
        self.rows = StaticRecord.objects.filter(is_small if small else ~is_small)
        self.due = self.rows.filter(last_seen__lte=now - rule.period)

    def _going(self) -> Iterator[StaticRecord]:
        for row in self.due.select_related("device").order_by("pk"):
            of = ({row.device.ident}, row.first_seen, row.last_seen, None, None)
            if not any(g.behaviour(*of) for g in self.guards):
                yield row

    def tally(self, into: Tally) -> None:
        """Counts the sets of values."""
        go = sum(1 for _ in self._going())
        oldest = self.rows.aggregate(oldest=Min("last_seen"))["oldest"]
        into.add(self.rows.count(), oldest, go, self.due.count() - go)

    def choose(self) -> list[tuple[str, list[Any]]]:
        """The next sets to go, and the search terms that nothing else of the vessel bears out."""
        going = [row for row, _ in zip(self._going(), range(BATCH), strict=False)]
        keys = [row.pk for row in going]
        gone, vessels = set(keys), {row.device.vessel_id for row in going}
        return [("registry.searchterm", _orphans(vessels, gone)), ("registry.staticrecord", keys)]


def _orphans(vessels: set[int], gone: set[int]) -> list[int]:
    out: list[int] = []
    for some in _some(sorted(vessels)):
        kept: dict[int, set[str]] = {v: set() for v in some}
        for v in Vessel.objects.filter(pk__in=some):
            kept[v.pk] |= {normal(x) for x in (v.name_zh, v.name_en) if x}
        told = StaticRecord.objects.filter(device__vessel_id__in=some).values_list(
            "pk", "device__vessel_id", *_SAID
        )
        for key, vessel, *values in told:
            if key not in gone:
                kept[vessel] |= {normal(str(x)) for x in values if x}
        terms = SearchTerm.objects.filter(vessel_id__in=some, field__in={*_SAID, *NAMES, NAME_KEY})
        rows = list(terms.order_by("pk").values_list("pk", "vessel_id", "field", "text", "norm"))
        going = {pk for pk, v, field, _, norm in rows if field in _SAID and norm not in kept[v]}
        # Keys are those of the names that stay.
        stay = [(v, text) for pk, v, field, text, _ in rows if field in NAMES and pk not in going]
        filed = {(v, k) for v, text in stay for k in name_keys(text)}
        going |= {pk for pk, v, field, _, norm in rows if field == NAME_KEY and (v, norm) not in filed}
        out += sorted(going)
    return out


def nameless() -> list[int]:
    """Vessels that still say what the air said of their names, and have no static record left."""
    said = ~Q(said_name="") | ~Q(said_callsign="") | ~Q(said_imo=None)
    return list(
        Vessel.objects.filter(said)
        .exclude(pk__in=StaticRecord.objects.values("device__vessel_id"))
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    )


def _some(keys: list[int]) -> Iterator[list[int]]:
    return (keys[i : i + 500] for i in range(0, len(keys), 500))
