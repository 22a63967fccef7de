"""The laws that rules and people cite, by version: read from `data/law/laws.toml`."""

from __future__ import annotations

from datetime import date

from huanqiong import data
from huanqiong.core.errors import UsageError


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
