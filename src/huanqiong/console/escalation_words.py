"""The chain of escalation in words: what waited, who was told and how, what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import texts
from huanqiong.core.time import iso
from huanqiong.desk.trust.roles import role_book
from huanqiong.desk.watch.chain import GIVER, Chain
from huanqiong.desk.watch.waits import EscalationRow


def of_name(of: str) -> str:
    """What waits too long."""
    return {
        "distress": _("Distress that nobody acknowledged"),
        "unclaimed": _("First-tier alert that nobody claimed"),
        "unanswered": _("Order that no unit acknowledged"),
        "overdue": _("Order past its deadline"),
    }[of]


def how_name(how: str) -> str:
    """How somebody is told."""
    return {"screen": _("on screen"), "phone": _("by telephone"), "radio": _("by radio")}[how]


def tell_name(tell: str) -> str:
    """Who is told: a role, or who gave the order."""
    if tell == GIVER:
        return _("who gave the order")
    role = role_book().roles.get(tell)
    return tell if role is None else role.en if texts.lang() == "en" else role.zh


def row(e: EscalationRow) -> dict[str, Any]:
    """A step as JSON, and what templates show. Times ISO 8601; null: it did not come to that."""

    def time(t: Any) -> str | None:
        return iso(t) if t is not None else None

    vessel = e.vessel or (f"MMSI {e.mmsi}" if e.mmsi else "")
    return {
        "id": e.id,
        "of": e.of,
        "of_name": of_name(e.of),
        "title": " · ".join(x for x in (texts.kind_name(e.kind), vessel) if x),
        "alert_id": e.alert_id,
        "order_id": e.order_id,
        "href": f"/?alert={e.alert_id}" if e.order_id is None else f"/orders/{e.order_id}/",
        "since": iso(e.since),
        "number": e.number,
        "tell_name": tell_name(e.tell),
        "how": e.how,
        "how_name": how_name(e.how),
        "contact": e.contact_en if texts.lang() == "en" else e.contact_zh,
        "told": list(e.told),
        "told_at": iso(e.told_at),
        "call": e.call,
        "call_name": e.call_name,
        "call_at": time(e.call_at),
        "acknowledged_at": time(e.acknowledged_at),
        "acknowledged_by": e.acknowledged_by,
        "settled_at": time(e.settled_at),
    }


def by_wait(found: Iterable[EscalationRow], mine: set[int]) -> list[dict[str, Any]]:
    """Waits in the order given, each with its steps, first to last; `mine`: those one may answer."""
    out: dict[tuple[str, int, int | None, datetime], dict[str, Any]] = {}
    for e in found:
        wait = out.setdefault((e.of, e.alert_id, e.order_id, e.since), row(e) | {"steps": [], "mine": False})
        wait["steps"].append(row(e) | {"mine": e.id in mine})
        wait["mine"] |= e.id in mine
    for wait in out.values():
        wait["steps"].sort(key=lambda s: s["number"])
    return list(out.values())


def chain_rows(chain: Chain) -> list[dict[str, Any]]:
    """The chain as a table: each rule with its steps in words."""
    return [
        {
            "of_name": of_name(rule.of),
            "steps": [
                {
                    "after_min": step.after.total_seconds() / 60,
                    "tell_name": tell_name(step.tell),
                    "how": step.how,
                    "how_name": how_name(step.how),
                    "contact": step.contact[1 if texts.lang() == "en" else 0],
                }
                for step in rule.steps
            ],
        }
        for rule in chain.rules
    ]
