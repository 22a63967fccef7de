"""Which stored verdicts a new one replaces: the same event with other values, never a rival event."""

from __future__ import annotations

from collections import defaultdict

from huanqiong.desk.watch.found import Found, anchor_of, family
from huanqiong.desk.watch.models import Verdict

Family = tuple[str, str, str, str, str]


def family_of(v: Verdict) -> Family:
    """The family of a stored verdict."""
    return family(v.kind, v.subject, v.other_subject, v.profile, anchor_of(v.reasons))


def open_ended(v: Verdict | Found) -> bool:
    """Whether it still waits for its final form."""
    return v.provisional or v.kind == "open_gap"


class Versions:
    """Current verdicts by family, kept up to date while a batch is read."""

    def __init__(self) -> None:
        self._current: dict[Family, list[Verdict]] = defaultdict(list)

    def add(self, v: Verdict, of: Family) -> None:
        self._current[of].append(v)

    def before(self, f: Found) -> tuple[list[Verdict], bool]:
        """(verdicts that `f` replaces, whether `f` itself is stale: its final form is already known).

        The same event: same start, or same end (late data moved the other), or an overlap with one that
        was still provisional or open.
        """
        replaced = []
        for v in self._current[f.family]:
            same = v.key == f.key or v.t0 == f.t0 or (v.t1 == f.t1 and not open_ended(v))
            overlap = v.t0 <= f.t1 and f.t0 <= v.t1
            if open_ended(f) and not open_ended(v) and (same or overlap):
                return [], True
            if same or (overlap and open_ended(v)):
                replaced.append(v)
        for v in replaced:
            self._current[f.family].remove(v)
        return replaced, False
