"""Section 9 of docs/detectors.md, slowly: port visits as a machine of four states."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.lines.sea.reference.rows import SECOND, Row, Track
from tests.lines.sea.reference.single import Found

Nearest = Callable[[float, float], tuple[float, float, float]]
"""(lat, lon) -> (distance m, lat, lon) of the nearest anchorage."""
MOVES = {
    ("AT_SEA", "IN_PORT"): ["entry"],
    ("AT_SEA", "STOPPED"): ["entry", "stop"],
    ("IN_PORT", "AT_SEA"): ["exit"],
    ("IN_PORT", "STOPPED"): ["stop"],
    ("STOPPED", "AT_SEA"): ["start", "exit"],
    ("STOPPED", "IN_PORT"): ["start"],
}


@dataclass
class Visit:
    moves: list[tuple[str, int]] = field(default_factory=list)
    place: tuple[float, float] = (0.0, 0.0)

    @property
    def confidence(self) -> int:
        kinds = {kind for kind, _ in self.moves}
        ends = len(kinds & {"entry", "exit"})
        return 2 + ends if kinds - {"entry", "exit"} else 1


def port_visits(track: Track, profile: Any, nearest: Nearest, as_of: int) -> Iterable[Found]:
    def p(name: str) -> Any:
        return profile.value("port_visit", name)

    state: str | None = None
    last: Row | None = None
    active = (0.0, 0.0)
    visits: list[Visit] = []
    current: Visit | None = None
    for row, _ in track.rows:
        d, alat, alon = nearest(row.lat, row.lon)
        was_in = state in ("IN_PORT", "STOPPED")
        in_port = True if d <= p("entry_m") else False if d >= p("exit_m") else was_in
        if row.sog is not None and row.sog <= p("stop_kn"):
            stopped = True
        elif row.sog is not None and row.sog >= p("start_kn"):
            stopped = False
        else:
            stopped = state == "STOPPED"
        new = "AT_SEA" if not in_port else "STOPPED" if stopped else "IN_PORT"
        moves: list[tuple[str, int, tuple[float, float]]] = []
        gap_us = p("gap_s") * SECOND
        if was_in and last is not None and row.t - last.t >= gap_us:
            moves += [("gap", last.t + gap_us, active), ("gap", row.t, active)]
        if in_port:
            active = (alat, alon)
        if state is not None:
            moves += [(kind, row.t, active) for kind in MOVES.get((state, new), [])]
        for kind, t, place in moves:
            if kind == "entry" or current is None:
                current = Visit(place=place)
                visits.append(current)
            current.moves.append((kind, t))
            if kind == "exit":
                current = None
        state, last = new, row
    for visit in visits:
        if visit.confidence >= p("min_confidence"):
            t0 = visit.moves[0][1]
            t1 = as_of if visit is current else visit.moves[-1][1]
            minutes = (t1 - t0) / SECOND / 60
            yield Found("port_visit", track.subject, None, t0, t1, *visit.place, minutes)
