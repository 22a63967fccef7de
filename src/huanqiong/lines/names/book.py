"""The book of boat names: provinces, places and kinds as `data/names/boats.toml` holds them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from huanqiong import data

FILE = "names/boats.toml"


@dataclass(frozen=True, slots=True)
class Province:
    """A province by the character that boats bear."""

    write: str
    pinyin: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of boat, e.g. 渔; `fishing`: fishing boats and their helpers."""

    write: str
    pinyin: str
    fishing: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A place of registry. `division`: its code among the bundled divisions, "" where it is not bundled."""

    province: str
    zh: str
    en: str
    division: str

    @property
    def key(self) -> str:
        """What tells it from all others: the province's character and the name."""
        return self.province + self.zh


@dataclass(frozen=True, slots=True)
class Form:
    """One way a place is written in boat names. `check`: seen in no source, read by rule."""

    place: Place
    write: str
    pinyin: str
    check: bool


@dataclass(frozen=True, slots=True)
class Book:
    """All of it. `mark` names this very content: keys made with another mark are of another book.

    `usual_kind`: of a name that says none; `number`: digits a number has at most, needs `alone`, needs after
    `latin`; `unread`: the longest name of an unknown place; `slip_least`: letters in which a slip is looked
    for; `ends_letters`: first and last letters by which a proper name is filed; `match`, `loss`: scores.
    """

    version: str
    mark: str
    provinces: tuple[Province, ...]
    kinds: tuple[Kind, ...]
    usual_kind: str
    forms: tuple[Form, ...]
    confused: dict[str, str]
    simplified: dict[str, str]
    before: tuple[str, ...]
    after: tuple[str, ...]
    air_most: int
    air_ends: str
    number: dict[str, int]
    unread: dict[str, int]
    slip_least: int
    ends_letters: int
    match: dict[str, float]
    loss: dict[str, float]

    def place(self, key: str) -> Place | None:
        """The place of that key; None where the book has none."""
        return next((f.place for f in self.forms if f.place.key == key), None)


@cache
def book() -> Book:
    """The bundled book."""
    raw = data.toml(FILE)
    forms = []
    for row in raw["place"]:
        place = Place(row["province"], row["zh"], row["en"], row["division"])
        forms += [Form(place, f["write"], f["pinyin"], bool(f.get("check"))) for f in row["forms"]]
    simple = raw["simplified"]
    return Book(
        version=raw["version"],
        mark=f"{raw['version']}:{hashlib.sha256(data.path(FILE).read_bytes()).hexdigest()[:12]}",
        provinces=tuple(Province(p["write"], p["pinyin"], p["zh"], p["en"]) for p in raw["province"]),
        usual_kind=next(k["write"] for k in raw["kind"] if k.get("usual")),
        kinds=tuple(Kind(k["write"], k["pinyin"], bool(k.get("fishing"))) for k in raw["kind"]),
        forms=tuple(forms),
        confused=dict(raw["confused"]),
        simplified=dict(zip(simple["from"], simple["to"], strict=True)),
        before=tuple(raw["fillers"]["before"]),
        after=tuple(raw["fillers"]["after"]),
        air_most=int(raw["air"]["most"]),
        air_ends=str(raw["air"]["ends"]),
        number=dict(raw["number"]),
        unread=dict(raw["unread"]),
        slip_least=int(raw["slip"]["least"]),
        ends_letters=int(raw["ends"]["letters"]),
        match={k: v for k, v in raw["match"].items() if k != "loss"},
        loss=dict(raw["match"]["loss"]),
    )
