"""How each version of a verdict came about: the run that gives it again, or in words why none does.

What was acted on was found from the files kept by then. So each version is looked for first over all that the
store holds, then without the files that came after it was recorded. Only equal bytes count as found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from huanqiong.core.geography import Geography
from huanqiong.core.profile import Profile
from huanqiong.desk.registry.reads import zone
from huanqiong.desk.watch.found import found
from huanqiong.desk.watch.rows import VerdictRow
from huanqiong.engine import windows
from huanqiong.flows.evidence.replay import TRACK, Run, replay, rows_until, verdicts
from huanqiong.flows.sea_archive import with_resting_places
from huanqiong.flows.sea_grounds import kept_geographies, kept_profiles
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store
from huanqiong.lake.without import Without, raw_of
from huanqiong.lines.sea.context import Heard, others
from huanqiong.lines.sea.kernels import Archive, Zone

Progress = Callable[[str, int, int], None]
PROVISIONAL = "provisional: made while live, from the reports that had arrived by then"
MOMENTS = 8
"""How many of the ship's reports after a provisional verdict's end are tried as the moment it was made."""
BASES = 6
"""How many earlier states of the lake are looked over."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Basis:
    """What a run rests on. `geography` is `base` with the anchorages found from traffic; `files`: where the
    base was read from, None: bundled."""

    view: Lake
    profile: Profile
    geography: Geography
    base: Geography
    files: Path | None
    days: list[date]
    left_out: tuple[str, ...] = ()
    stood_at: int | None = None
    """How things stood at that time, us UTC; None: the whole days."""


@dataclass(frozen=True)
class FoundRun:
    """A run, what it rests on besides the own rows, and the verdicts (ids) that it gives again."""

    run: Run
    basis: Basis
    heard: Heard | None
    verdicts: tuple[int, ...]


