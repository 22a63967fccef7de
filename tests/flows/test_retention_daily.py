"""Once a day, whatever happens to the worker: not twice for a restart, none missed, no clock fools it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong.core.errors import StoreError
from huanqiong.core.time import SHANGHAI
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.models import LogEntry, Receipt
from huanqiong.desk.trust.retention import retention_book
from huanqiong.flows import jobs
from huanqiong.flows.retention import daily, job
from huanqiong.lake.durable import only_writer
from huanqiong.lake.store import Store, create_store

DAY = timedelta(days=1)
MORNING = datetime(2026, 11, 24, 4, 30, tzinfo=SHANGHAI)


@pytest.fixture
def live(hq_home: Path, db: None) -> Store:
    return create_store("main", kind="live", title_zh="试", title_en="Trial")


@given(now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_moment_is_the_last_half_past_four_in_china(now: datetime) -> None:
    moment = daily.last_moment(now, retention_book())
    assert moment <= now < moment + DAY
    assert moment.astimezone(SHANGHAI).time() == time(4, 30) == retention_book().daily_at


def ran() -> int:
    return LogEntry.objects.filter(act="retention.run").count()


def test_it_runs_once_a_day_and_again_after_days_away(live: Store) -> None:
    assert daily.run_daily(live, MORNING + timedelta(hours=9)) is not None  # it had never run
    for hours in (9, 10, 23.9):
        assert daily.run_daily(live, MORNING + timedelta(hours=hours)) is None
    assert daily.run_daily(live, MORNING + DAY) is not None
    assert daily.run_daily(live, MORNING + DAY + timedelta(minutes=10)) is None
    assert daily.run_daily(live, MORNING + 9 * DAY) is not None  # days off: one run, not eight
    assert daily.run_daily(live, MORNING + 9 * DAY) is None
    assert ran() == 3
    assert daily.run_daily(live, MORNING + 2 * DAY) is not None, "a run after now was a slip of the clock"
    assert daily.run_daily(live, MORNING + 2 * DAY) is None


def test_by_hand_counts_and_what_was_cut_off_does_not(live: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as m:
        m.setattr(job, "_lake_and_files", die)
        with pytest.raises(KeyboardInterrupt):
            daily.run_daily(live, MORNING)
    assert reads.last_retention_run() is None
    job.apply(live, MORNING, by=OPERATOR)
    assert daily.run_daily(live, MORNING) is None


def test_the_last_run_says_what_it_did(live: Store) -> None:
    assert reads.last_retention_run() is None
    Receipt(request_id="r", act="x", actor="system", asked_sha256="0" * 64, at=MORNING - 31 * DAY).save()
    hold = acts.propose_hold(
        "order:1", "alert:1", "x", by=OPERATOR, since=MORNING, until=MORNING + DAY, box=None
    )
    began = datetime.now(UTC) + 32 * DAY
    daily.run_daily(live, began)
    run = reads.last_retention_run()
    assert run is not None
    assert (run.destroyed["receipt"], run.proposed, run.lapsed) == (1, (), (hold,))
    assert run.as_of == daily.last_moment(began, retention_book())
    assert run.ended <= datetime.now(UTC)


def test_only_one_at_a_time(live: Store) -> None:
    with only_writer(live.path / ".retention.lock", wait_s=0), pytest.raises(StoreError):
        daily.run_daily(live, MORNING)
    assert ran() == 0


@pytest.mark.parametrize("kind", ["drill", "archive"])
def test_invented_and_published_data_is_left_alone(hq_home: Path, db: None, kind: Any) -> None:
    store = create_store("other", kind=kind, title_zh="演", title_en="Other")
    assert daily.run_daily(store, MORNING) is None
    assert ran() == 0


def test_the_worker_asks_for_it_and_a_job_that_fails_is_tried_again(
    live: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[Store] = []
    monkeypatch.setattr(daily, "run_daily", asked.append)
    [retention] = [j for j in jobs.jobs_of(live) if j.name == "retention"]
    assert retention.every_s <= 3600
    stop, calls = threading.Event(), iter([False, True])

    def sometimes() -> None:
        if not next(calls):
            raise StoreError("another run is under way")
        stop.set()

    quick: Callable[[], None] = retention.do
    jobs.run(stop, (jobs.Job("retention", 0.0, quick), jobs.Job("fails once", 0.0, sometimes)))
    assert asked == [live, live]
    assert "'fails once' failed" in caplog.text
