"""On what ground a sealed record is opened: for whom, under which article, in which matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from huanqiong.core.errors import UsageError
from huanqiong.desk.trust.law import require_in_force
from huanqiong.desk.trust.purposes import purpose_book

SEALED: Final = "record.sealed"
"""The class of records in `trust/purposes.toml`."""
OPEN: Final = "seal.open"
LIFT: Final = "seal.lift"


@dataclass(frozen=True, slots=True)
class Ground:
    """What entitles somebody to see a sealed record. `asker`: the organ or unit; `matter`: its file number.

    Source: 治安管理处罚法 136 (organs of state for a case, units under a provision of the state).
    """

    purpose: str
    law: str
    article: int
    asker: str
    matter: str

    def require(self, day: date) -> None:
        """UsageError where it is no ground: another purpose, a law not in force, nobody named."""
        rule = purpose_book().record_class(SEALED)
        if self.purpose not in rule.purposes:
            raise UsageError(f"{rule.en} is opened for {' or '.join(rule.purposes)}, not {self.purpose!r}.")
        require_in_force(self.law, self.article, day)
        if not self.asker.strip() or not self.matter.strip():
            raise UsageError("Name the organ or unit that asks, and its file number.")

    def scope(self) -> dict[str, Any]:
        """What the second person grants: this and nothing else."""
        return {
            "purpose": self.purpose,
            "law": self.law,
            "article": str(self.article),  # a text: a lower number is no lesser wish
            "asker": self.asker.strip(),
            "matter": self.matter.strip(),
        }
