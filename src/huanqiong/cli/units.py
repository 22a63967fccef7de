"""`hq units`: who can be sent, from a list: place, agency, speed, minutes until it leaves."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import HuanqiongError, InputError

Store = Annotated[str | None, typer.Option("--store", help="the store, where there are several")]
TEXTS = ("code", "name_zh", "name_en", "kind", "agency")
NUMBERS = ("lat", "lon", "speed_kn", "ready_min")
NEEDED = ("code", "name_zh", "name_en", "kind")


def load(
    file: Annotated[Path, typer.Argument(help="a TOML file with a [[unit]] table for each")],
    strict: Annotated[bool, typer.Option("--strict", help="exit 1 where a unit was set aside")] = False,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Enters units, or what is new about them; again, it changes nothing. Those set aside go to
    FILE.rejects.jsonl. Exit 1: no unit could be used."""
    from huanqiong.cli.django import open_records

    rows = _rows(file)
    opened = open_records(store)
    from huanqiong.desk.registry import acts
    from huanqiong.desk.trust.actor import OPERATOR

    bad: list[dict[str, str]] = []
    taken = 0
    for n, row in enumerate(rows, 1):
        where = f"{file}: unit {n} {row.get('code', '')}".rstrip()
        try:
            acts.add_unit(**_facts(row, where), by=OPERATOR)
            taken += 1
        except HuanqiongError as e:
            bad.append({"where": where, "cause": str(e)})
            ui.say(str(e))
    side = file.with_name(f"{file.name}.rejects.jsonl")
    if bad:
        side.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in bad), encoding="utf-8")
    else:
        side.unlink(missing_ok=True)
    ui.set_aside(len(bad), str(side))
    if as_json:
        ui.emit_json(store=opened.name, units=taken, set_aside=len(bad))
    else:
        ui.answer(f"{taken} units")
    if not taken or (strict and bad):
        raise typer.Exit(1)


def list_units(
    store: Store = None, as_json: Annotated[bool, typer.Option("--json", help="one per line")] = False
) -> None:
    """The units that can be sent, and what is not known of each."""
    from dataclasses import asdict

    from huanqiong.cli.django import open_records

    open_records(store)
    from huanqiong.desk.registry.reads import units

    for u in units():
        if as_json:
            ui.emit_json(**asdict(u))
            continue
        place = "no place" if u.lat is None or u.lon is None else f"{u.lat:.4f} {u.lon:.4f}"
        posts = u.kind in ("station", "road_post")
        speed = "waits" if posts else "no speed" if u.speed_kn is None else f"{u.speed_kn:g} kn"
        ui.answer(f"{u.code}  {u.name_zh}  {u.agency or 'no agency'}  {u.kind}  {place}  {speed}")


def _rows(file: Path) -> list[dict[str, Any]]:
    try:
        rows = tomllib.loads(ui.read(file).decode()).get("unit", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise InputError(f"no TOML: {e}", where=str(file), remedy="Correct that line") from e
    if not (isinstance(rows, list) and rows and all(isinstance(r, dict) for r in rows)):
        raise InputError("no units", where=str(file), remedy="Write a [[unit]] table for each")
    return rows


def _facts(row: dict[str, Any], where: str) -> dict[str, Any]:
    """The row as the act takes it. InputError: a field is missing, unknown or of the wrong kind."""
    unknown = sorted(set(row) - {*TEXTS, *NUMBERS, "mmsi"})
    missing = [name for name in NEEDED if not row.get(name)]
    wrong = [n for n in TEXTS if n in row and not isinstance(row[n], str)]
    wrong += [
        n for n in NUMBERS if n in row and (isinstance(row[n], bool) or not isinstance(row[n], int | float))
    ]
    wrong += ["mmsi"] if not isinstance(row.get("mmsi", 0), int) else []
    if ("lat" in row) != ("lon" in row):
        missing.append("lon" if "lat" in row else "lat")
    for names, what in ((unknown, "unknown"), (missing, "missing"), (wrong, "of the wrong kind")):
        if names:
            raise InputError(f"{', '.join(names)}: {what}", where=where, remedy="See docs/orders.md, Units")
    if "lat" in row and not (abs(row["lat"]) <= 80 and abs(row["lon"]) <= 180):
        raise InputError("no such place", where=where, remedy="Give degrees WGS-84, within 80 N or S")
    return row
