"""What rode out a period of weather in shelter and so raised no alert: counted, never lost."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from huanqiong.desk.watch.models import Verdict


@dataclass(frozen=True, slots=True)
class Sheltered:
    """How many events a period of weather explained; `shelters` (name, events), most first."""

    events: int
    shelters: tuple[tuple[str, int], ...]


def sheltered(period_id: int) -> Sheltered:
    """Current events that raised no alert because of the period."""
    rows = Verdict.objects.filter(period_id=period_id, replaced_by=None, withdrawn_at=None).order_by()
    by = sorted(rows.values_list("shelter").annotate(n=Count("pk")), key=lambda r: (-r[1], r[0]))
    return Sheltered(sum(n for _name, n in by), tuple((name, n) for name, n in by))
