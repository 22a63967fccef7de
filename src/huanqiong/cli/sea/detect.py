"""`hq sea detect`: positions to events, with reasons."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui

if TYPE_CHECKING:
    import pyarrow as pa

    from huanqiong.lines.sea.zone import Zone


def detect(
    files: Annotated[
        list[Path],
        typer.Argument(help="Positions: Parquet, or any file `hq sea load` reads.", metavar="FILE..."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="The events, as Parquet.")],
    profile: Annotated[
        str, typer.Option("--profile", help="gfw, hainan, or the path of a TOML file.")
    ] = "hainan",
    kinds: Annotated[str | None, typer.Option("--kinds", help="Kinds, with commas; default all.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="embedded or spark.")] = "embedded",
    static: Annotated[Path | None, typer.Option("--static", help="Static data (Parquet).")] = None,
    zones: Annotated[Path | None, typer.Option("--zones", help="Zones (GeoJSON).")] = None,
    geography: Annotated[
        Path | None,
        typer.Option("--geography", help="A directory whose files stand in for the bundled ones."),
    ] = None,
    routes: Annotated[Path | None, typer.Option("--routes", help="Route norms (hq sea learn).")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Rows set aside make the exit status 1.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an event on stdout.")] = False,
) -> None:
    """Finds gaps, encounters, loitering, port and zone visits, speed near the coast; each with its reasons.

    Exit status: 0 when OUT was written, 1 when no position could be used, 2 for wrong usage.
    """
    from huanqiong.core.errors import UsageError
    from huanqiong.core.geography.anchorages import told
    from huanqiong.core.geography.geography import load_geography
    from huanqiong.core.profile import load_profile

    if engine == "spark":
        raise UsageError("--engine spark is not built yet: leave it out to run here (embedded)")
    if engine != "embedded":
        raise UsageError(f"--engine {engine!r}: give embedded")
    for option, given in (("--static", static), ("--routes", routes)):
        if given is not None:
            ui.say(f"hq: {option} {given}: none of the kinds so far reads it")
    rules = load_profile(profile)
    areas = _zones(zones)
    with ui.progress() as progress:
        from huanqiong.lines.sea.kernels import Archive

        wanted = None if kinds is None else [k.strip() for k in kinds.split(",") if k.strip()]
        place = load_geography("hainan", geography)
        archive = Archive(rules, place, areas, wanted)
        rejected = 0
        for n, file in enumerate(files):
            progress("reading", n, len(files))
            rejected += _feed(archive.feed, file)
        events = archive.finish(progress=progress)
    counts = archive.counts
    if aside_told := told(place.set_aside):
        ui.say(f"hq: {aside_told}")
    aside = rejected + counts["unusable"] + len(place.set_aside)
    ui.set_aside(aside)
    if counts["rows"] == counts["unusable"]:
        ui.say(f"hq: no usable position in {', '.join(map(str, files))}. Nothing was written to {out}.")
        raise typer.Exit(1)
    if archive.undetermined:
        ui.say(f"hq: not determined, for want of input: {', '.join(archive.undetermined)}")
    _write(events, out)
    _report(events, counts, rules.name, out, as_json)
    if strict and aside:
        raise typer.Exit(1)


def _zones(file: Path | None) -> list[Zone]:
    from huanqiong.core.errors import InputError
    from huanqiong.lines.sea.zone import zones_from_geojson

    if file is None:
        return []
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise InputError(f"cannot be read ({e})", where=str(file), remedy="Give a GeoJSON file") from e
    return zones_from_geojson(text, str(file))


def _feed(feed, file: Path) -> int:  # type: ignore[no-untyped-def]
    """Feeds a file; how many of its rows could not be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from huanqiong.core.schema import REQUIRED
    from huanqiong.feed.files import read

    if not file.is_file():
        from huanqiong.core.errors import InputError

        raise InputError("no such file", where=str(file), remedy="Check the path")
    try:
        with pq.ParquetFile(file) as parquet:
            schema = parquet.schema_arrow
            plain = set(REQUIRED) <= set(schema.names) and pa.types.is_timestamp(schema.field("t").type)
            if plain:
                have = [c for c in _COLUMNS if c in schema.names]
                for k in range(parquet.num_row_groups):
                    feed(parquet.read_row_group(k, columns=have))
                return 0
    except pa.ArrowInvalid:
        pass
    rejected = 0
    for batch in read(file):
        if batch.positions.num_rows:
            feed(batch.positions)
        rejected += batch.rejects.num_rows if hasattr(batch.rejects, "num_rows") else len(batch.rejects)
    return rejected


_COLUMNS = ("mmsi", "device", "t", "lat", "lon", "sog_kn", "cog_deg", "sog", "cog")


def _write(events: pa.Table, out: Path) -> None:
    import os

    import pyarrow.parquet as pq

    part = out.with_name(out.name + ".part")
    pq.write_table(events, part, compression="zstd")
    os.replace(part, out)


def _report(events: pa.Table, counts: dict[str, int], profile: str, out: Path, as_json: bool) -> None:
    from collections import Counter

    if as_json:
        import json

        for row in events.to_pylist():
            row["reasons"] = json.loads(row["reasons"])
            ui.emit_json(**{k: v.isoformat() if k in ("t0", "t1") else v for k, v in row.items()})
        return
    left = {k: n for k, n in counts.items() if n and k != "rows"}
    if left:
        ui.say("; ".join(f"{k} {n:,}" for k, n in left.items()))
    found = Counter(events.column("kind").to_pylist())
    for kind, n in sorted(found.items()):
        ui.say(f"  {kind:<16} {n:>8,}")
    ui.answer(f"{events.num_rows:,} events ({profile}) from {counts['rows']:,} positions -> {out}")
