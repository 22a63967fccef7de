"""Files of a store: raw files among the objects, rows set aside, live state."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from huanqiong.desk.trust.retention import KeptClass
from huanqiong.desk.watch.models import Frozen, Verdict
from huanqiong.flows.retention.alerts import Bundle
from huanqiong.flows.retention.guards import Guard
from huanqiong.flows.retention.tally import Tally
from huanqiong.flows.retention.unfinished import Batch
from huanqiong.lake.store import Store

_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Aged:
    """A file and when its period began."""

    path: Path
    start: datetime


def files_of(store: Store, folder: str) -> list[Aged]:
    """Every whole file under a folder of the store, by path; its period begins when it was written."""
    found = []
    for path in sorted((store.path / folder).rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            found.append(Aged(path, datetime.fromtimestamp(path.stat().st_mtime, UTC)))
    return found


def raw_of_alerts(going: Iterable[Bundle] = ()) -> set[str]:
    """Raw files that verdicts and frozen moments name, but for those of the bundles that are going."""
    going = list(going)
    verdicts = {v.pk for one in going for v in one.verdicts}
    alerts = {a.pk for one in going for a in one.alerts}
    out: set[str] = set()
    for pk, raw in Verdict.everything.values_list("pk", "raw").iterator():
        if pk not in verdicts:
            out |= {str(r["sha256"]) for r in raw if r.get("sha256")}
    for alert, shown in Frozen.everything.values_list("alert_id", "shown").iterator():
        if alert not in alerts:
            out |= set(_SHA.findall(shown))
    return out


class Files:
    """The files of one class. `needed`: which of some objects must stay; asked where some are due."""

    def __init__(
        self,
        rule: KeptClass,
        store: Store,
        guards: Sequence[Guard],
        now: datetime,
        needed: Callable[[set[str]], set[str]],
    ) -> None:
        self.rule, self.store = rule, store
        self.all = [(folder, f) for folder in rule.files for f in files_of(store, folder)]
        self.due = [(folder, f) for folder, f in self.all if rule.due(f.start, now)]
        if "objects" in rule.files:
            names = {f.path.name for _, f in self.due}
            stay = needed(names) if names else set()
            self.going = [(d, f) for d, f in self.due if f.path.name not in stay]
        else:
            # Whose rows were set aside cannot be told: they stay while any hold stands.
            self.going = [] if guards and rule.code == "raw.set_aside" else self.due

    def tally(self, into: Tally) -> None:
        """Counts them."""
        oldest = min((f.start for _, f in self.all), default=None)
        into.add(len(self.all), oldest, len(self.going), len(self.due) - len(self.going))

    def names(self) -> list[str]:
        """Where those lie that go, and since when, sorted; an object's name is its content's hash."""
        return sorted(f"{f.path.relative_to(self.store.path)} {f.start.isoformat()}" for _, f in self.going)


def batch_of(where: str, names: Sequence[str]) -> Batch:
    """What one entry of the log speaks of: the digest is the SHA-256 over the names."""
    return Batch(where, hashlib.sha256("\n".join(names).encode()).hexdigest(), tuple(names))
