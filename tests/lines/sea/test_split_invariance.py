"""However the feed is cut, shuffled within the lateness bound or doubled, the final events are the same."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from huanqiong.core.geography.geography import Geography, load_geography
from huanqiong.core.profile import load_profile
from huanqiong.lines.sea.kernels import KINDS, Archive, detect_archive
from huanqiong.lines.sea.live import Live, event_id
from huanqiong.lines.sea.zone import Zone

from worlds import MIN, busy_sea  # isort: skip

ZONES = [
    Zone("a", "海湾", shapely.box(109.2, 17.7, 109.6, 18.1)),
    Zone("b", "B", shapely.Point(109.5, 17.9).buffer(0.2)),
]
LATE = 10 * MIN


@pytest.fixture(scope="module")
def geography() -> Geography:
    return load_geography("hainan")


def _times(t: pa.Table) -> np.ndarray:
    return t.column("t").cast(pa.int64()).to_numpy()


def _same(a: pa.Table, b: pa.Table) -> None:
    order = [(n, "ascending") for n in ("t0", "kind", "subject", "other_subject", "t1", "reasons")]
    left, right = a.sort_by(order).to_pylist(), b.sort_by(order).to_pylist()
    for x, y in zip(left, right, strict=False):
        assert x == y
    assert len(left) == len(right)


@pytest.mark.parametrize("profile", ["gfw", "hainan"])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(0, 10_000), cuts=st.sampled_from([0, 1, 7, 60, 400]), doubles=st.sampled_from([0.0, 0.3])
)
def test_a_feed_in_pieces_gives_what_the_archive_gives(
    geography: Geography, profile: str, seed: int, cuts: int, doubles: float
) -> None:
    p = load_profile(profile)
    world = busy_sea(seed)
    whole = detect_archive(world, p, geography, ZONES)
    live = Live(p, geography, ZONES)
    r = np.random.default_rng(seed)
    t = _times(world)
    again = np.flatnonzero(r.random(len(t)) < doubles)
    at = np.concatenate([np.arange(len(t)), again])
    arrival = t[at] + r.integers(0, LATE, len(at))
    order = np.argsort(arrival, kind="stable")
    edges = np.unique(np.concatenate([[0, len(order)], r.integers(0, len(order) + 1, cuts)]))
    final = []
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        part = order[a:b]
        now = int(arrival[part].max())
        final.append(live.feed(world.take(at[part]), arrival[part], now - LATE, provisional=False)[1])
    final.append(live.finish(int(t.max())))
    assert live.counts["late"] == 0
    _same(whole, pa.concat_tables(final))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), pieces=st.integers(1, 40))
def test_an_ordered_archive_gives_what_an_unordered_one_gives(
    geography: Geography, seed: int, pieces: int
) -> None:
    p = load_profile("hainan")
    world = busy_sea(seed)
    world = world.take(np.argsort(_times(world), kind="stable"))
    whole = detect_archive(world, p, geography, ZONES)
    archive = Archive(p, geography, ZONES, ordered=True)
    edges = np.linspace(0, world.num_rows, pieces + 1).astype(int)
    for a, b in zip(edges[:-1], edges[1:], strict=True):
        archive.feed(world.slice(a, b - a))
    _same(whole, archive.finish())


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10_000), cut=st.floats(0.1, 0.9))
def test_a_saved_state_is_taken_up_again(geography: Geography, seed: int, cut: float) -> None:
    p = load_profile("hainan")
    world = busy_sea(seed)
    t = _times(world)
    world = world.take(np.argsort(t, kind="stable"))
    t = np.sort(t)
    k = int(len(t) * cut)
    one = Live(p, geography, ZONES)
    first = one.feed(world.slice(0, k), t[:k], int(t[k - 1]) - LATE)[1]
    two = Live(p, geography, ZONES)
    two.load(one.save())
    second = two.feed(world.slice(k), t[k:], int(t[-1]) - LATE)[1]
    _same(
        detect_archive(world, p, geography, ZONES), pa.concat_tables([first, second, two.finish(int(t[-1]))])
    )


def test_every_kind_occurs_in_these_worlds(geography: Geography) -> None:
    seen: set[str] = set()
    for profile in ("gfw", "hainan"):
        for seed in range(25):
            seen |= set(
                detect_archive(busy_sea(seed), load_profile(profile), geography, ZONES)["kind"].to_pylist()
            )
    assert seen == set(KINDS)


def test_provisional_events_keep_their_names(geography: Geography) -> None:
    p = load_profile("hainan")
    world = busy_sea(3)
    t = _times(world)
    world, t = world.take(np.argsort(t, kind="stable")), np.sort(t)
    live = Live(p, geography, ZONES)
    early, final = live.feed(world, t, int(t[-1]) - 60 * MIN)
    names = {event_id(r) for r in early.to_pylist()}
    before = live.save()
    later = {event_id(r) for r in live.finish(int(t[-1])).to_pylist()}
    assert later == names
    assert {event_id(r) for r in final.to_pylist()}.isdisjoint(names)
    assert before  # the provisional run left the state as it was


def test_late_and_future_rows_are_set_aside(geography: Geography) -> None:
    live = Live(load_profile("hainan"), geography)
    world = busy_sea(1)
    t = _times(world)
    live.feed(world, t, int(t.max()))
    live.feed(world.slice(0, 5), int(t.max()), int(t.max()))
    assert live.counts["late"] == 5
    live.feed(world.slice(0, 3), int(t.min()) - 3600 * 1_000_000, int(t.max()))
    assert live.counts["future"] == 3
