"""Times as they come and as they are typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.errors import InputError
from huanqiong.core.time import SHANGHAI, iso, parse_time, parse_typed, show

MOMENT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CLOCK = datetime(2026, 11, 23, 3, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T02:30:00Z",
        "2026-11-23 10:30 +08:00",
        "2026-11-23T10:30+0800",
        "1795401000",
        "1795401000.0",
        "1795401000000",
    ],
)
def test_full_times(text: str) -> None:
    assert parse_time(text) == MOMENT
    assert parse_time(text).tzinfo is UTC


def test_a_time_without_a_zone_is_asked_about() -> None:
    with pytest.raises(InputError, match="no time zone"):
        parse_time("2026-11-23 10:30")
    assert parse_time("2026-11-23 10:30", zone=SHANGHAI) == MOMENT
    with pytest.raises(InputError, match="not a time"):
        parse_time("yesterday")


@pytest.mark.parametrize(
    ("text", "sense", "expected"),
    [
        ("0230", "past", "2026-11-23 02:30"),
        ("02:30", "past", "2026-11-23 02:30"),
        ("0430", "past", "2026-11-22 04:30"),
        ("0430", "future", "2026-11-23 04:30"),
        ("0230", "future", "2026-11-24 02:30"),
        ("17日0230", "past", "2026-11-17 02:30"),
        ("24日0230", "past", "2026-10-24 02:30"),
        ("24日 0230", "future", "2026-11-24 02:30"),
        ("31日0100", "past", "2026-10-31 01:00"),
        ("12月1日2时30分", "past", "2025-12-01 02:30"),
        ("2月29日0000", "past", "2024-02-29 00:00"),
        ("1830Z", "past", "2026-11-23 02:30"),
        ("2026-11-01 08:00", "past", "2026-11-01 08:00"),
    ],
)
def test_short_forms(text: str, sense: str, expected: str) -> None:
    assert show(parse_typed(text, CLOCK, sense=sense)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2530", "0260", "32日0100", "2月30日0000", "13月1日0000", "soon"])
def test_impossible_short_forms_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_typed(text, CLOCK)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1)))  # noqa: DTZ001
def test_the_last_such_moment_is_never_ahead_of_the_clock(moment: datetime) -> None:
    clock = moment.replace(tzinfo=UTC)
    past, future = parse_typed("0230", clock), parse_typed("0230", clock, sense="future")
    assert timedelta(0) <= clock - past < timedelta(days=1)
    assert timedelta(0) <= future - clock < timedelta(days=1)


def test_shown_in_shanghai_recorded_in_utc() -> None:
    assert show(MOMENT) == "2026-11-23 10:30"
    assert show(MOMENT, seconds=True) == "2026-11-23 10:30:00"
    assert iso(MOMENT.astimezone(SHANGHAI)) == "2026-11-23T02:30:00Z"
    for f in (show, iso):
        with pytest.raises(ValueError, match="naive"):
            f(datetime(2026, 11, 23))  # noqa: DTZ001
