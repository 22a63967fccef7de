"""What the watch desk hands out: plain frozen rows, times aware UTC, places WGS-84 degrees.

Texts are not rendered here: `reasons` are {code, value, limit, unit, source} for `core.reasons.render`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from huanqiong.desk.trust.reads import HoldRow
from huanqiong.desk.watch.tasking import SceneRow


@dataclass(frozen=True, slots=True)
class KindRecord:
    """How the last judged alerts of a kind turned out; `judged` 0 means "not yet known"."""

    kind: str
    judged: int = 0
    true: int = 0
    false: int = 0
    unclear: int = 0


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What to show. None or empty: no limit on that. `at`: only what was known at that time of behaviour."""

    states: tuple[str, ...] = ("open", "claimed")
    kinds: tuple[str, ...] = ()
    min_severity: int = 0
    max_tier: int | None = None
    mmsi: int | None = None
    claimed_by: str = ""  # person code
    since: datetime | None = None  # episodes that ended before are left out
    at: datetime | None = None
    limit: int = 200
    offset: int = 0


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One line of the queue. `vessel` is the name to show; "" where none is known."""

    id: int
    state: str  # open, claimed, judged, closed, withdrawn
    tier: int  # as shown: 0 distress, 1 top (`tiers`), 2, 3
    severity: int  # 1..3
    rank: float  # a rank, never a probability
    kind: str
    kinds: tuple[str, ...]
    reasons: tuple[dict[str, Any], ...]  # of the leading verdict
    t0: datetime
    t1: datetime
    known_at: datetime
    lat: float | None  # None: a distress call without a position
    lon: float | None
    subject: str
    other_subject: str
    mmsi: int | None
    other_mmsi: int | None
    vessel: str
    other_vessel: str
    vessel_code: str
    record: KindRecord
    claimed_by: str  # display name; "" = nobody
    claimed_by_code: str
    claimed_at: datetime | None
    distress: bool
    acknowledged_at: datetime | None  # distress only; None = still to be acknowledged
    test: bool
    possible_distress: bool  # offer "possible distress" to the officer
    provisional: bool
    changed_since: bool  # late data came after a person acted
    judgement: str  # "", true, false, unclear
    order_state: str  # of the newest order; "" = none
    outcome: str  # of the newest outcome; "" = none
    standing: str  # the standing alert that asked for it; "" = none
    raised_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """One verdict as stored; `current` is false when a later version replaced it or it was withdrawn."""

    id: int
    key: str
    number: int
    kind: str
    subject: str
    other_subject: str
    mmsi: int | None
    other_mmsi: int | None
    t0: datetime
    t1: datetime
    lat: float | None  # None: a distress call without a position
    lon: float | None
    score: float
    severity: int
    reasons: tuple[dict[str, Any], ...]
    profile: str
    version: str
    policy: str
    geography: str
    raw: tuple[dict[str, Any], ...]
    provisional: bool
    recorded_at: datetime
    alert_id: int | None
    held_by: int | None  # silence that held it back
    replaced_by: int | None
    withdrawn_at: datetime | None
    withdrawn_why: str

    @property
    def current(self) -> bool:
        return self.replaced_by is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class JudgementRow:
    judgement: str
    reason: str
    by: str
    at: datetime
    set_aside_at: datetime | None
    set_aside_why: str


@dataclass(frozen=True, slots=True)
class OrderRow:
    id: int
    alert_id: int
    kind: str
    vessel: str
    mmsi: int | None
    unit_code: str
    unit_zh: str
    unit_en: str
    unit_lat: float | None  # where the unit lies; None: not known
    unit_lon: float | None
    state: str  # issued, acknowledged, done, expired
    text: str
    deadline: datetime
    overdue: bool  # past the deadline at the time asked for, and no outcome
    by: str
    at: datetime
    issued_at: datetime | None  # in the store's time; None: not kept
    acknowledged_at: datetime | None  # real time of writing
    received_at: datetime | None  # in the store's time; None: not told
    acknowledged_name: str
    acknowledged_by: str  # who noted it; "" = nobody yet
    result: str  # "", hit, no_hit, not_possible
    cause: str
    note: str
    outcome_at: datetime | None
    outcome_by: str  # "" = none yet
    hold: HoldRow | None  # what its hit proposed to preserve; None: no hit, or none proposed yet
    outcome_name: str  # who said how it ended; "" = who noted it
    shared: bool  # another unit of its interception ended it
    interception: int | None  # with which other units; None: alone
    in_command: bool
    commander: str
    phone: str
    agency: str  # of the unit, when the order was given
    meeting: dict[str, Any] | None  # where and when it was to meet her; None: none was chosen


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders. Empty: no limit on that. `overdue`: past the deadline without an outcome, or not."""

    states: tuple[str, ...] = ()
    unit: str = ""
    result: str = ""
    cause: str = ""
    overdue: bool | None = None


@dataclass(frozen=True, slots=True)
class UnitOrders:
    """How the orders of a unit went. `answered`: they have an outcome; `causes`: why not, {cause: orders}."""

    code: str
    zh: str
    en: str
    orders: int
    answered: int
    overdue: int
    not_possible: int
    causes: dict[str, int]


@dataclass(frozen=True, slots=True)
class SilenceRow:
    id: int
    subject: str
    mmsi: int | None
    kind: str  # "" = every kind
    since: datetime
    until: datetime
    reason: str
    by: str
    at: datetime
    lifted_at: datetime | None
    held: int  # verdicts it held back


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """What was shown when a person acted; `sha256` is of the text `shown`, canonical JSON."""

    id: int
    moment: str
    by: str
    at: datetime
    shown: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """All of an alert: every version of its verdicts, what people did, what they saw."""

    row: AlertRow
    verdicts: tuple[VerdictRow, ...]
    judgements: tuple[JudgementRow, ...]
    orders: tuple[OrderRow, ...]
    silences: tuple[SilenceRow, ...]  # on its subjects
    frozen: tuple[FrozenRow, ...]
    follows: int | None
    followed_by: tuple[int, ...]
    scene: tuple[SceneRow, ...]  # what its units said from the scene


@dataclass(frozen=True, slots=True)
class Counts:
    """How many alerts: by state over all, by kind, severity, tier as shown over the states asked for."""

    by_state: dict[str, int] = field(default_factory=dict)
    by_kind: dict[str, int] = field(default_factory=dict)
    by_severity: dict[int, int] = field(default_factory=dict)
    by_tier: dict[int, int] = field(default_factory=dict)
    by_tier_severity: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DetectorOutcomes:
    """What inspections found, per detector ("kind profile version")."""

    detector: str
    kind: str
    hit: int
    no_hit: int
    not_possible: int
