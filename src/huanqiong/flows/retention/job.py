"""The retention job: proposals lapse, what is due goes. Safe to kill and to run again.

Read top to bottom. Records go first, since what their evidence needs of the lake is known only afterwards;
then the lake by day; then files that nothing kept rests on. Every step has its entry before it counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from huanqiong.core.errors import RefusedError, StateError, UsageError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.access import allow
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.retention import RetentionBook, retention_book
from huanqiong.desk.watch import acts as watch
from huanqiong.flows.retention import alerts, guards
from huanqiong.flows.retention.files import Files, batch_of, raw_of_alerts
from huanqiong.flows.retention.guards import Fixes, Guard
from huanqiong.flows.retention.rows import BATCH, BLANK, Plain, Salts, Silences, Static, nameless
from huanqiong.flows.retention.tally import Tally
from huanqiong.flows.retention.tracks import Tracks, raw_needed
from huanqiong.flows.retention.unfinished import Unfinished
from huanqiong.lake.durable import only_writer
from huanqiong.lake.forget import Going, destroy_files, forget, pieces
from huanqiong.lake.manifest import Kind
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store

Progress = Callable[[str, int, int], None]
Source = Plain | Salts | Silences | Static
KINDS: Final[tuple[Kind, ...]] = ("positions", "static", "other")


@dataclass(slots=True)
class Done:
    """What a run destroyed, by class; which holds were proposed and lapsed; how many names were blanked."""

    destroyed: dict[str, int] = field(default_factory=dict)
    proposed: list[int] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)
    blanked: int = 0

    def add(self, code: str, count: int) -> None:
        """Counts what went."""
        if count:
            self.destroyed[code] = self.destroyed.get(code, 0) + count


def applies(store: Store) -> bool:
    """Whether the table holds for such a store: archives and drills hold published or invented data."""
    return store.kind in retention_book().kinds


def plan(store: Store, now: datetime, *, by: Actor, book: RetentionBook | None = None) -> list[Tally]:
    """Every class as it stands at `now`, and what a run would destroy; changes nothing."""
    allow(by, "retention.view")
    book = book or retention_book()
    held = guards.guards(reads.holds())
    tallies = {code: Tally(rule) for code, rule in book.classes.items()}
    found = alerts.bundles()
    go, stay, young = alerts.split(found, book, held, now)
    for bundles, counted in ((go, "go"), (stay, "stay"), (young, "")):
        for one in bundles:
            tallies[one.code].add(1, one.start, counted == "go", counted == "stay")
    gone = frozenset(v.pk for one in go for v in one.verdicts)
    for source in _sources(book, held, now, gone):
        source.tally(tallies[source.rule.code])
    stays = _stays(book, held, [*stay, *young])
    lake = Lake(store.lake)
    for kind in KINDS:
        tracks = Tracks(kind, book, stays, now)
        for piece in pieces(lake, kind):
            tracks.choose(piece)
        tallies |= tracks.tallies
    for files in _files(store, book, held, stays, now, go):
        files.tally(tallies[files.rule.code])
    return [tallies[code] for code in book.classes]


def apply(
    store: Store,
    now: datetime,
    *,
    by: Actor,
    book: RetentionBook | None = None,
    progress: Progress | None = None,
) -> Done:
    """Destroys what is due at `now`. RefusedError: the table does not hold for this kind of store.

    StateError: a hold changed meanwhile; what was done is done, run it again. StoreError: another run is
    under way. A run that came to its end leaves an entry of its own.
    """
    allow(by, "retention.apply")
    if not applies(store):
        raise RefusedError(
            f"Store {store.name} is of kind {store.kind}: the retention table holds for "
            f"{', '.join(sorted(retention_book().kinds))}. Its data is published or invented."
        )
    if now.tzinfo is None:
        raise UsageError("The time of a run has no time zone.")
    book, tell, done = book or retention_book(), progress or (lambda *_: None), Done()
    with only_writer(store.path / ".retention.lock", wait_s=0):
        done.proposed = watch.preserve_hits(by=by)
        done.lapsed = acts.lapse_holds(now, by=by)
        _alerts(book, now, done, by=by)
        tell("alerts", 1, 1)
        _records(book, now, done, by=by)
        tell("records", 1, 1)
        _lake_and_files(store, book, now, done, tell, by=by)
        acts.log_run(now, done.destroyed, done.proposed, done.lapsed, done.blanked, by=by)
    return done


def _records(book: RetentionBook, now: datetime, done: Done, *, by: Actor) -> None:
    mark = reads.holds_mark()
    for source in _sources(book, guards.guards(reads.holds()), now):

        def choose(of: Source = source) -> list[tuple[str, list[Any]]]:
            if reads.holds_mark() != mark:
                raise StateError("A hold was set or lifted meanwhile: run `hq retention apply` again.")
            return of.choose()

        while counts := acts.destroy_rows(source.rule.code, choose, by=by):
            done.add(source.rule.code, counts.get(_counted(source.rule.code, counts), 0))
    while blanked := acts.blank_rows("static.small_boat", "registry.vessel", nameless, BLANK, by=by):
        done.blanked += blanked


def _alerts(book: RetentionBook, now: datetime, done: Done, *, by: Actor) -> None:
    while True:
        count = 0

        def choose() -> list[tuple[str, list[Any]]]:
            nonlocal count
            held = guards.guards(reads.holds())
            go, _, _ = alerts.split(alerts.bundles(), book, held, now)
            count = len(go[:BATCH])
            return alerts.rows_of(go[:BATCH])

        acts.destroy_rows(alerts.NO_HIT, choose, by=by)
        if not count:
            return
        done.add(alerts.NO_HIT, count)


def _lake_and_files(
    store: Store, book: RetentionBook, now: datetime, done: Done, tell: Progress, *, by: Actor
) -> None:
    mark = reads.holds_mark()
    held = guards.guards(reads.holds())
    stays = _stays(book, held, alerts.bundles())
    lake = Lake(store.lake)
    for i, kind in enumerate(KINDS):
        tracks = Tracks(kind, book, stays, now)

        def told(going: Going, codes: list[str] = tracks.codes) -> None:
            for number, count in going.rows.items():
                where = f"lake {going.kind} {going.day}"
                acts.log_destroyed(codes[number], where, count, going.keys_sha256[number], mark, by=by)
                done.add(codes[number], count)

        if lake.path.is_dir():
            forget(lake, kind, tracks.choose, told, before=tracks.before)
        tell("lake", i + 1, len(KINDS))
    for files in _files(store, book, held, stays, now):
        done.add(files.rule.code, _destroy(store, files, mark, by=by))
    tell("files", 1, 1)


def _destroy(store: Store, files: Files, mark: str, *, by: Actor) -> int:
    """The files of one class: entry first, for those that no run which was cut off had one for already."""
    code = files.rule.code
    unfinished = Unfinished(store.path, code)
    told = unfinished.told(lambda b: reads.destroyed_stands(code, b.where, len(b.names), b.digest))
    known = {name for batch in told for name in batch.names}
    if fresh := [name for name in files.names() if name not in known]:
        batch = batch_of(" ".join(files.rule.files), fresh)
        unfinished.write([*told, batch])
        acts.log_destroyed(code, batch.where, len(fresh), batch.digest, mark, by=by)
    elif files.going and reads.holds_mark() != mark:
        raise StateError("A hold was set or lifted meanwhile: run `hq retention apply` again.")
    gone = destroy_files(f.path for _, f in files.going)
    unfinished.clear()
    return gone


def _sources(
    book: RetentionBook, held: list[Guard], now: datetime, going: frozenset[int] = frozenset()
) -> list[Source]:
    """What goes row by row, in the order in which it goes."""
    out: list[Source] = [Silences(book.classes["silence"], held, now, going)]
    for code, rule in book.classes.items():
        if rule.rows is not None:
            out.append(Plain(rule, held, now))
        elif "trust.logsalt" in rule.tables:
            out.append(Salts(rule, book, held, now))
        elif "registry.staticrecord" in rule.tables:
            out.append(Static(rule, code == "static.small_boat", book, held, now))
    return out


def _counted(code: str, counts: dict[str, int]) -> str:
    """The table whose rows are the class's records, where others hang on them."""
    return "registry.staticrecord" if code.startswith("static.") else next(iter(counts))


def _stays(book: RetentionBook, held: list[Guard], kept: list[alerts.Bundle]) -> Fixes:
    out = Fixes()
    for guard in held:
        out.add(guard)
    for one in kept:
        for guard in one.evidence(book):
            out.add(guard)
    return out


def _files(
    store: Store,
    book: RetentionBook,
    held: list[Guard],
    stays: Fixes,
    now: datetime,
    going: list[alerts.Bundle] | None = None,
) -> list[Files]:
    lake = Lake(store.lake)

    def needed(names: set[str]) -> set[str]:
        rows = (p for kind in ("positions", "other") for p in pieces(lake, kind, raws=names))
        return names & (raw_of_alerts(going or ()) | raw_needed(rows, stays))

    return [Files(rule, store, held, now, needed) for rule in book.classes.values() if rule.files]
