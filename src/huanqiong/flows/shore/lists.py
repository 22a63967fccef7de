"""A list of boats or stations in a CSV file: read and entered; bad rows set aside, each with its remedy.

Columns are found by their names (`data/shore/columns.toml`), in any order; others are left alone.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from huanqiong import data
from huanqiong.core.datum import DATUMS, convert
from huanqiong.core.errors import InputError, LayoutError
from huanqiong.desk.registry.acts import import_boats, leave_register, load_stations
from huanqiong.desk.registry.boat_facts import BoatFacts, Problem
from huanqiong.desk.registry.shore import STATION_KINDS
from huanqiong.desk.trust.actor import Actor

CHUNK = 500
"""Boats an act enters."""


@dataclass(slots=True)
class Entered:
    """What a list did; `problems`: rows that were not taken; `digest`: SHA-256 of the file."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    digest: str = ""
    problems: list[Problem] = field(default_factory=list)


class _CellError(ValueError):
    """A cell that cannot be read: what is wrong, and the remedy."""

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(cause)
        self.cause, self.remedy = cause, remedy


def enter_boats(
    file: Path, content: bytes, *, by: Actor, register: str = "", version: str = "", whole: bool = False
) -> Entered:
    """Enters a list of boats. `register`, `version`: default the file's name and its content's hash; `whole`:
    boats of that register which the list no longer has are marked as gone, unless rows could not be read.

    InputError: the file is no table. LayoutError: it has no column of names.
    """
    out = Entered(digest=hashlib.sha256(content).hexdigest())
    register, version = register or file.stem, version or out.digest[:12]
    batch: list[BoatFacts] = []

    def enter() -> None:
        did, problems = import_boats(batch, register=register, version=version, by=by)
        out.new, out.changed, out.same = (
            out.new + did["new"],
            out.changed + did["changed"],
            out.same + did["same"],
        )
        out.problems += problems
        batch.clear()

    for where, row in _rows(file, content, "boat", ("name",)):
        out.rows += 1
        try:
            batch.append(_boat(where, row))
        except _CellError as e:
            out.problems.append(Problem(where, e.cause, e.remedy))
        if len(batch) == CHUNK:
            enter()
    enter()
    if whole and not out.problems and out.rows:
        out.gone = leave_register(register, version, by=by)
    return out


def enter_stations(file: Path, content: bytes, *, by: Actor) -> Entered:
    """Enters a list of stations; places are brought to WGS-84 from the datum that their row names."""
    out = Entered(digest=hashlib.sha256(content).hexdigest())
    good: list[dict[str, Any]] = []
    for where, row in _rows(file, content, "station_file", ("code", "kind", "name_zh", "source")):
        out.rows += 1
        try:
            good.append(_station(row))
        except _CellError as e:
            out.problems.append(Problem(where, e.cause, e.remedy))
    out.changed = load_stations(good, by=by)
    out.same = len(good) - out.changed
    return out


def _rows(
    file: Path, content: bytes, table: str, needed: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """(where, {column: cell}) of the rows that hold anything."""
    book = data.toml("shore/columns.toml")
    lines = csv.reader(io.StringIO(_text(file, content, book["file"]["encodings"]), newline=""))
    names = {_plain(n): column for column, several in book[table].items() for n in several}
    head = next(lines, [])
    columns = [names.get(_plain(cell)) for cell in head]
    for column in needed:
        if column not in columns:
            told = ", ".join(book[table][column])
            raise LayoutError(
                f"no column {column}; it has {', '.join(c for c in head if c.strip()) or 'none'}",
                where=f"{file.name} row 1",
                remedy=f"Name one of them: {told}.",
            )
    for cells in lines:
        if any(c.strip() for c in cells):
            row = {c: cell.strip() for c, cell in zip(columns, cells, strict=False) if c is not None}
            yield f"{file.name} row {lines.line_num}", row


def _text(file: Path, content: bytes, encodings: list[str]) -> str:
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(
        "this is no text", where=file.name, remedy="Save it from the spreadsheet as CSV (UTF-8)."
    )


def _plain(name: str) -> str:
    # Brackets are typed in either width.
    return "".join(name.casefold().replace("（", "(").replace("）", ")").split())


def _boat(where: str, row: Mapping[str, str]) -> BoatFacts:
    texts = ("name", "township", "home_port", "station", "owner", "gear", "permits", "papers", "beidou")
    return BoatFacts(
        where=where,
        **{c: row.get(c, "") for c in texts},
        length_m=_number(row, "length_m"),
        engine_kw=_number(row, "engine_kw"),
        mmsi=_mmsi(row),
        valid_from=_day(row, "valid_from"),
        valid_to=_day(row, "valid_to"),
    )


def _station(row: Mapping[str, str]) -> dict[str, Any]:
    texts = ("code", "kind", "name_zh", "name_en", "township", "source")
    facts: dict[str, Any] = {c: row.get(c, "") for c in texts}
    for c in ("code", "name_zh", "source"):
        if not facts[c]:
            raise _CellError(f"{c} is empty", "Fill it: a station needs a code, a name and who says so.")
    if facts["kind"] not in STATION_KINDS:
        raise _CellError(f"kind {facts['kind']!r} is none", f"Use one of {', '.join(STATION_KINDS)}.")
    facts["name_en"] = facts["name_en"] or facts["name_zh"]
    facts["valid_from"], facts["valid_to"] = _day(row, "valid_from"), _day(row, "valid_to")
    lat, lon, datum = _number(row, "lat"), _number(row, "lon"), row.get("datum", "")
    facts["lat"] = facts["lon"] = None
    if (lat is None) != (lon is None):
        raise _CellError("half a place", "Give latitude and longitude, or neither.")
    if lat is not None and lon is not None:
        if datum not in DATUMS:
            raise _CellError(f"datum {datum!r} of the place is none", f"Use one of {', '.join(DATUMS)}.")
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            raise _CellError(f"{lat:g}, {lon:g} is no place", "Give degrees, latitude within 90.")
        facts["lat"], facts["lon"] = convert(lat, lon, of=datum, to="WGS-84")
    return facts


def _number(row: Mapping[str, str], column: str) -> float | None:
    text = row.get(column, "").replace(",", "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e9:  # false for what is no number
        raise _CellError(f"{column} {text!r} is no number", "Write digits with a point, without a unit.")
    return value


def _mmsi(row: Mapping[str, str]) -> int | None:
    text = row.get("mmsi", "").replace(" ", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise _CellError(f"mmsi {text!r} is no number", "Give the nine digits of her AIS, or leave it empty.")
    return int(text[:12])


def _day(row: Mapping[str, str], column: str) -> date | None:
    text = row.get(column, "")
    if not text:
        return None
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise _CellError(f"{column} {text!r} is no day", "Write it as 2026-11-24.")
