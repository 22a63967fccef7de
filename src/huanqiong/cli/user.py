"""`hq user`: accounts from this machine's own command line; each change is an act with its log entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import UsageError

if TYPE_CHECKING:
    from huanqiong.desk.trust.reads import PersonRow

Store = Annotated[str | None, typer.Option("--store", help="the store, where there are several")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object per line")]


def add(
    username: Annotated[str, typer.Argument(help="the name to sign in with")],
    name_zh: Annotated[str, typer.Option(help="the person's name in Chinese")] = "",
    name_en: Annotated[str, typer.Option(help="the person's name in English")] = "",
    badge: Annotated[str, typer.Option(help="badge number")] = "",
    agency: Annotated[str, typer.Option(help="the person's agency")] = "",
    role: Annotated[list[str] | None, typer.Option("--role", help="a role to give; may be repeated")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Makes an account, gives it roles and prints a one-time login token (15 minutes)."""
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from django.db import transaction

    from huanqiong.desk.trust import acts
    from huanqiong.desk.trust.actor import OPERATOR

    with transaction.atomic():
        code = acts.create_person(
            username, by=OPERATOR, name_zh=name_zh, name_en=name_en, badge=badge, agency=agency
        )
        for one in role or []:
            acts.grant_role(username, one, by=OPERATOR)
        token = acts.issue_login(username, by=OPERATOR)
    if as_json:
        ui.emit_json(store=opened.name, username=username, code=code, roles=role or [], login=token)
        return
    ui.answer(f"{username}  {code}  {', '.join(role or []) or 'no role yet'}")
    ui.say("One-time login, once, for a short while (on the console: /login/TOKEN):")
    ui.answer(token)


def role(
    username: Annotated[str, typer.Argument(help="the account")],
    action: Annotated[str, typer.Argument(help="grant or revoke")],
    name: Annotated[str, typer.Argument(help="the role, see docs/roles.md")],
    unit: Annotated[list[str] | None, typer.Option("--unit", help="only at this station (its code)")] = None,
    area: Annotated[list[str] | None, typer.Option("--area", help="only in this area (its code)")] = None,
    store: Store = None,
) -> None:
    """Gives a role to an account, everywhere or at some stations and areas, or takes it away."""
    if action not in ("grant", "revoke"):
        raise UsageError(f"{action!r}: say grant or revoke.")
    if action == "revoke" and (unit or area):
        raise UsageError("A role is revoked whole: leave out --unit and --area, and grant it anew with less.")
    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.desk.registry.access import access_unit_names
    from huanqiong.desk.trust import acts
    from huanqiong.desk.trust.actor import OPERATOR

    if action == "grant":
        known = {code for code, _zh, _en in access_unit_names(OPERATOR)}
        if unknown := sorted(set(unit or []) - known):
            there = ", ".join(sorted(known)) or "none"
            raise UsageError(f"There is no unit {', '.join(unknown)}. Units: {there}.")
        acts.grant_role(username, name, by=OPERATOR, units=tuple(unit or ()), areas=tuple(area or ()))
    else:
        acts.revoke_role(username, name, by=OPERATOR)
    where = f" at {', '.join([*(unit or []), *(area or [])])}" if unit or area else ""
    ui.say(f"{username}: {name} {'granted' if action == 'grant' else 'revoked'}{where}")


def list_people(store: Store = None, as_json: Json = False) -> None:
    """Lists the accounts: roles and where they hold, second factors, sessions, closed or locked."""
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from huanqiong.desk.trust import reads
    from huanqiong.desk.trust.access import access_people
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.desk.trust.roles import role_book

    sessions = reads.session_counts(role_book().limits(opened.kind))
    for p in access_people(OPERATOR):
        if as_json:
            ui.emit_json(
                username=p.username,
                code=p.code,
                name_zh=p.name_zh,
                name_en=p.name_en,
                badge=p.badge,
                agency=p.agency,
                active=p.is_active,
                locked_until=p.locked_until.isoformat() if p.locked_until and p.locked else None,
                roles=list(p.roles),
                grants=[{"role": g.role, "units": list(g.units), "areas": list(g.areas)} for g in p.grants],
                factors=list(p.factors),
                sessions=sessions.get(p.pk, 0),
            )
            continue
        ui.answer(_line(p, sessions.get(p.pk, 0)))


def _line(p: PersonRow, sessions: int) -> str:
    """An account on one line."""
    held = []
    for g in p.grants:
        where = "+".join((*g.units, *g.areas))
        held.append(f"{g.role}@{where}" if where else g.role)
    marks = [f"factors: {', '.join(p.factors)}"] if p.factors else []
    if sessions:
        marks.append(f"sessions: {sessions}")
    if not p.is_active:
        marks.append("(closed)")
    if p.locked and p.locked_until:
        marks.append(f"(locked until {p.locked_until:%Y-%m-%d %H:%M} UTC)")
    return "  ".join([f"{p.username:<20} {p.name_zh or p.name_en:<12} {', '.join(held) or '-'}", *marks])


def _change(store: str | None, act: str, *given: object) -> object:
    """One act of the trust desk by whoever sits at this machine."""
    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.desk.trust import acts
    from huanqiong.desk.trust.actor import OPERATOR

    return getattr(acts, act)(*given, by=OPERATOR)


def unlock(username: Annotated[str, typer.Argument(help="the account")], store: Store = None) -> None:
    """Ends a lock-out before its time."""
    _change(store, "unlock_person", username)
    ui.say(f"{username}: unlocked")


def factors(
    username: Annotated[str, typer.Argument(help="the account")],
    action: Annotated[str, typer.Argument(help="reset")],
    store: Store = None,
) -> None:
    """Removes all second factors of an account whose holder lost them, and ends its sessions."""
    if action != "reset":
        raise UsageError(f"{action!r}: say reset. A person enrols and removes their own in the console.")
    count = _change(store, "reset_factors", username)
    ui.say(f"{username}: {count} factors removed, sessions ended")


def sessions(
    username: Annotated[str, typer.Argument(help="the account")],
    action: Annotated[str, typer.Argument(help="end")],
    store: Store = None,
) -> None:
    """Ends all sessions of an account."""
    if action != "end":
        raise UsageError(f"{action!r}: say end. `hq user list` counts them.")
    ui.say(f"{username}: {_change(store, 'end_all_sessions', username)} sessions ended")


def close(username: Annotated[str, typer.Argument(help="the account")], store: Store = None) -> None:
    """Closes an account: nobody signs in with it, its sessions end, its history stays."""
    _change(store, "set_active", username, False)
    ui.say(f"{username}: closed")


def reopen(username: Annotated[str, typer.Argument(help="the account")], store: Store = None) -> None:
    """Opens a closed account again."""
    _change(store, "set_active", username, True)
    ui.say(f"{username}: open")


def login(
    username: Annotated[str, typer.Argument(help="the account")],
    store: Store = None,
) -> None:
    """Prints the path of a new one-time login (15 minutes) on the console."""
    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.flows.accounts import login_path

    ui.answer(login_path(username))
