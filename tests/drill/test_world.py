"""The drill's world: repeatable, never issued, at sea, and its stories happen as the truth tells."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest

from huanqiong import data
from huanqiong.core.errors import UsageError
from huanqiong.core.geography.geography import load_geography
from huanqiong.core.schema import KINDS, POSITIONS, STATIC
from huanqiong.drill import World, hainan
from huanqiong.drill.identity import FIRST_WORD, imo_check_digit, never_issued

SEEDS = (1, 2, 3, 4, 5)


@cache
def world(seed: int) -> World:
    return hainan(seed, scale=0.3)


def track(w: World, mmsi: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Seconds since 1970, latitude, longitude of one ship as heard."""
    mine = w.positions.filter(pc.equal(w.positions["mmsi"], mmsi))
    t = mine["t"].cast("int64").to_numpy() / 1e6
    return t, mine["lat"].to_numpy(), mine["lon"].to_numpy()


def facts(w: World, **want: Any) -> list[dict]:
    return [r for r in w.truth.to_pylist() if all(r[k] == v for k, v in want.items())]


def test_same_seed_same_bytes_and_other_seeds_differ() -> None:
    again = hainan(1, scale=0.3)
    assert again.fingerprint == world(1).fingerprint
    assert again.positions.equals(world(1).positions)
    assert again.truth.equals(world(1).truth)
    assert again.sentences() == world(1).sentences()
    assert len({world(s).fingerprint for s in SEEDS}) == len(SEEDS)
    places = {(f["lat"], f["lon"]) for s in SEEDS for f in facts(world(s), kind="encounter", innocent=False)}
    assert len(places) >= len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_was_ever_issued(seed: int) -> None:
    w = world(seed)
    numbers = set(w.positions["mmsi"].to_pylist()) | set(w.other["mmsi"].to_pylist())
    numbers |= set(w.register["mmsi"].to_pylist())
    assert numbers
    assert all(never_issued(m) for m in numbers)
    assert len(set(w.register["mmsi"].to_pylist())) == w.register.num_rows
    imos = [i for i in w.static["imo"].to_pylist() + w.register["imo"].to_pylist() if i is not None]
    assert imos
    assert all(1_000_000 <= i <= 9_999_999 and imo_check_digit(i // 10) != i % 10 for i in imos)
    for row in w.register.to_pylist():
        assert row["callsign"].startswith("Q")
        assert len(row["name_en"]) <= 20
        six = row["name_en"][-6:]
        assert row["name_en"].startswith(FIRST_WORD) or (six.isdigit() and row["ship_type"] == 30), row


@pytest.mark.parametrize("seed", SEEDS)
def test_ships_keep_to_the_sea(seed: int) -> None:
    """No position lies more than 60 m inland, but within a mile of a port's point."""
    w = world(seed)
    lat, lon = w.positions["lat"].to_numpy(), w.positions["lon"].to_numpy()
    coast = load_geography("hainan").coast
    land = coast.on_land(lat, lon)
    deep = np.flatnonzero(land)[coast.distance_m(lat[land], lon[land]) > 60]
    ports = np.array([p["at"] for p in data.toml("drill/hainan_ways.toml")["port"].values()])
    k = np.cos(np.radians(lat[deep]))[:, None]
    away = np.hypot(lat[deep][:, None] - ports[:, 0], (lon[deep][:, None] - ports[:, 1]) * k).min(1) * 60
    assert not (away > 1).any(), list(zip(lat[deep], lon[deep], strict=True))[:5]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rendezvous_happens(seed: int) -> None:
    w = world(seed)
    (met,) = facts(w, story="rendezvous-1", kind="encounter")
    t0, t1 = met["t0"].timestamp(), met["t1"].timestamp()
    assert 50 <= (t1 - t0) / 60 <= 95
    a, b = track(w, met["mmsi"]), track(w, met["other_mmsi"])
    # both heard in the first half, and then within 300 m of each other
    at = np.arange(t0 + 300, t0 + 0.45 * (t1 - t0), 120)
    pos = [np.column_stack([np.interp(at, x[0], x[1]), np.interp(at, x[0], x[2])]) for x in (a, b)]
    d = pos[0] - pos[1]
    assert (np.hypot(d[:, 0], d[:, 1] * np.cos(np.radians(19.6))) * 111_195 < 300).all()
    gaps = facts(w, story="rendezvous-1", kind="gap")
    assert len(gaps) == 2
    for gap in gaps:
        t = track(w, gap["mmsi"])[0]
        assert not ((t > gap["t0"].timestamp()) & (t < gap["t1"].timestamp())).any()
        assert (t < gap["t0"].timestamp()).sum() > 14
        assert (t > gap["t1"].timestamp()).any()
    (stop,) = facts(w, story="rendezvous-1", kind="unlisted_landing")
    t, lat, lon = track(w, stop["mmsi"])
    on = (t > stop["t0"].timestamp()) & (t < stop["t1"].timestamp())
    assert on.sum() >= 3
    assert load_geography("hainan").coast.distance_m(lat[on], lon[on]).max() < 200


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mothership_comes_up_elsewhere(seed: int) -> None:
    w = world(seed)
    (gap,) = facts(w, story="mothership-1", kind="gap")
    t0, t1 = gap["t0"].timestamp(), gap["t1"].timestamp()
    assert 3 <= (t1 - t0) / 3600 <= 6
    assert json.loads(gap["params"])["displaced_nm"] > 8
    t = track(w, gap["mmsi"])[0]
    assert not ((t > t0) & (t < t1)).any()
    assert (t < t0).sum() > 14
    others = w.positions.filter(
        pc.and_(pc.less(pc.abs(pc.subtract(w.positions["lat"], gap["lat"])), 0.7),
                pc.less(pc.abs(pc.subtract(w.positions["lon"], gap["lon"])), 0.7))
    )  # fmt: skip
    when = others["t"].cast("int64").to_numpy() / 1e6
    for part in range(4):  # others were heard there all the while
        a = t0 + (t1 - t0) * part / 4
        assert ((when > a) & (when < a + (t1 - t0) / 4)).sum() > 10
    runs = facts(w, story="mothership-1", kind="fast_near_coast")
    assert 2 <= len(runs) <= 3
    for run in runs:
        mine = w.positions.filter(pc.equal(w.positions["mmsi"], run["mmsi"]))
        when = mine["t"].cast("int64").to_numpy() / 1e6
        fast = mine["sog_kn"].to_numpy()[(when >= run["t0"].timestamp()) & (when <= run["t1"].timestamp())]
        assert (fast > 20).sum() >= 3


def test_innocents_of_every_sort_are_told() -> None:
    stories = {f["story"] for s in SEEDS for f in facts(world(s), innocent=True)}
    for sort in ("pair_trawl", "carrier", "bunkering", "pilot", "gillnet", "lightnet", "outage", "pleasure"):
        assert f"innocent-{sort}" in stories
    for sort in ("breakdown", "village_landing", "silent_fisherman"):
        assert f"innocent-{sort}" in stories
    kinds = {f["kind"] for s in SEEDS for f in facts(world(s))}
    assert kinds <= set(KINDS)


def test_an_outage_silences_many_and_is_in_the_coverage() -> None:
    down = world(1).coverage.filter(pc.is_valid(world(1).coverage["outage_t0"])).to_pylist()
    assert len(down) >= 2
    for site in down:
        mine = world(1).positions.filter(pc.equal(world(1).positions["receiver"], site["receiver"]))
        t = mine["t"].to_pylist()
        assert t
        assert not any(site["outage_t0"] <= x < site["outage_t1"] for x in t)
    assert all(len(facts(world(s), story="innocent-outage")) >= 3 for s in SEEDS)


def test_the_island_looks_alive() -> None:
    w = hainan(11)
    vessels = pc.count_distinct(w.positions["mmsi"]).as_py()
    assert 450 <= vessels <= 1000
    assert 200_000 <= w.positions.num_rows <= 600_000
    assert w.positions.schema.equals(POSITIONS)
    assert w.static.schema.equals(STATIC)
    kinds = w.register["kind"].to_pylist()
    assert kinds.count("ferry") >= 20
    assert sum(kinds.count(k) for k in ("trawl", "pair", "gillnet", "lightnet")) >= 250
    said = w.other.filter(pc.equal(w.other["text"], "SART TEST"))
    assert said.num_rows >= 1
    test_fixes = w.positions.filter(pc.equal(w.positions["mmsi"], said["mmsi"][0]))
    assert set(test_fixes["nav_status"].to_pylist()) == {15}


def test_times_rise_and_lie_in_the_window() -> None:
    w = world(2)
    t = w.positions["t"].cast("int64").to_numpy()
    assert (np.diff(t) >= 0).all()
    assert t[0] >= w.start.timestamp() * 1e6
    assert t[-1] < (w.start.timestamp() + w.hours * 3600) * 1e6


def test_wrong_windows_are_refused() -> None:
    with pytest.raises(UsageError, match="zone"):
        hainan(1, start=datetime(2026, 3, 14))  # noqa: DTZ001
    with pytest.raises(UsageError, match="hours"):
        hainan(1, hours=0)
    with pytest.raises(UsageError, match="scale"):
        hainan(1, scale=9)
