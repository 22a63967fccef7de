"""`hq drill`: invented scenarios in stores of their own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from huanqiong.cli import ui


def hainan(
    seed: Annotated[int, typer.Option(help="the same seed gives the same drill")] = 7,
    hours: Annotated[float, typer.Option(help="18 or more, so that the stories fit")] = 24.0,
    port: Annotated[int, typer.Option(help="port of the console; 0: only make the store")] = 8610,
) -> None:
    """Makes a Hainan drill in a store of its own and opens its console."""
    from huanqiong.cli import serve
    from huanqiong.cli.demo import PERSON
    from huanqiong.cli.warm import warm
    from huanqiong.lake.store import create_store

    warm()
    name = f"drill-{seed}-{hours:g}h".replace(".", "-")
    create_store(
        name, kind="drill", title_zh=f"海南演练 {seed}", title_en=f"Hainan drill {seed}", clock="end"
    )
    _stage(name, seed, hours)
    if not port:
        return
    serve.free_port(port)
    with serve.supervised() as consoles:
        console = serve.launch(name, port, feed=[], neighbours={}, login_for=PERSON)
        consoles.append(console)
        serve.wait_until_up(console)
        ui.say(f"\n  {console.address}\n  one-time login (15 minutes): {serve.login_left(console)}\n")
        serve.stay(consoles)


def _stage(name: str, seed: int, hours: float) -> None:
    from huanqiong.cli.demo import PERSON
    from huanqiong.cli.django import open_records

    store = open_records(name)
    from huanqiong.flows import accounts, drill_hainan, sea_archive

    accounts.ensure_demo_person(PERSON)
    with ui.progress(name) as report:
        drill_hainan.stage(store, seed=seed, hours=hours, progress=report)
        raised = sea_archive.detect(store, progress=report)
    ui.say(f"  {raised}")


def score(
    store: Annotated[str | None, typer.Option("--store", help="the drill's store")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a story")] = False,
) -> None:
    """Opens a drill's seal and says what was found, what was missed and who was suspected wrongly."""
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from huanqiong.flows import drill_hainan

    result, commitment = drill_hainan.reveal(opened)
    ui.say(f"the truth is the one promised: {commitment}")
    for part in result.parts:
        if as_json:
            ui.emit_json(**asdict(part))
        else:
            mark = "found " if part.found else "missed"
            ui.answer(f"{mark} {part.story:<20} {part.kind:<18} {part.mmsi} {part.other_mmsi or ''}")
    for name, (raised, of) in sorted(result.innocents.items()):
        if as_json:
            ui.emit_json(innocent=name, raised=raised, of=of)
        else:
            ui.answer(f"innocent {name:<20} raised {raised} of {of}")
    ui.say(
        f"{result.events:,} events, {result.false_alarms:,} false: "
        f"{result.false_per_1000_ship_days:,.0f} per 1,000 ship-days"
    )
