"""`hq user`: accounts from this machine's own command line; each change is an act with its log entry."""

from __future__ import annotations

from typing import Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import UsageError

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
    store: Store = None,
) -> None:
    """Gives a role to an account or takes it away."""
    if action not in ("grant", "revoke"):
        raise UsageError(f"{action!r}: say grant or revoke.")
    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.desk.trust import acts
    from huanqiong.desk.trust.actor import OPERATOR

    change = acts.grant_role if action == "grant" else acts.revoke_role
    change(username, name, by=OPERATOR)
    ui.say(f"{username}: {name} {'granted' if action == 'grant' else 'revoked'}")


def list_people(store: Store = None, as_json: Json = False) -> None:
    """Lists the accounts and the roles they hold."""
    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.desk.trust.access import access_people
    from huanqiong.desk.trust.actor import OPERATOR

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
                roles=list(p.roles),
            )
        else:
            closed = "" if p.is_active else "  (closed)"
            ui.answer(f"{p.username:<20} {p.name_zh or p.name_en:<12} {', '.join(p.roles) or '-'}{closed}")


def login(
    username: Annotated[str, typer.Argument(help="the account")],
    store: Store = None,
) -> None:
    """Prints the path of a new one-time login (15 minutes) on the console."""
    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.flows.accounts import login_path

    ui.answer(login_path(username))
