"""What a register says of a boat, and what of it cannot be: said with the field and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from huanqiong.core.ids import holder
from huanqiong.lines.names.boats import parse
from huanqiong.lines.names.fold import plain

LENGTH_MOST_M = 500.0
"""Longer than any ship afloat (458 m, Seawise Giant): above it the unit was wrong."""
ENGINE_MOST_KW = 120_000.0
"""Above the strongest ship's engine (some 80 MW): the unit was wrong."""


@dataclass(frozen=True, slots=True)
class BoatFacts:
    """One row of a register. Empty texts and None: it does not say. `where`: the row, for messages."""

    name: str
    where: str = ""
    township: str = ""
    home_port: str = ""
    station: str = ""  # code
    length_m: float | None = None
    engine_kw: float | None = None
    owner: str = ""
    gear: str = ""
    permits: str = ""
    papers: str = ""
    mmsi: int | None = None
    beidou: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def plain(self) -> str:
        """Her name folded: what tells her from all others of a register."""
        return plain(self.name)

    @property
    def number(self) -> str:
        """The number that her name says; "" where it says none, or readings disagree."""
        found = {r.number for r in parse(self.name).readings}
        return found.pop() if len(found) == 1 else ""

    def columns(self) -> dict[str, object]:
        """What the register's table keeps, but for the station and the devices."""
        names = ("name", "township", "home_port", "length_m", "engine_kw", "owner", "gear", "permits")
        names += ("papers", "valid_from", "valid_to")
        return {n: getattr(self, n) for n in names} | {"plain": self.plain, "number": self.number}

    def problems(self) -> Iterator[tuple[str, str]]:
        """(what is wrong, what to do about it) of each thing that cannot be."""
        if not self.plain:
            yield "name is empty", "Write the name as it is painted on her side."
        if self.length_m is not None and not 0 < self.length_m <= LENGTH_MOST_M:
            yield f"length_m {self.length_m:g} is no length in metres", "Give metres, or leave it empty."
        if self.engine_kw is not None and not 0 <= self.engine_kw <= ENGINE_MOST_KW:
            yield f"engine_kw {self.engine_kw:g} is no power in kW", "Give kilowatts, or leave it empty."
        if self.mmsi is not None and not (0 < self.mmsi < 1_000_000_000 and holder(self.mmsi) == "ship"):
            yield (
                f"mmsi {self.mmsi} is no ship's number",
                "Give the nine digits of her AIS, or leave it empty.",
            )
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            yield "valid_to lies before valid_from", "Give the later day last."
        for field, most in (("name", 80), ("owner", 80), ("gear", 80), ("township", 80), ("home_port", 80)):
            if len(getattr(self, field)) > most:
                yield f"{field} has more than {most} characters", "Shorten it."
        for field, most in (("permits", 200), ("papers", 200), ("beidou", 40)):
            if len(getattr(self, field)) > most:
                yield f"{field} has more than {most} characters", "Shorten it."


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not taken: where it stands, what is wrong, what to do."""

    where: str
    cause: str
    remedy: str
