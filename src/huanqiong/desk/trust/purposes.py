"""Purposes of reading, classes of records, two-person acts: read from `data/trust/purposes.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from huanqiong import data
from huanqiong.core.errors import MissingError, UsageError


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a rule comes from: a law's article, and the words in it that carry the rule."""

    law: str
    article: int
    words: str


@dataclass(frozen=True, slots=True)
class RecordClass:
    """A class of records that is read for a purpose only.

    `keep_min`: minutes in which the same person need not name the purpose again. `bulk_rows`: from how many
    rows a file of them needs a second person; None: it has no lists.
    """

    code: str
    zh: str
    en: str
    purposes: tuple[str, ...]
    basis: tuple[Basis, ...]
    keep_min: int
    bulk_rows: int | None


@dataclass(frozen=True, slots=True)
class TwoPersonAct:
    """An act that one person asks for and another decides; usable for `hours` after that, once."""

    code: str
    zh: str
    en: str
    ask: str
    decide: str
    hours: int
    basis: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class PurposeBook:
    """One version of the file: purposes (code -> (zh, en)), classes, two-person acts."""

    version: str
    purposes: dict[str, tuple[str, str]]
    classes: dict[str, RecordClass]
    approvals: dict[str, TwoPersonAct]

    def record_class(self, code: str) -> RecordClass:
        """The class of that code; MissingError names those there are."""
        if code not in self.classes:
            raise MissingError(f"There is no class of records {code!r}: {', '.join(self.classes)}.")
        return self.classes[code]

    def approval(self, code: str) -> TwoPersonAct:
        """The two-person act of that code; MissingError names those there are."""
        if code not in self.approvals:
            raise MissingError(f"There is no two-person act {code!r}: {', '.join(self.approvals)}.")
        return self.approvals[code]


@cache
def purpose_book() -> PurposeBook:
    """The bundled file; a class without basis, or with an unknown purpose, stops the start."""
    d = data.toml("trust/purposes.toml")
    purposes = {code: (p["zh"], p["en"]) for code, p in d["purposes"].items()}
    classes = {}
    for code, c in d["classes"].items():
        if unknown := set(c["purposes"]) - purposes.keys():
            raise UsageError(f"purposes.toml: {code} names unknown purposes {sorted(unknown)}.")
        if not c["basis"] or not c["purposes"]:
            raise UsageError(f"purposes.toml: {code} needs a legal basis and a purpose.")
        classes[code] = RecordClass(
            code, c["zh"], c["en"], tuple(c["purposes"]), _basis(c), c["keep_min"], c.get("bulk_rows")
        )
    approvals = {
        code: TwoPersonAct(code, a["zh"], a["en"], a["ask"], a["decide"], a["hours"], _basis(a))
        for code, a in d["approvals"].items()
    }
    return PurposeBook(d["version"], purposes, classes, approvals)


def _basis(table: dict[str, list[dict[str, object]]]) -> tuple[Basis, ...]:
    return tuple(Basis(str(b["law"]), int(str(b["article"])), str(b["words"])) for b in table["basis"])


def within(scope: Mapping[str, Any], granted: Mapping[str, Any]) -> bool:
    """Whether a use lies within what was granted: the same parts, no number larger, no list longer by any."""
    if scope.keys() != granted.keys():
        return False
    for key, asked in scope.items():
        limit = granted[key]
        if isinstance(asked, bool) or isinstance(limit, bool):
            fits = asked is limit
        elif isinstance(asked, int) and isinstance(limit, int):
            fits = asked <= limit
        elif isinstance(asked, list) and isinstance(limit, list):
            fits = all(x in limit for x in asked)
        elif isinstance(asked, Mapping) and isinstance(limit, Mapping):
            fits = within(asked, limit)
        else:
            fits = type(asked) is type(limit) and asked == limit
        if not fits:
            return False
    return True
