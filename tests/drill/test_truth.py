"""The seal keeps its promise; the score counts what was found, missed and raised wrongly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from huanqiong.core.errors import IntegrityError
from huanqiong.core.schema import EVENTS
from huanqiong.drill import hainan, score, seal, unseal
from huanqiong.drill.truth import Fact, table

START = datetime(2026, 3, 14, 4, tzinfo=UTC)
KEY = bytes(range(32))


def truth() -> pa.Table:
    rows = [
        Fact("rendezvous-1", "encounter", 1, 3600, 7200, 19.5, 111.5, "甲", "a", 2, 2, False),
        Fact("rendezvous-1", "gap", 1, 7200, 18_000, 19.5, 111.5, "乙", "b", None, 2, False),
        Fact("innocent-carrier", "encounter", 3, 3600, 7200, 18.0, 109.5, "丙", "c", 4),
        Fact("innocent-gillnet", "loitering", 5, 0, 9000, 18.0, 109.5, "丁", "d"),
    ]
    return table(rows, START, 86_400, {"ship_days": "50"})


def event(kind: str, mmsi: int, t0: float, t1: float, other: int | None = None) -> dict:
    times = {"t0": START + timedelta(seconds=t0), "t1": START + timedelta(seconds=t1)}
    return {"kind": kind, "mmsi": mmsi, "other_mmsi": other, "lat": 0.0, "lon": 0.0, **times}


def events(*rows: dict) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=EVENTS)


def test_score_counts_every_side() -> None:
    got = score(
        events(
            event("encounter", 2, 3900, 6600, 1),  # the pair, named the other way round
            event("encounter", 3, 3600, 7000, 4),  # an innocent
            event("open_gap", 1, 16_000, 40_000),  # the gap, but hardly the same time
            event("loitering", 9, 0, 4000),  # nobody's
            event("port_visit", 9, 0, 4000),  # accuses nobody
        ),
        truth(),
    )
    assert got.stories == {"rendezvous-1": (1, 2)}
    assert [p.found for p in got.parts] == [True, False]
    assert got.parts[0].event == 0
    assert got.parts[0].iou == pytest.approx(0.75)
    assert got.innocents == {"innocent-carrier": (1, 1), "innocent-gillnet": (0, 1)}
    assert got.events == 4
    assert got.false_alarms == 3
    assert got.false_per_1000_ship_days == 60.0
    by = {k.kind: k for k in got.kinds}
    assert (by["encounter"].found, by["encounter"].innocents_raised, by["encounter"].false_alarms) == (
        1,
        1,
        1,
    )
    assert (by["gap"].missed, by["gap"].false_alarms, by["loitering"].false_alarms) == (1, 1, 1)


def test_an_open_gap_in_time_is_the_gap() -> None:
    got = score(events(event("open_gap", 1, 7300, 17_000)), truth())
    assert got.stories == {"rendezvous-1": (1, 2)}
    assert got.false_alarms == 0


def test_no_events_miss_everything() -> None:
    got = score(events(), truth())
    assert got.stories == {"rendezvous-1": (0, 2)}
    assert got.false_alarms == 0


def test_seal_is_deterministic_and_opens() -> None:
    told = hainan(3, scale=0.05).truth
    one, two = seal(told, KEY), seal(told, KEY)
    assert one == two
    assert len(one.commitment) == 64
    opened = unseal(one.content, one.commitment)
    assert opened.equals(told)
    assert opened.schema.metadata == told.schema.metadata
    assert seal(told, KEY[::-1]).commitment != one.commitment


def test_a_changed_truth_is_caught() -> None:
    told = truth()
    promise = seal(told, KEY)
    changed = seal(told.slice(1), KEY)
    with pytest.raises(IntegrityError, match="promised"):
        unseal(changed.content, promise.commitment)
    with pytest.raises(IntegrityError, match="read"):
        unseal(promise.content[:-9], promise.commitment)
    with pytest.raises(ValueError, match="16 bytes"):
        seal(told, b"short")
