"""Questions about boarding records, answered in plain rows; personal values blanked for who need not see
them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from huanqiong.desk.watch.boarding import Hand, Officer, Record, Waters, record_of, waters_of
from huanqiong.desk.watch.models import Boarding

HIDDEN: Final = "•••"
"""Stands in place of a personal value."""


@dataclass(frozen=True, slots=True)
class BoardingRow:
    """One version of a record. `blanked`: personal values are hidden from this reader."""

    id: int
    order_id: int
    number: int
    why: str
    record: Record
    waters: Waters
    by: str
    made_at: datetime
    blanked: bool = False


def boardings(order_ids: Iterable[int], *, sealed: bool = False) -> list[BoardingRow]:
    """Every version of these orders' records, oldest first. `sealed`: also under a seal."""
    rows = (Boarding.everything if sealed else Boarding.objects).filter(order__in=list(order_ids))
    return [
        BoardingRow(
            id=b.pk,
            order_id=b.order_id,
            number=b.number,
            why=b.why,
            record=record_of(b.told),
            waters=waters_of(b.waters),
            by=b.by.display_name,
            made_at=b.made_at,
        )
        for b in rows.select_related("by").order_by("order_id", "number")
    ]


def blanked(row: BoardingRow) -> BoardingRow:
    """The row without anybody's name, badge, document or words about them."""
    r = row.record
    hide = dict.fromkeys(
        ("papers", "present", "absent_why", "for_crew", "consent_who", "found", "note"), HIDDEN
    )
    hidden = replace(
        r,
        officers=tuple(Officer(HIDDEN, HIDDEN) for _ in r.officers),
        crew=tuple(Hand(HIDDEN, h.role) for h in r.crew),
        **{n: v for n, v in hide.items() if getattr(r, n)},
    )
    return replace(row, record=hidden, why=HIDDEN if row.why else "", blanked=True)