@dataclass
class Search:
    """What is known of an alert's versions. `why`: of those that no run gives again (verdict id -> words)."""

    store: Store
    lake: Lake
    rows: pa.Table
    """The own positions: of the ships the verdicts are about, over the days they were found in."""
    progress: Progress | None = None
    runs: list[FoundRun] = field(default_factory=list)
    why: dict[int, str] = field(default_factory=dict)
    zones: dict[tuple[str, str], Zone] = field(default_factory=dict)
    """By id and by the name it had when a verdict named it."""
    _met: set[int] = field(default_factory=set)

    def look(self, asked: list[VerdictRow]) -> None:
        """Finds runs for all versions that detectors made over an archive's days."""
        groups: dict[tuple[str, str, tuple[date, ...]], list[VerdictRow]] = {}
        for v in asked:
            if not (days := window_of(self.lake, v)):
                self.why[v.id] = "the lake no longer holds its days"
            elif v.provisional:
                self._as_it_stood(v, days)
            else:
                groups.setdefault((v.profile, v.version, days), []).append(v)
        for (name, version, days), group in sorted(groups.items()):
            pending = {v.id: v for v in group}
            self.why |= dict.fromkeys(
                pending, f"neither this program nor the store holds the profile {name} {version}"
            )
            for profile in kept_profiles(self.store, name, version):
                self._over(profile, days, pending)
            for v in group:
                if v.id not in pending:
                    del self.why[v.id]

    def _over(self, profile: Profile, days: tuple[date, ...], pending: dict[int, VerdictRow]) -> None:
        """Takes from `pending` what these rules give again; says of the rest why not."""
        self.why |= dict.fromkeys(pending, "not found again from what the store holds")
        for left_out in self._bases(list(pending.values())):
            view = Without(self.lake, left_out) if left_out else self.lake
            for part in windows(d for d in view.days() if d in days):
                inside = [v for v in pending.values() if part[0] <= v.t0.date() <= part[-1]]
                for v in self._run(view, profile, part, left_out, inside) if inside else ():
                    del pending[v]

    def _as_it_stood(self, v: VerdictRow, days: tuple[date, ...]) -> None:
        """A provisional verdict: looks for the moment at which the reports up to then gave it."""
        self.why[v.id] = (
            f"{PROVISIONAL}; those reports are not among what the lake holds, or others came late"
        )
        for profile in kept_profiles(self.store, v.profile, v.version):
            for base, files in kept_geographies(self.store):
                if base.fingerprint != v.geography:
                    continue
                for at in self._moments(v):
                    until = [d for d in days if d <= (_EPOCH + timedelta(microseconds=at)).date()]
                    b = Basis(self.lake, profile, base, base, files, until, stood_at=at)
                    if self._alone(b, v) and self._reproduce(b, [v]):
                        del self.why[v.id]
                        return

    def _moments(self, v: VerdictRow) -> list[int]:
        """When it may have been made: at its end, or at one of the ship's next reports."""
        end = round((v.t1 - _EPOCH) / timedelta(microseconds=1))
        t = pc.unique(self.rows.column("t").cast(pa.int64())).to_pylist()
        return [end, *sorted(x for x in t if x > end)[:MOMENTS]]

    def _alone(self, b: Basis, v: VerdictRow) -> bool:
        """Whether the own rows alone give it; what rests on other ships too is always looked at whole."""
        if v.kind in ("gap", "open_gap"):
            return True
        found_, _ = replay(self._planned(b, [v], b.stood_at or 0), self.rows, b.profile, b.geography)
        return v.kind == "zone_visit" or sha256_of(v) in {f.content_sha256 for f in found_}

    def _planned(self, b: Basis, given: list[VerdictRow], as_of: int) -> Run:
        return Run(
            name=str(len(self.runs) + 1),
            profile=Path(b.profile.where).stem,
            kinds=tuple(sorted({v.kind for v in given})),
            first=b.days[0],
            last=b.days[-1],
            left_out=b.left_out,
            as_of=as_of,
            geography=b.geography.fingerprint,
            provisional=b.stood_at is not None,
        )

    def _bases(self, group: list[VerdictRow]) -> Iterator[tuple[str, ...]]:
        """Which raw files to leave out: none, then those kept after each version was recorded."""
        yield ()
        objects = Objects(self.lake.path.parent / "objects")
        kept = {}
        for raw in {raw_of(s) for s in self.lake.sources()}:
            if len(raw) == 64 and objects.has(raw):
                kept[raw] = datetime.fromtimestamp(objects.where(raw).stat().st_mtime, UTC)
        told: set[tuple[str, ...]] = {()}
        for at in sorted({v.recorded_at for v in group}, reverse=True):
            late = tuple(sorted(raw for raw, when in kept.items() if when > at))
            if late not in told and len(late) < len(kept) and len(told) < BASES:
                told.add(late)
                yield late

    def _run(
        self,
        view: Lake,
        profile: Profile,
        days: list[date],
        left_out: tuple[str, ...],
        sought: list[VerdictRow],
    ) -> list[int]:
        """Looks over the geographies the store knows; the ids of the verdicts found again."""
        done: list[int] = []
        for base, files in kept_geographies(self.store):
            left = {v.geography for v in sought if v.id not in done}
            if not left:
                break
            candidates = [base] if base.fingerprint in left else []
            if left - {base.fingerprint}:
                rested = with_resting_places(view, days, base, profile, self.progress)
                candidates += [rested] if rested is not base and rested.fingerprint in left else []
            for geography in candidates:
                wanted = [v for v in sought if v.geography == geography.fingerprint]
                done += self._reproduce(Basis(view, profile, geography, base, files, days, left_out), wanted)
        for v in sought:
            if v.id not in done and v.id not in self._met:
                self.why[v.id] = "its geography is not one that the store's files and rows give"
        return done

    def _reproduce(self, b: Basis, sought: list[VerdictRow]) -> list[int]:
        """Runs the whole store's days, then the own rows alone; the ids of the verdicts both give."""
        zones = self._zones_of(sought)
        kinds = tuple(sorted({v.kind for v in sought}))
        archive = Archive(b.profile, b.geography, zones=zones, kinds=kinds, ordered=True)
        for n, day in enumerate(b.days):
            if self.progress:
                self.progress(f"detecting again {b.days[0]}", n, len(b.days))
            rows = b.view.read_day(day, columns=TRACK)
            archive.feed(rows if b.stood_at is None else rows_until(rows, b.stood_at))
        events = archive.finish(b.stood_at)
        as_of = archive.kernels.tracker.last_t if b.stood_at is None else b.stood_at
        if self.progress:
            self.progress(f"detecting again {b.days[0]}", len(b.days), len(b.days))
        subjects = pa.array(sorted({v.subject for v in sought}), pa.string())
        events = events.filter(pc.is_in(events.column("subject"), value_set=subjects))
        said = {"provisional": b.stood_at is not None}
        whole = verdicts(events, b.profile, b.geography.fingerprint, **said)
        prints, keys = {f.content_sha256 for f in whole}, {f.key for f in whole}
        hit = [v for v in sought if sha256_of(v) in prints]
        self._met |= {v.id for v in sought}
        for v in sought:
            if v not in hit and v.key in keys and b.stood_at is None:
                self.why[v.id] = "found again with other values: rows came or went since, or other code"
        if not hit:
            return []
        run = self._planned(b, hit, as_of)
        _, own = replay(run, self.rows, b.profile, b.geography, zones)
        reception = archive.kernels.reception
        heard = others(reception, own) if own is not None and reception is not None else None
        alone, _ = replay(run, self.rows, b.profile, b.geography, zones, heard)
        same = {f.content_sha256 for f in alone}
        good = [v.id for v in hit if sha256_of(v) in same]
        self.why |= dict.fromkeys(
            (v.id for v in hit if v.id not in good),
            "found again from the whole store, but not from the own rows alone",
        )
        if good:
            self.runs.append(FoundRun(run, b, heard, tuple(good)))
        return good

    def _zones_of(self, sought: list[VerdictRow]) -> list[Zone]:
        """The zones that the verdicts name, archived or not, by the names they had then."""
        out = []
        for v in sought:
            said = {r["code"]: r["value"] for r in v.reasons}
            if "zone_id" in said:
                row = zone(int(said["zone_id"]))
                shape = shapely.from_geojson(json.dumps(row.geometry))
                out.append(Zone(str(row.id), str(said["zone"]), shape))
        unique = {(z.id, z.name): z for z in out}
        self.zones |= unique
        return [unique[k] for k in sorted(unique)]


def sha256_of(v: VerdictRow) -> str:
    """The hash of what a stored verdict says."""
    return found(row_of(v)).content_sha256


def row_of(v: VerdictRow) -> dict[str, Any]:
    """A stored verdict as the event it was."""
    return {name: getattr(v, name) for name in v.__dataclass_fields__}


def window_of(lake: Lake, v: VerdictRow) -> tuple[date, ...]:
    """The unbroken days of the lake in which a verdict lies; none where the lake does not hold it."""
    for days in windows(lake.days()):
        if days[0] <= v.t0.date() <= days[-1]:
            return tuple(days)
    return ()
