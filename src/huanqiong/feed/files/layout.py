"""Layouts: what the columns of a table of positions are called and how their values are written.

A layout is data, a TOML file in `data/layouts` or one of the user's own. Source of each: in its `origin`.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from huanqiong.core.datum import DATUMS, Datum
from huanqiong.core.errors import InputError, LayoutError
from huanqiong.core.handwritten import read_toml
from huanqiong.data import path as data_path

NEEDED: Final = (("t", "tod"), ("lat", "geometry"), ("lon", "geometry"), ("mmsi", "device"))
"""Fields a table of positions must have; each entry lists what serves equally."""
_WORDS: Final = {
    "t": "time",
    "lat": "latitude",
    "lon": "longitude",
    "mmsi": "MMSI or another device id",
}


def plain(name: str) -> str:
    """A column's name for comparing: width, case, spaces, `_ - . / #` and BOM do not matter."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c not in " \t_-./#\ufeff")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way a field may be written. `unit`, `form` and `zone` are None where the field has none."""

    names: tuple[str, ...]
    unit: str | None = None
    form: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of our tables: the columns that may hold it, and the values that mean "not available"."""

    choices: tuple[Choice, ...]
    na: tuple[float, ...] = ()
    codes: tuple[tuple[str, int], ...] = ()
    """Texts (folded) and the numbers they stand for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How one supplier writes positions."""

    name: str
    title: str
    origin: str
    source: str
    """`source` of rows without an MMSI, or of all rows where `source_always`."""
    source_always: bool
    datum: Datum
    note: str
    recognise: tuple[str, ...]
    rank: int
    na_texts: tuple[str, ...]
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Bound:
    """A layout laid on a file's columns: for each field found, the column's name and how it is written."""

    layout: Layout
    columns: dict[str, tuple[str, Choice]]


def _field(raw: dict[str, Any]) -> Field:
    choices = tuple(
        Choice(tuple(plain(n) for n in c["names"]), c.get("unit"), c.get("form"), c.get("zone"))
        for c in raw["choices"]
    )
    codes = tuple((k.casefold(), int(v)) for k, v in raw.get("codes", {}).items())
    return Field(choices, tuple(float(v) for v in raw.get("na", ())), codes)


def _datum(name: str) -> Datum:
    for datum in DATUMS:
        if datum == name:
            return datum
    raise ValueError(f"the datum {name!r}: write one of {', '.join(DATUMS)}")


@cache
def load_layout(name: str) -> Layout:
    """A bundled layout by name, or one's own by the path of its TOML file."""
    own = name.endswith(".toml")
    file = Path(name) if own else data_path(f"layouts/{name}.toml")
    try:
        d = read_toml(file, "Mend the TOML")
    except FileNotFoundError:
        have = ", ".join(bundled())
        raise LayoutError(
            f"there is no layout {name!r}", remedy=f"Name one of {have}, or the path of a .toml file"
        ) from None
    except InputError as e:
        raise LayoutError(e.what, where=e.where, remedy=e.remedy) from None
    extends = d.get("extends")
    if extends is not None and extends not in bundled():  # so that no layout can extend itself
        raise LayoutError(
            f"it extends {extends!r}", where=str(file), remedy=f"Extend one of {', '.join(bundled())}"
        )
    base = load_layout(extends) if extends is not None else None
    fields = dict(base.fields) if base else {}
    try:
        fields.update({k: _field(v) for k, v in d.get("fields", {}).items()})
        inherit = (
            {k: getattr(base, k) for k in ("source", "datum", "na_texts", "source_always")} if base else {}
        )
        return Layout(
            name=d["name"],
            title=d["title"],
            origin=d["origin"],
            source=d.get("source", inherit.get("source", "ais")),
            source_always=d.get("source_always", inherit.get("source_always", True)),
            datum=_datum(d.get("datum", inherit.get("datum", "WGS-84"))),
            note=d.get("note", ""),
            recognise=tuple(plain(n) for n in d.get("recognise", ())),
            rank=d.get("rank", 0),
            na_texts=tuple(d.get("na_texts", inherit.get("na_texts", ()))),
            fields=fields,
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as e:
        raise LayoutError(
            f"the layout lacks or misspells {e}", where=str(file), remedy="See docs/formats/positions.md"
        ) from None


def bundled() -> list[str]:
    """Names of the layouts that come with the product."""
    return sorted(p.stem for p in data_path("layouts").glob("*.toml"))


def bind(layout: Layout, names: list[str]) -> Bound:
    """The layout laid on columns; fields without a column stay out. The first name in the layout wins."""
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain(name), name)
    found: dict[str, tuple[str, Choice]] = {}
    for field, spec in layout.fields.items():
        for choice in spec.choices:
            hit = next((by_plain[n] for n in choice.names if n in by_plain), None)
            if hit is not None:
                found[field] = (hit, choice)
                break
    return Bound(layout, found)


def choose(names: list[str], layout: str | None, where: str) -> Bound:
    """The layout that fits the columns, or the one named. LayoutError lists missing, seen and near misses."""
    if layout is not None:
        bound = bind(load_layout(layout), names)
    else:
        have = {plain(n) for n in names}
        fitting = [
            one for one in map(load_layout, bundled()) if one.rank >= 0 and have.issuperset(one.recognise)
        ]
        bound = bind(max(fitting, key=lambda one: one.rank), names)
    missing = [group for group in NEEDED if not any(f in bound.columns for f in group)]
    if missing:
        raise _unknown(bound.layout, missing, names, where)
    return bound


def _unknown(layout: Layout, missing: list[tuple[str, str]], names: list[str], where: str) -> LayoutError:
    parts = []
    seen = {plain(n): n for n in names}
    for group in missing:
        known = [n for f in group if f in layout.fields for c in layout.fields[f].choices for n in c.names]
        near = sorted({seen[m] for k in known for m in difflib.get_close_matches(k, list(seen), 1, 0.75)})
        parts.append(_WORDS[group[0]] + (f" (near: {', '.join(near)})" if near else ""))
    listed = ", ".join(names[:40]) + (", ..." if len(names) > 40 else "")
    return LayoutError(
        f"no column for {'; '.join(parts)}. Columns seen: {listed or 'none'}",
        where=where,
        remedy=f"Rename columns, or name a layout (tried {layout.name}; there are {', '.join(bundled())})",
    )
