"""A verdict once more, from nothing but what a bundle holds: own rows, counts of others, rules, geography.

Export uses it to prove that what it encloses is enough; verify uses it to check. Neither Django nor a store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from huanqiong.core.geography import Geography
from huanqiong.core.profile import Profile
from huanqiong.core.schema import T
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.watch.beacons import event_of
from huanqiong.desk.watch.found import Found, found
from huanqiong.lake.without import rows_without
from huanqiong.lines.sea.context import Asking, Heard, add_others
from huanqiong.lines.sea.distress import every_signal
from huanqiong.lines.sea.kernels import Archive, Zone

CONTENT: Final = (
    *(
        "kind",
        "subject",
        "other_subject",
        "mmsi",
        "other_mmsi",
        "t0",
        "t1",
        "lat",
        "lon",
        "score",
        "severity",
    ),
    *("reasons", "profile", "version", "policy", "geography", "provisional"),
)
"""What a verdict says: these, in canonical form, are its bytes."""
TRACK: Final = ("device", "mmsi", "t", "lat", "lon", "sog_kn", "cog_deg")


def content(f: Found) -> dict[str, Any]:
    """What a verdict says, as its bytes are made of."""
    return {name: getattr(f, name) for name in CONTENT}


@dataclass(frozen=True)
class Run:
    """How verdicts came about: over which days, without which files, by which rules, over which geography."""

    name: str
    profile: str
    kinds: tuple[str, ...]
    first: date
    last: date
    left_out: tuple[str, ...]
    """Raw files whose rows came later than the verdicts."""
    as_of: int
    """The end of the observed window, us UTC."""
    geography: str
    """The geography's fingerprint, anchorages found from traffic included."""
    provisional: bool = False
    """Whether it shows how things stood at `as_of`, from the reports up to then."""

    def rows(self, positions: pa.Table) -> pa.Table:
        """The positions it looks at."""
        rows = rows_without(between(positions, self.first, self.last), self.left_out)
        return rows_until(rows, self.as_of) if self.provisional else rows

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {**vars(self), "first": str(self.first), "last": str(self.last)}

    @classmethod
    def of(cls, d: Mapping[str, Any]) -> Run:
        """From the manifest; KeyError, ValueError, TypeError: it is none."""
        days = (date.fromisoformat(d["first"]), date.fromisoformat(d["last"]))
        kinds, left_out = tuple(map(str, d["kinds"])), tuple(map(str, d["left_out"]))
        return cls(
            name=str(d["name"]),
            profile=str(d["profile"]),
            kinds=kinds,
            first=days[0],
            last=days[1],
            left_out=left_out,
            as_of=int(d["as_of"]),
            geography=str(d["geography"]),
            provisional=bool(d["provisional"]),
        )


def midnight(day: date) -> datetime:
    """The day's beginning, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def between(positions: pa.Table, first: date, last: date) -> pa.Table:
    """Rows of these days."""
    t = positions.column("t")
    since, until = pa.scalar(midnight(first), T), pa.scalar(midnight(last) + timedelta(days=1), T)
    return positions.filter(pc.and_(pc.greater_equal(t, since), pc.less(t, until)))


def rows_until(positions: pa.Table, us: int) -> pa.Table:
    """Rows not later than a time (us UTC)."""
    return positions.filter(pc.less_equal(positions.column("t").cast(pa.int64()), us))


def replay(
    run: Run,
    positions: pa.Table,
    profile: Profile,
    geography: Geography,
    zones: Iterable[Zone] = (),
    heard: Heard | None = None,
) -> tuple[list[Found], Asking | None]:
    """The verdicts that the run's rows give, and what was asked of reception on the way (None: nothing)."""
    archive = Archive(profile, geography, zones=zones, kinds=run.kinds)
    own = archive.kernels.reception
    asking = Asking(profile) if own is not None else None
    if asking is not None:
        archive.kernels.reception = asking
        if heard is not None:
            add_others(asking, heard)
    archive.feed(run.rows(positions).select(list(TRACK)))
    events = archive.finish(run.as_of)
    return verdicts(events, profile, geography.fingerprint, provisional=run.provisional), asking


def verdicts(events: pa.Table, profile: Profile, geography: str, *, provisional: bool = False) -> list[Found]:
    """Events as the verdicts they become."""
    said = {"policy": f"{profile.name} {profile.version}", "geography": geography}
    return [found(row, **said, provisional=provisional) for row in events.to_pylist()]  # type: ignore[arg-type]


def distress_verdicts(positions: pa.Table, other: pa.Table) -> list[Found]:
    """Every distress verdict that these reports can give; one without a place stands at an earlier one."""
    rows = sorted(every_signal(positions, other), key=lambda s: (s["t"], s["mmsi"]))
    out: list[Found] = []
    places: dict[int, set[tuple[float | None, float | None]]] = {}
    for signal in rows:
        known = places.setdefault(signal["mmsi"], {(None, None)})
        if signal["lat"] is not None and signal["lon"] is not None:
            here = (signal["lat"], signal["lon"])
            known.add(here)
            out.append(found(event_of(signal, *here)))
        else:
            out += [found(event_of(signal, *at)) for at in sorted(known, key=repr)]
    return out


def line_of(f: Found) -> str:
    """A verdict's bytes, as text."""
    return canonical(content(f))
