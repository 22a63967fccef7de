"""`hq retention`: what is kept how long, what goes today, what is held."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import InputError, UsageError

if TYPE_CHECKING:
    from huanqiong.flows.retention.tally import Tally

Store = Annotated[str | None, typer.Option("--store", help="the store, where there are several")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object per line")]


def plan(
    at: Annotated[str, typer.Option("--at", help="as of this time, ISO 8601; default now")] = "",
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Shows each class: how many, the oldest, when it is due, what would go and what would stay."""
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.flows.retention.job import applies
    from huanqiong.flows.retention.job import plan as planned

    now = _time(at)
    for tally in planned(opened, now, by=OPERATOR):
        _show(tally, as_json)
    if not applies(opened):
        ui.say(f"Store {opened.name} is of kind {opened.kind}: published or invented data, nothing goes.")


def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would go")] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Destroys what is due now; each class is an entry of the log with counts and a digest of the keys."""
    if dry_run:
        plan(at="", store=store, as_json=as_json)
        return
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.flows.retention.job import apply as applied

    with ui.progress(f"retention of {opened.name}") as report:
        done = applied(opened, datetime.now(UTC), by=OPERATOR, progress=report)
    for code, count in sorted(done.destroyed.items()):
        if as_json:
            ui.emit_json(**{"class": code, "destroyed": count})
        else:
            ui.answer(f"{code}  {count:,} destroyed")
    for what, ids in (("proposed", done.proposed), ("lapsed", done.lapsed)):
        for hold in ids:
            if as_json:
                ui.emit_json(hold=hold, state=what)
            else:
                ui.answer(f"hold {hold}  {what}")
    ui.say(f"{sum(done.destroyed.values()):,} records destroyed, {done.blanked:,} vessels' names blanked")


def hold(
    every: Annotated[bool, typer.Option("--all", help="also those lifted and lapsed")] = False,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Lists the legal holds; setting and lifting need two people, signed in."""
    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.desk.trust.access import allow
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.desk.trust.reads import holds

    allow(OPERATOR, "retention.view")
    found = holds(protecting=not every)
    for h in found:
        until = h.provisional_until if h.state in ("proposed", "lapsed") else None
        if as_json:
            ui.emit_json(
                id=h.id, state=h.state, subject=h.subject, since=_iso(h.since), until=_iso(h.until),
                box=h.box, reason=h.reason, cause=h.cause, set_by=h.set_by, set_at=_iso(h.set_at),
                lapses_at=_iso(until),
            )  # fmt: skip
            continue
        where = " ".join(f"{x:g}" for x in h.box) if h.box else ""
        when = f"{_day(h.since)} to {_day(h.until)}" if h.since or h.until else ""
        lapses = f"lapses {_day(until)} unless two people confirm it" if h.state == "proposed" else ""
        parts = [f"{h.id:>5}  {h.state:<9}", h.subject or "waters", when, where, lapses, h.reason]
        ui.answer("  ".join(p for p in parts if p))
    if not found:
        ui.say("No hold stands.")


def _show(t: Tally, as_json: bool) -> None:
    if as_json:
        ui.emit_json(
            **{"class": t.rule.code}, days=t.rule.period.days, action=t.rule.action, total=t.total,
            oldest=_iso(t.oldest), due=_iso(t.next_due), goes=t.go, stays=t.stay,
        )  # fmt: skip
        return
    told = f"oldest {_day(t.oldest)}, due {_day(t.next_due)}" if t.total else "none"
    goes = f"  {t.go:,} go" if t.go else ""
    stays = f"  {t.stay:,} stay: held, needed, or for a person to decide" if t.stay else ""
    ui.answer(f"{t.rule.code:<22} {t.rule.period.days:>5} d  {t.total:>12,}  {told}{goes}{stays}")


def _time(text: str) -> datetime:
    if not text:
        return datetime.now(UTC)
    try:
        t = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is no time", where="--at", remedy="Write 2027-05-01T00:00Z") from None
    if t.tzinfo is None:
        raise UsageError("--at has no time zone: write 2027-05-01T00:00Z.")
    return t


def _iso(t: datetime | None) -> str | None:
    return None if t is None else t.isoformat()


def _day(t: datetime | None) -> str:
    return "" if t is None else f"{t:%Y-%m-%d}"
