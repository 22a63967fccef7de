"""What several units are told together, and what each says from the scene, in plain rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from huanqiong.core.errors import UsageError
from huanqiong.desk.watch.models import SCENES, Order, SceneReport


def require_deadline(deadline: datetime, now: datetime | None) -> None:
    """UsageError for a deadline without a zone, or not after `now`, the store's time."""
    if deadline.tzinfo is None:
        raise UsageError("The deadline has no time zone. Give it with one.")
    if now is not None and deadline <= now:
        raise UsageError("The deadline has passed already. Choose a later one.")


def minute_of(t: datetime) -> datetime:
    """The start of its minute: times are typed to the minute."""
    return t.replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Part:
    """One unit's share of an interception: under whom it stands, where and when it is to meet her.

    `in_command`: of the scene; `meeting`: as it was counted when the order was given, None: none was chosen.
    """

    unit: str
    commander: str
    phone: str
    in_command: bool = False
    meeting: Mapping[str, Any] | None = None


def require_commander(p: Part) -> None:
    """UsageError for a unit that stands under nobody."""
    if not p.commander.strip() or not p.phone.strip():
        raise UsageError(f"Unit {p.unit} stands under nobody: give its commander's name and telephone.")


def require_parts(parts: Sequence[Part]) -> None:
    """UsageError that says what is missing: units, their commanders, one of them in command."""
    if not parts:
        raise UsageError("An interception needs a unit: name at least one.")
    if len({p.unit for p in parts}) != len(parts):
        raise UsageError("A unit stands twice in the interception. Name each once.")
    for p in parts:
        require_commander(p)
    if sum(p.in_command for p in parts) != 1:
        raise UsageError("One unit is in command of the scene: choose exactly one.")


@dataclass(frozen=True, slots=True)
class Scene:
    """What a unit says from the scene: one of SCENES, words, a place. `lat`, `lon` degrees WGS-84, None where
    no position was said; `happened_at` in the store's time."""

    what: str
    happened_at: datetime
    words: str = ""
    where: str = ""
    lat: float | None = None
    lon: float | None = None

    def require(self) -> None:
        """UsageError that says what is missing or out of range."""
        if self.what not in SCENES:
            raise UsageError(f"Report {self.what!r}: say {', '.join(SCENES)}.")
        if self.what == "other" and not self.words.strip():
            raise UsageError("A report of another kind needs words: say what was seen or done.")
        if self.happened_at.tzinfo is None:
            raise UsageError("The time of the report has no time zone. Give it with one.")
        if (self.lat is None) != (self.lon is None):
            raise UsageError("A position needs latitude and longitude.")
        if abs(self.lat or 0.0) > 90 or abs(self.lon or 0.0) > 180:
            raise UsageError(f"{self.lat}, {self.lon} is no position.")


@dataclass(frozen=True, slots=True)
class SceneRow:
    """A report from the scene. `corrects`, `corrected_by`: reports by id; corrected_by None: it stands."""

    id: int
    order_id: int
    unit_code: str
    unit_zh: str
    unit_en: str
    what: str
    words: str
    happened_at: datetime
    made_at: datetime
    where: str
    lat: float | None
    lon: float | None
    by: str
    corrects: int | None
    corrected_by: int | None


def together(order_id: int) -> list[int]:
    """The orders of the interception that an order belongs to, itself included; alone: itself."""
    tied = Order.objects.filter(pk=order_id).values_list("interception_id", flat=True).first()
    if tied is None:
        return [order_id]
    return list(Order.objects.filter(interception=tied).order_by("id").values_list("pk", flat=True))


def scene_reports(orders: Iterable[int]) -> list[SceneRow]:
    """What was said from the scene under these orders, oldest first by what happened."""
    return scene_rows(SceneReport.objects.filter(order__in=list(orders)))


def scene_rows(rows: QuerySet[SceneReport]) -> list[SceneRow]:
    """Stored reports as rows, oldest first by what happened, in one query."""
    found = list(rows.select_related("order__unit", "by").order_by("happened_at", "id"))
    later = {r.corrects_id: r.pk for r in found if r.corrects_id is not None}
    return [
        SceneRow(
            id=r.pk,
            order_id=r.order_id,
            unit_code=r.order.unit.code,
            unit_zh=r.order.unit.name_zh,
            unit_en=r.order.unit.name_en,
            what=r.what,
            words=r.words,
            happened_at=r.happened_at,
            made_at=r.made_at,
            where=r.where,
            lat=r.lat,
            lon=r.lon,
            by=r.by.display_name,
            corrects=r.corrects_id,
            corrected_by=later.get(r.pk),
        )
        for r in found
    ]
