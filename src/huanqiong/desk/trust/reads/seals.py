"""What is sealed, for those who must not show it."""

from __future__ import annotations

from collections.abc import Iterable

from huanqiong.desk.trust.models import Seal


def sealed_subjects() -> frozenset[str]:
    """Every record under a seal that stands, and what went under it."""
    rows = Seal.objects.filter(lifted_at=None).values_list("subject", "also")
    return frozenset(s for subject, also in rows for s in (subject, *also))


def seals_of(subjects: Iterable[str]) -> list[int]:
    """The seals on these records, lifted ones too: they go when the records go."""
    wanted, out = list(subjects), list[int]()
    for i in range(0, len(wanted), 500):
        out += Seal.objects.filter(subject__in=wanted[i : i + 500]).values_list("pk", flat=True)
    return out
