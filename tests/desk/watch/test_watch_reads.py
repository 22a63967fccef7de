"""What the console asks: constant numbers of queries, filters, counts; the stream equals a re-read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from desk_events import T0, at, event
from news import told, told_upto

from huanqiong.core.errors import MissingError, RefusedError, UsageError
from huanqiong.desk.registry import acts as registry_acts
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.watch import access, acts, reads
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.desk.watch.rows import QueueQuery
from huanqiong.desk.watch.wishes import Wish

pytestmark = pytest.mark.django_db
A = 412000001


@pytest.fixture
def floor(officer: Any) -> Any:
    """Sixty alerts of three kinds, some claimed, judged and ordered."""
    events = [
        event(
            ("loitering", "gap", "drift")[n % 3],
            A + n,
            n,
            severity=1 + n % 3,
            other=A + 500 if n % 7 == 0 else None,
        )
        for n in range(60)
    ]
    ids = acts.raise_alerts(events, by=SYSTEM)["alerts"]
    registry_acts.add_unit("hk-1", "海警一艇", "Patrol 1", "patrol_boat", by=OPERATOR)
    for n in ids[:9]:
        acts.claim(n, by=officer)
    for n in ids[:5]:
        acts.judge(n, "true", "seen", by=officer)
    for n in ids[5:15]:
        acts.order(n, "hk-1", "look", at(90), by=officer)
    return officer


def test_the_queue_takes_four_queries_however_long(floor: Any, django_assert_num_queries: Any) -> None:
    for limit in (1, 200):
        with django_assert_num_queries(4):
            rows = reads.queue(QueueQuery(states=(), limit=limit))
        assert len(rows) == min(limit, 60)


def test_one_alert_takes_the_same_number_of_queries_with_much_or_little(
    floor: Any, django_assert_max_num_queries: Any
) -> None:
    busy = reads.orders()[0].alert_id
    acts.raise_alerts([event("drift", A + 80, 60)], by=SYSTEM)
    with django_assert_max_num_queries(12):
        assert reads.alert_detail(busy).orders
    with pytest.raises(MissingError):
        reads.alert_detail(10**9)


def test_the_queue_is_ordered_by_tier_then_rank(floor: Any) -> None:
    rows = reads.queue(QueueQuery(states=()))
    assert [r.tier for r in rows] == sorted(r.tier for r in rows)
    for tier in (1, 2, 3):
        ranks = [r.rank for r in rows if r.tier == tier]
        assert ranks == sorted(ranks, reverse=True)
    page = [r.id for n in range(0, 60, 7) for r in reads.queue(QueueQuery(states=(), limit=7, offset=n))]
    assert page == [r.id for r in rows]


def test_the_first_tier_holds_the_twenty_highest_ranked_of_the_last_day(officer: Any) -> None:
    policy = watch_policy()
    hours = [n * 0.5 for n in range(policy.top_most + 11)]  # fifteen hours, all severe
    late = [
        event("fast_near_coast", A + n, 60 + h, severity=3, score=0.5 + n / 200) for n, h in enumerate(hours)
    ]
    old = [event("fast_near_coast", A + 100 + n, n / 10, severity=3, score=0.99) for n in range(5)]
    mild = [event("drift", A + 200 + n, 70, severity=2, score=0.99) for n in range(3)]
    ids = acts.raise_alerts([*late, *old, *mild], by=SYSTEM)["alerts"]
    rows = reads.queue()
    top = [r for r in rows if r.tier == 1]
    assert {r.mmsi for r in top} == {A + n for n in range(11, policy.top_most + 11)}
    assert rows[: policy.top_most] == top
    severe = [r for r in rows if r.severity == 3]
    assert rows[: len(severe)] == severe  # beyond the first tier rank goes on
    counts = reads.counts()
    assert counts.by_tier == {1: policy.top_most, 2: 11 + 5 + 3}
    assert counts.by_tier_severity == {(1, 3): policy.top_most, (2, 2): 3, (2, 3): 16}
    assert [r.tier for r in reads.alert_rows(ids)] == [{r.id: r.tier for r in rows}[n] for n in sorted(ids)]
    # Judged, an alert makes room for the next in rank; seen from long ago, the old ones were the first.
    acts.claim(top[0].id, by=officer)
    acts.judge(top[0].id, "true", "seen", by=officer)
    assert A + 10 in {r.mmsi for r in reads.queue() if r.tier == 1}
    before = reads.queue(QueueQuery(at=at(10)))
    assert {r.mmsi for r in before if r.tier == 1} == {A + 100 + n for n in range(5)}


def test_filters_and_counts_agree(floor: Any) -> None:
    for q in (
        QueueQuery(kinds=("gap",)),
        QueueQuery(min_severity=3),
        QueueQuery(states=("judged",)),
        QueueQuery(mmsi=A + 500),
        QueueQuery(max_tier=1),
        QueueQuery(claimed_by=floor.code, states=()),
        QueueQuery(at=at(20), states=()),
        QueueQuery(since=at(40), states=()),
    ):
        rows, counts = reads.queue(q), reads.counts(q)
        assert 0 < len(rows) < 60
        assert sum(counts.by_kind.values()) == sum(counts.by_severity.values()) == len(rows)
        assert all(counts.by_state[r.state] for r in rows)
    assert all(r.known_at <= at(20) for r in reads.queue(QueueQuery(at=at(20))))


def test_the_timeline_holds_every_alert_once(floor: Any) -> None:
    lines = reads.timeline(T0, at(100), 25)
    assert sum(map(sum, lines.values())) == 60
    assert all(len(line) == 25 for line in lines.values())
    assert sum(map(sum, reads.timeline(T0, at(100), 25, at=at(20)).values())) == 20
    with pytest.raises(UsageError):
        reads.timeline(T0, T0, 5)


def test_vessels_under_alert_carry_their_worst(floor: Any) -> None:
    acts.raise_alerts([event("fast_near_coast", A + 20, 40, severity=3, lat=21.0)], by=SYSTEM)
    acts.raise_distress(
        [{"mmsi": A + 30, "t": at(3), "lat": 1.0, "lon": 2.0, "signal": "status_14"}], by=SYSTEM
    )
    standing = reads.standing()
    assert standing[A + 20][1] == 3
    assert standing[A + 30][1] == 4
    assert A + 500 in standing


def test_points_for_the_map_touch_the_window(floor: Any) -> None:
    points = reads.verdict_points(at(10), at(12))
    assert {p["mmsi"] for p in points} == {A + 9, A + 10, A + 11, A + 12}
    assert all(p["alert_id"] for p in points)


def test_the_stream_names_every_alert_whose_row_changed(floor: Any) -> None:
    """Applying the outbox to an old copy of the queue gives what a fresh read gives."""
    every = QueueQuery(states=(), limit=1000)
    old, cursor = {r.id: r for r in reads.queue(every)}, told_upto()
    ids = sorted(old)
    acts.release(ids[6], by=floor)
    acts.close(ids[0], by=floor)
    acts.record_outcome(reads.orders()[0].id, "no_hit", by=floor)
    acts.acknowledge_order(reads.orders()[-1].id, by=floor)
    acts.declare_distress(ids[20], "list", by=floor)
    acts.raise_alerts([event("drift", A + 30, 32), event("gap", A + 200)], by=SYSTEM)
    acts.expire_orders(at(91), by=SYSTEM)
    named = {i for _, t, p, _ in told(cursor) if t == "alert" for i in p["ids"]}
    old |= {r.id: r for r in reads.alert_rows(named)}
    assert old == {r.id: r for r in reads.queue(every)}


def test_every_view_of_the_desk_asks_for_the_role(floor: Any, person: Callable[..., Any]) -> None:
    calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (access.access_queue, ()),
        (access.access_alert, (reads.queue()[0].id,)),
        (access.access_counts, ()),
        (access.access_timeline, (T0, at(9), 3)),
        (access.access_vessel_alerts, (A,)),
        (access.access_vessel_verdicts, (A,)),
        (access.access_verdict_points, (T0, at(9))),
        (access.access_standing, ()),
        (access.access_orders, ()),
        (access.access_order, (reads.orders()[0].id,)),
        (access.access_together, (reads.orders()[0].id,)),
        (access.access_scene, (reads.orders()[0].id,)),
        (access.access_unit_orders, ()),
        (access.access_silences, ()),
        (access.access_loads, (at(9),)),
        (access.access_duty, ()),
        (access.access_on_duty, ()),
        (access.access_handovers, ()),
        (access.access_escalations, ()),
        (access.access_sheltered, (0,)),
        (access.access_standing_alerts, ()),
        (access.access_occasions, (Wish("x", kinds=("gap",), reason="x"), T0, at(9))),
        (access.access_to_hand_over, (at(9),)),
        (access.access_boardings, (reads.orders()[0].id,)),
        (access.access_history, (T0, T0, at(9))),
        (access.access_kind_records, ()),
        (access.access_outcomes, ()),
    ]
    apart_too = (access.access_evidence_boardings, ([1],))
    apart = (access.access_evidence, calls[1][1])  # seeing the floor is not enough to hand it out
    named = {f.__name__ for f, _ in [*calls, apart, apart_too]}
    assert named == {n for n in dir(access) if n.startswith("access_")}
    outsider, analyst = person("auditor", "auditor"), person("analyst", "analyst")
    assert apart[0](analyst, *apart[1]) == access.access_alert(floor, *apart[1])
    for one in (apart, apart_too):
        with pytest.raises(RefusedError):
            one[0](floor, *one[1])
    assert apart_too[0](analyst, *apart_too[1]) == []
    for f, args in calls:
        f(floor, *args)
        with pytest.raises(RefusedError):
            f(outsider, *args)
