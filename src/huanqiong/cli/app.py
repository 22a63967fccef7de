"""The table of contents: every verb and the file that holds it."""

from __future__ import annotations

from typing import Annotated

import typer

from huanqiong import __version__
from huanqiong.cli import (
    audit,
    backup,
    bench,
    boats,
    demo,
    doctor,
    drill,
    evidence,
    retention,
    serve,
    suites,
    units,
    up,
    user,
    warm,
)
from huanqiong.cli import up_children as children
from huanqiong.cli.sea import decode, detect, fetch, live, load, replay

app = typer.Typer(
    help="环琼 Huanqiong: layered interdiction around an island, made accountable.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
sea = typer.Typer(no_args_is_help=True, help="The sea line: positions in, events out.")
people = typer.Typer(no_args_is_help=True, help="Accounts; each change is an act with its log entry.")
log = typer.Typer(no_args_is_help=True, help="The audit log, for outsiders to verify.")
proofs = typer.Typer(no_args_is_help=True, help="An alert's evidence, for a judge to check.")
keeping = typer.Typer(no_args_is_help=True, help="How long records are kept, and what is held.")
shore = typer.Typer(no_args_is_help=True, help="The register of boats and the stations that watch them.")
senders = typer.Typer(no_args_is_help=True, help="Who can be sent: boats, aircraft, posts.")
drills = typer.Typer(no_args_is_help=True, help="Invented scenarios in stores of their own.")


@app.callback(invoke_without_command=True)
def root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """环琼 Huanqiong."""
    if version:
        typer.echo(f"huanqiong {__version__}")
        raise typer.Exit


app.command("demo")(demo.demo)
app.add_typer(drills, name="drill")
drills.command("hainan")(drill.hainan)
drills.command("score")(drill.score)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("backup-key")(backup.backup_key)
app.command("doctor")(doctor.doctor)
app.command("test", context_settings={"ignore_unknown_options": True})(suites.run_suite)
app.command("bench")(bench.bench)
app.command("up")(up.up)
app.command("up-web", hidden=True)(children.web)
app.command("up-worker", hidden=True)(children.worker)
app.command("serve", hidden=True)(serve.serve)
app.command("prepare", hidden=True)(demo.prepare)
app.command("warm", hidden=True)(warm.warm)

app.add_typer(sea, name="sea")
sea.command("decode")(decode.decode)
sea.command("load")(load.load)
sea.command("detect")(detect.detect)
sea.command("replay")(replay.replay)
sea.command("fetch")(fetch.fetch)
sea.command("live")(live.live)

app.add_typer(senders, name="units")
senders.command("load")(units.load)
senders.command("list")(units.list_units)
app.add_typer(people, name="user")
people.command("add")(user.add)
people.command("role")(user.role)
people.command("list")(user.list_people)
people.command("login")(user.login)
people.command("unlock")(user.unlock)
people.command("factors")(user.factors)
people.command("sessions")(user.sessions)
people.command("close")(user.close)
people.command("open")(user.reopen)

app.add_typer(shore, name="boats")
shore.command("import")(boats.import_list)
shore.command("stations")(boats.stations)
shore.command("check")(boats.check)

app.add_typer(log, name="audit")
log.command("export")(audit.export)
log.command("verify")(audit.verify)
log.command("proof")(audit.proof)
log.command("cosign")(audit.cosign)
log.command("accept")(audit.accept)
log.command("stamp")(audit.stamp)

app.add_typer(keeping, name="retention")
keeping.command("plan")(retention.plan)
keeping.command("apply")(retention.apply)
keeping.command("hold")(retention.hold)

app.add_typer(proofs, name="evidence")
proofs.command("export")(evidence.export)
proofs.command("verify")(evidence.verify)
