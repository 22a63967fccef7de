"""Boat names in the registry: which vessels a name may be, by its keys; the home port that a name implies."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from huanqiong import data
from huanqiong.desk.registry.models import SearchTerm, Vessel
from huanqiong.desk.registry.reads import vessel_row
from huanqiong.desk.registry.rows import FoundVessel, ImpliedHome, ImpliedPlace, VesselRow
from huanqiong.desk.trust.models import LogEntry
from huanqiong.lines.names.boats import BoatName, parse
from huanqiong.lines.names.book import book
from huanqiong.lines.names.keys import keys
from huanqiong.lines.names.match import Match, compare

if TYPE_CHECKING:
    from huanqiong.lines.names.book import Place

NAME_KEY = "name_key"
"""`field` of the terms that are keys of names."""
NAMES = ("name", "name_zh")
MOST = 400
"""Vessels that are compared with what is searched, of each width of key; a number alone has far fewer."""
UNSURE = frozenset(
    {"spelling", "tail", "place_unsaid", "place_unread", "kind_differs", "kind_open", "cut", "number_only"}
)
"""Reasons with which a name that is found stays a guess, however few were found."""

FILED = "registry.file_names"
"""The act whose newest entry says under which book names are filed."""
Hits = list[tuple[int, FoundVessel]]


def read_hits(q: str) -> tuple[Hits, Hits]:
    """Vessels, by key, whose names may be what `q` says: (those that agree, the surest first; those that have
    its number but another place). Each says why, and how many agree as far as it does.
    """
    asked = parse(q)
    if not asked.plain:
        return [], []
    best = _compared(asked)
    shown = {v: m for v, (m, _) in best.items() if m.score > book().match["differs"]}
    # Who bears the very name takes nothing from the one whose name reads so: both may be the boat.
    rivals = [m.score for m in shown.values() if m.reasons[0][0] != "same_name"]
    margin = book().match["margin"]
    order = sorted(best, key=lambda v: (-best[v][0].score, best[v][1].norm, v))
    rows = Vessel.objects.in_bulk(order[:MOST])
    good: Hits = []
    elsewhere: Hits = []
    for v in order[:MOST]:
        match, said = best[v]
        several = sum(abs(score - match.score) < margin for score in rivals) or 1
        better = any(score > match.score for score in rivals)
        unsure = several > 1 or better or any(code in UNSURE for code, _ in match.reasons)
        how = "guess" if v not in shown or unsure else "read"
        hit = FoundVessel(vessel_row(rows[v]), said.field, said.text, how, match.reasons, several)
        (good if v in shown else elsewhere).append((v, hit))
    return good, elsewhere


def _compared(asked: BoatName) -> dict[int, tuple[Match, SearchTerm]]:
    """{vessel: (how far its best name agrees, that name)} of those that share a key and agree at all."""
    out: dict[int, tuple[Match, SearchTerm]] = {}
    for name in SearchTerm.objects.filter(vessel_id__in=_sharing(asked), field__in=NAMES).order_by("id"):
        match = compare(asked, name.text)
        if match.score > 0 and (name.vessel_id not in out or match.score > out[name.vessel_id][0].score):
            out[name.vessel_id] = (match, name)
    return out


def _sharing(asked: BoatName) -> list[int]:
    """Vessels that share a key with it, those of narrow keys first, so that a common number hides none."""
    wanted = keys(asked)
    narrow = [k for k in wanted if not k.startswith("#")]
    wide = [k for k in wanted if k.startswith("#")]
    found: dict[int, None] = {}
    for some in (narrow, wide):
        rows = SearchTerm.objects.filter(field=NAME_KEY, norm__in=some).order_by("vessel_id")
        found |= dict.fromkeys(rows.values_list("vessel_id", flat=True).distinct()[:MOST])
    return list(found)


def implied_home(v: VesselRow) -> ImpliedHome | None:
    """The home port that the characters of a vessel's name imply; None where they imply none.

    The register's name is read, else what the vessel says. It is a reading, not a fact: where the register
    names another port, `differs` is True; None where the register names none, or none that is known.
    """
    name = v.name_zh or v.name_en or v.said_name
    # A place that only a slip would make is none.
    exact = (r for r in parse(name).readings if r.port and not r.has("spelling"))
    places = [p for key in dict.fromkeys(r.port for r in exact) if (p := book().place(key)) is not None]
    if not places:
        return None
    registered = _places_in(v.home_port)
    return ImpliedHome(
        name=name,
        from_register=bool(v.name_zh or v.name_en),
        places=tuple(ImpliedPlace(p.zh, p.en, p.province) for p in places),
        differs=None if not registered else registered.isdisjoint(p.key for p in places),
    )


def _places_in(text: str) -> set[str]:
    """Keys of the places that a register's home port names: by their names, or by a port that lies there."""
    plain = text.casefold()
    if not plain.strip():
        return set()
    places = {f.place.key: f.place for f in book().forms}
    found = {key for key, p in places.items() if p.zh in plain or _en(p).casefold() in plain}
    for port, county in _ports():
        if port in plain:
            found |= {k for k, p in places.items() if p.division and county.startswith(p.division)}
    return found


def _en(place: Place) -> str:
    return place.en.partition(" (")[0]


@cache
def _ports() -> tuple[tuple[str, str], ...]:
    """(Chinese or English name, division) of the bundled ports."""
    with data.path("geography/ports.csv").open(encoding="utf-8", newline="") as file:
        rows: Iterable[dict[str, str]] = list(csv.DictReader(file))
    named = ((name.casefold(), r["county"]) for r in rows for name in (r["name_zh"], r["name_en"]))
    return tuple((name, county) for name, county in named if name and county.isdigit())


def filed_book() -> str:
    """The mark of the book under which names were filed last; "" where none was."""
    mine = LogEntry.objects.filter(act=FILED)
    # Placed entries and those that wait for their place have an index each.
    for rows in (mine.filter(seq=None), mine.filter(seq__isnull=False)):
        last = rows.order_by("-at", "-id").values_list("body", flat=True).first()
        if last is not None:
            return str(json.loads(last)["details"]["book"])
    return ""
