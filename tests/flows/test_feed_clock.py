"""A feed's clock believes three ships, never one, and knows another recording when it begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from huanqiong.flows.feed_clock import JUMP_US, PAUSE, FeedClock

ARRIVED = datetime(2026, 5, 1, 8, tzinfo=UTC)
PLAYED = datetime(2013, 11, 12, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
US = 1_000_000


def us(t: datetime) -> int:
    return (t - EPOCH) // timedelta(microseconds=1)


def hear(clock: FeedClock, reports: list[tuple[int, datetime]], arrived: datetime) -> bool:
    ships = np.array([s for s, _ in reports], np.int64)
    return clock.hear(ships, np.array([us(t) for _, t in reports], np.int64), arrived)


def fleet(t: datetime, n: int = 3) -> list[tuple[int, datetime]]:
    return [(413000000 + i, t) for i in range(n)]


def played(since: datetime = PLAYED) -> FeedClock:
    clock = FeedClock()
    hear(clock, fleet(since), ARRIVED)
    assert (clock.mode, clock.now) == ("feed", since)
    return clock


def test_reports_near_their_arrival_are_the_worlds_time() -> None:
    clock = FeedClock()
    hear(clock, fleet(ARRIVED - timedelta(minutes=50)), ARRIVED)
    assert (clock.mode, clock.now) == ("live", ARRIVED)
    later = ARRIVED + timedelta(seconds=5)
    assert not hear(clock, fleet(ARRIVED)[:1], later)
    assert clock.now == later


@settings(max_examples=60, deadline=None)
@given(wrong=st.integers(-3 * JUMP_US, 3 * JUMP_US), n=st.integers(1, 30))
def test_one_wrong_clock_moves_nothing(wrong: int, n: int) -> None:
    clock = played()
    for i in range(n):
        arrived = ARRIVED + timedelta(seconds=i)
        assert not hear(clock, [(999, PLAYED + timedelta(microseconds=wrong + i))], arrived)
        assert clock.now == PLAYED


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3600)), max_size=60))
def test_the_clock_is_the_third_best_and_never_goes_back(reports: list[tuple[int, int]]) -> None:
    clock = played()
    newest = dict.fromkeys((413000000 + i for i in range(3)), PLAYED)
    before = clock.now
    for i, (ship, s) in enumerate(reports):
        t = PLAYED + timedelta(seconds=s)
        hear(clock, [(413000000 + ship, t)], ARRIVED + timedelta(seconds=i))
        newest[413000000 + ship] = max(t, newest.get(413000000 + ship, t))
        assert clock.now is not None
        assert before is not None
        assert clock.now == sorted(newest.values())[-3] >= before
        before = clock.now


def test_another_recording_begins_without_a_pause_once_three_ships_say_so() -> None:
    for away in (timedelta(days=400), timedelta(days=-400)):
        clock = played()
        assert not hear(clock, fleet(PLAYED + away, 2), ARRIVED)
        assert hear(clock, fleet(PLAYED + away), ARRIVED)
        assert clock.now == PLAYED + away


def test_an_honest_ship_between_holds_wrong_clocks_back() -> None:
    clock = played()
    for i in range(10):
        assert not hear(clock, [(900 + i, PLAYED - timedelta(days=5))], ARRIVED)
        assert not hear(clock, fleet(PLAYED, 1), ARRIVED)
    assert clock.now == PLAYED


def test_after_a_pause_the_same_recording_may_begin_again() -> None:
    clock = played()
    hear(clock, fleet(PLAYED + timedelta(minutes=5)), ARRIVED)
    later = ARRIVED + PAUSE + timedelta(seconds=1)
    assert hear(clock, fleet(PLAYED), later)
    assert clock.now == PLAYED


def test_after_a_pause_a_live_feed_goes_on() -> None:
    clock = FeedClock()
    hear(clock, fleet(ARRIVED), ARRIVED)
    later = ARRIVED + timedelta(hours=3)
    assert not hear(clock, fleet(later), later)
    assert clock.now == later


def test_a_live_feed_and_then_a_recording() -> None:
    clock = FeedClock()
    hear(clock, fleet(ARRIVED), ARRIVED)
    assert hear(clock, fleet(PLAYED), ARRIVED + timedelta(seconds=1))
    assert (clock.mode, clock.now) == ("feed", PLAYED)


def test_a_lone_ship_is_believed_after_a_minute() -> None:
    clock = FeedClock()
    hear(clock, fleet(PLAYED, 1), ARRIVED)
    assert clock.now is None
    hear(clock, fleet(PLAYED + timedelta(seconds=60), 1), ARRIVED + PAUSE)
    assert (clock.mode, clock.now) == ("feed", PLAYED + timedelta(seconds=60))
    hear(clock, fleet(PLAYED + timedelta(seconds=70), 1), ARRIVED + PAUSE + timedelta(seconds=10))
    assert clock.now == PLAYED + timedelta(seconds=70)
