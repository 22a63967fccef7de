"""Whom to check first: each reason counts as its rule says, and a check that found nothing lowers what
lies before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from huanqiong import data
from huanqiong.core.errors import InputError
from huanqiong.lines.sea.check import AlertFact, CheckFact, Facts, Span, assess
from huanqiong.lines.sea.origin import notices_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOOK = data.toml("check/weights.toml")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def alert(n: int = 1, days: float = 0.0, severity: int = 2, judgement: str = "", **more: Any) -> AlertFact:
    return AlertFact(n, "gap", severity, ago(days), judgement, more.get("judged", 0), more.get("true", 0))


def points(**facts: Any) -> float:
    return assess(Facts(**facts), BOOK, (), NOW).points


def test_severity_judgement_and_age_decide_what_an_alert_is_worth() -> None:
    whole = points(alerts=(alert(),))
    assert whole == pytest.approx(2 * 0.8)
    assert points(alerts=(alert(severity=3),)) == pytest.approx(3 * 0.8)
    assert points(alerts=(alert(days=7),)) == pytest.approx(whole / 2)
    assert points(alerts=(alert(judgement="true"),)) == pytest.approx(whole * 1.5)
    assert points(alerts=(alert(judgement="unclear"),)) == pytest.approx(whole / 2)
    assert points(alerts=(alert(judgement="false"),)) == 0.0
    assert points(alerts=(alert(days=31),)) == points(alerts=(alert(days=-0.1),)) == 0.0


def test_a_kind_that_is_seldom_true_counts_less_once_that_is_known() -> None:
    assert points(alerts=(alert(judged=9, true=0),)) == pytest.approx(1.6)
    assert points(alerts=(alert(judged=20, true=0),)) == pytest.approx(1.6 * 0.25)
    assert points(alerts=(alert(judged=20, true=20),)) == pytest.approx(1.6)
    assert points(alerts=(alert(judged=20, true=0, judgement="true"),)) == pytest.approx(2.4)


def test_many_alerts_together_have_a_bound_and_each_keeps_its_share() -> None:
    made = assess(Facts(alerts=tuple(alert(n, severity=1 + n % 3) for n in range(12))), BOOK, (), NOW)
    assert made.points == pytest.approx(BOOK["alert"]["most"])
    assert len({round(p.points / p.value, 6) for p in made.parts}) == 1
    assert [p.points for p in made.parts] == sorted((p.points for p in made.parts), reverse=True)


def test_dark_hours_loitering_and_changes_are_bounded() -> None:
    assert points(dark=(Span(ago(0.5), NOW),)) == pytest.approx(12 * 0.05)
    assert points(dark=(Span(ago(25), NOW),)) == BOOK["dark"]["most"]
    assert points(loiters=(Span(ago(0.25), NOW),)) == pytest.approx(6 * 0.05)
    assert points(loiters=(Span(ago(20), NOW),)) == BOOK["loitering"]["most"]
    assert points(changes=(ago(1),)) == pytest.approx(0.75)
    assert points(changes=tuple(ago(n) for n in range(9))) == BOOK["identity"]["most"]
    assert points(changes=(ago(91),)) == 0.0
    assert points(dark=(Span(ago(40), ago(35)),)) == 0.0


BUSY = Facts(alerts=(alert(1, 2, 3, "true"), alert(2, 3, 3)), dark=(Span(ago(4), ago(3)),), changes=(ago(5),))


def test_who_was_checked_clean_yesterday_falls_and_what_came_after_counts_whole() -> None:
    before = assess(BUSY, BOOK, (), NOW)
    assert before.selected
    clean = replace(BUSY, checks=(CheckFact(ago(1), "no_hit", 7),))
    after = assess(clean, BOOK, (), NOW)
    assert after.points == pytest.approx(before.points * BOOK["clean"]["share"])
    assert not after.selected
    assert after.clean_at == ago(1)
    again = assess(replace(clean, alerts=(*BUSY.alerts, alert(3, 0.5, 3, "true"))), BOOK, (), NOW)
    assert again.points > after.points + 3
    assert again.selected
    old = assess(replace(BUSY, checks=(CheckFact(ago(15), "no_hit", 7),)), BOOK, (), NOW)
    assert old.points == before.points
    later = assess(replace(BUSY, checks=(CheckFact(NOW + timedelta(hours=1), "no_hit", 7),)), BOOK, (), NOW)
    assert later.points == before.points


def test_a_hit_counts_for_long_and_ends_what_a_clean_check_said() -> None:
    made = assess(Facts(checks=(CheckFact(ago(180), "hit", 1),)), BOOK, (), NOW)
    assert made.points == pytest.approx(1.5)
    assert made.parts[0].ids == (1,)
    both = (CheckFact(ago(3), "no_hit", 1), CheckFact(ago(2), "hit", 2))
    assert assess(Facts(checks=both), BOOK, (), NOW).clean_at is None
    assert assess(Facts(checks=(CheckFact(ago(0), "not_possible", 1),)), BOOK, (), NOW).points == 0.5
    undone = (CheckFact(ago(0.1), "not_possible", 2), CheckFact(ago(0.05), "no_hit", 3))
    assert assess(Facts(checks=undone), BOOK, (), NOW).points == 0.0


def test_nothing_known_is_nothing() -> None:
    made = assess(Facts(), BOOK, (), NOW)
    assert (made.points, made.parts, made.selected) == (0.0, (), False)


ROW = {
    "port": "Da Nang",
    "since": date(2026, 1, 1),
    "until": date(2026, 2, 1),
    "source": "N",
    "dated": date(2026, 1, 1),
}


@pytest.mark.parametrize(
    "change",
    [
        {"source": " "},
        {"dated": None},
        {"dated": "lately"},
        {"port": ""},
        {"until": date(2025, 1, 1)},
        {"since": NOW},
    ],
)
def test_a_notice_without_source_or_date_is_none(change: dict[str, Any]) -> None:
    [good] = notices_of({"notices": [ROW]}, "x")
    assert good.port == "Da Nang"
    with pytest.raises(InputError, match="notice 2"):
        notices_of({"notices": [ROW, ROW | change]}, "x")
