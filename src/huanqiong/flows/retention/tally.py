"""What a plan says of a class."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from huanqiong.desk.trust.retention import KeptClass


@dataclass(slots=True)
class Tally:
    """A class as it stands: `total` records, the `oldest` start (None: none), how many `go` now, and how many
    have reached their date and `stay`: held, needed by a kept alert's evidence, or for a person to decide.
    """

    rule: KeptClass
    total: int = 0
    oldest: datetime | None = None
    go: int = 0
    stay: int = 0

    def add(self, total: int, oldest: datetime | None, go: int = 0, stay: int = 0) -> None:
        """Counts more of them."""
        self.total, self.go, self.stay = self.total + total, self.go + go, self.stay + stay
        if oldest is not None and (self.oldest is None or oldest < self.oldest):
            self.oldest = oldest

    @property
    def next_due(self) -> datetime | None:
        """When the oldest reaches, or reached, its date."""
        return None if self.oldest is None else self.oldest + self.rule.period
