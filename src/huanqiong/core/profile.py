"""Profiles: named sets of thresholds, each with unit and source; data, never constants in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from huanqiong.core.errors import InputError, UsageError
from huanqiong.core.handwritten import read_toml
from huanqiong.data import path

Value = float | int | str | bool | list[float] | list[str]


@dataclass(frozen=True, slots=True)
class Limit:
    """One threshold: its value, its unit (None: a plain number) and where it comes from."""

    value: Any
    unit: str | None
    source: str


@dataclass(frozen=True, eq=False)
class Profile:
    """A named set of thresholds, by section (a kind, or a step such as `segment`) and key."""

    name: str
    version: str
    author: str
    valid_from: str
    source: str
    title: Mapping[str, str]
    sections: Mapping[str, Mapping[str, Limit]]
    where: str

    def limit(self, section: str, key: str) -> Limit:
        """The threshold with unit and source; InputError names the file and key where it is missing."""
        try:
            return self.sections[section][key]
        except KeyError:
            raise InputError(
                f"profile {self.name} has no [{section}] {key}",
                where=self.where,
                remedy=f"Add `{key} = {{ value = ..., unit = ..., source = ... }}` under [{section}]",
            ) from None

    def value(self, section: str, key: str) -> Any:
        """The threshold's value alone."""
        return self.limit(section, key).value

    def number(self, section: str, key: str) -> float:
        """The threshold's value as a float; InputError where it is not a number."""
        got = self.value(section, key)
        if isinstance(got, bool) or not isinstance(got, int | float):
            raise InputError(
                f"[{section}] {key} must be a number, not {got!r}",
                where=self.where,
                remedy="Correct the profile",
            )
        return float(got)

    def micros(self, section: str, key: str) -> int:
        """A threshold in seconds as whole microseconds, the unit of `t`."""
        return round(self.number(section, key) * 1_000_000)

    def has(self, section: str) -> bool:
        """Whether the profile defines this kind at all."""
        return section in self.sections

    def bands(self, section: str) -> tuple[float, float]:
        """Where severity 2 and severity 3 begin for a kind."""
        got = self.value(section, "bands")
        if not (isinstance(got, list) and len(got) == 2 and 0 < float(got[0]) <= float(got[1])):
            raise InputError(
                f"[{section}] bands must be two rising numbers above 0, not {got!r}",
                where=self.where,
                remedy="Correct the profile",
            )
        return float(got[0]), float(got[1])


def load_profile(name_or_path: str | Path) -> Profile:
    """A bundled profile by name (gfw, hainan), or one's own TOML file by path.

    UsageError: no such profile. InputError: the file is not a profile.
    """
    text = str(name_or_path)
    bundled = path("profiles") / f"{text}.toml"
    file = bundled if bundled.is_file() else Path(text)
    if not file.is_file():
        known = ", ".join(sorted(p.stem for p in path("profiles").glob("*.toml")))
        raise UsageError(f"no profile {text!r}: give one of {known}, or the path of a TOML file")
    return _load(file.resolve(), file.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _load(file: Path, mtime_ns: int) -> Profile:
    raw = read_toml(file, "Correct the profile")
    missing = [k for k in ("name", "version", "author", "source", "valid_from") if k not in raw]
    if missing:
        raise InputError(
            f"a profile needs {', '.join(missing)}", where=str(file), remedy="Add them at the top"
        )
    sections: dict[str, dict[str, Limit]] = {}
    for section, keys in raw.items():
        if not isinstance(keys, dict):
            continue
        sections[section] = {}
        for key, got in keys.items():
            if not isinstance(got, dict) or "value" not in got or not got.get("source"):
                raise InputError(
                    f"[{section}] {key} needs a value and a source",
                    where=str(file),
                    remedy=f"Write `{key} = {{ value = ..., source = ... }}`",
                )
            sections[section][key] = Limit(got["value"], got.get("unit"), str(got["source"]))
    title = {"zh": str(raw.get("title_zh", raw["name"])), "en": str(raw.get("title_en", raw["name"]))}
    return Profile(
        str(raw["name"]),
        str(raw["version"]),
        str(raw["author"]),
        str(raw["valid_from"]),
        str(raw["source"]),
        title,
        sections,
        str(file),
    )
