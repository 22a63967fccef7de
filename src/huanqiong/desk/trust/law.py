"""The laws that rules and people cite, by version: read from `data/law/laws.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from huanqiong import data
from huanqiong.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class LawVersion:
    """One text of a law: in force from `since` to `until` (None: still). `replaced_by`: the version that
    followed. `unchecked`: its words were not at hand here. `articles`: how many it has, None: not known."""

    name: str
    en: str
    version: str
    since: date
    until: date | None
    replaced_by: str
    unchecked: bool
    articles: int | None = None

    def in_force(self, day: date) -> bool:
        """Whether this text was in force that day."""
        return self.since <= day and (self.until is None or day <= self.until)


def law_versions() -> list[LawVersion]:
    """Every text known here, superseded ones too."""
    return [
        LawVersion(
            x["name"],
            x["en"],
            x["version"],
            x["since"],
            x.get("until"),
            x.get("replaced_by", ""),
            bool(x.get("unchecked", False)),
            x.get("articles"),
        )
        for x in data.toml("law/laws.toml")["laws"]
    ]


def require_version(law: str, version: str, article: int, day: date) -> None:
    """UsageError unless this text of the law was in force that day: a superseded one names what replaced
    it."""
    found = next((x for x in law_versions() if (x.name, x.version) == (law, version)), None)
    if found is None:
        raise UsageError(
            f"《{law}》 of {version} is no text known here. Name one of laws.toml, or add it there."
        )
    if not found.in_force(day):
        by = f"; the text of {found.replaced_by} replaced it" if found.replaced_by else ""
        raise UsageError(
            f"《{law}》 of {version} was not in force on {day}{by}. Choose the text of that day."
        )
    if article < 1 or (found.articles is not None and article > found.articles):
        least = f" from 1 to {found.articles}" if found.articles else ""
        raise UsageError(f"《{law}》 article {article}: give the number of the article{least}.")


def laws_in_force(day: date) -> dict[str, str]:
    """Laws known here whose text is in force on a day: name -> English name."""
    return {
        x["name"]: x["en"]
        for x in data.toml("law/laws.toml")["laws"]
        if x["since"] <= day and (x.get("until") is None or day <= x["until"])
    }


def require_in_force(law: str, article: int, day: date) -> None:
    """UsageError unless the law is known and in force that day and the article is a number above 0."""
    if law not in laws_in_force(day):
        raise UsageError(
            f"《{law}》 is no law in force that is known here. Name one of laws.toml, or add it there."
        )
    if article < 1:
        raise UsageError(f"《{law}》 article {article}: give the number of the article.")
