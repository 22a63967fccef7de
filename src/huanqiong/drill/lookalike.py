"""Innocents that look like smugglers, each told in the truth."""

from __future__ import annotations

import numpy as np

from huanqiong.drill import plane
from huanqiong.drill.fishing import new_boat
from huanqiong.drill.scene import Scene, Vessel
from huanqiong.drill.track import NOT_UNDER_COMMAND, UNDEFINED, Track, Voyage
from huanqiong.drill.truth import Fact


def sail_all(scene: Scene, taken: set[str]) -> None:
    """Everything in this file; `taken`: beaches of the stories, which innocents leave alone."""
    n = scene.set["services"]
    _silent(scene, scene.count(n["silent_fishermen"]))
    free = [b for b in scene.ways["beach"] if b["id"] not in taken]
    for i in range(min(len(free), scene.count(n["village_landings"]))):
        _landing(scene, free, i)
    for i in range(scene.count(n["pleasure"])):
        _pleasure(scene, i)
    for i in range(scene.count(n["gear_strings"])):
        _buoys(scene, i)
    _sart_test(scene)


def _silent(scene: Scene, n: int) -> None:
    """Boats on a ground that switch off for some hours so that others do not find their fish."""
    rng = scene.rng("silent")
    boats = [v for v in scene.vessels if v.kind in ("trawl", "gillnet", "lightnet") and not v.quiet]
    for k in rng.permutation(len(boats))[:n]:
        boat = boats[int(k)]
        t0 = rng.uniform(0.1, 0.6) * scene.t1
        t1 = t0 + rng.uniform(3.2, 8.0) * 3600
        p = boat.track.point(t0)
        if t1 > scene.t1 or plane.apart_nm(p, scene.port(boat.home)) < 5:
            continue
        boat.quiet.append((t0, t1))
        scene.facts.append(
            Fact("innocent-silent_fisherman", "gap", boat.identity.mmsi, t0, t1, p[0], p[1],
                 "渔民关机瞒渔场", "a fisherman hides his ground")
        )  # fmt: skip


def breakdown(scene: Scene, i: int) -> None:
    """A coaster stops on its lane for an engine repair and drifts, not under command."""
    rng = scene.rng("breakdown", i)
    coasters = [
        v
        for v in scene.vessels
        if v.kind in ("cargo", "bulk") and not v.quiet and v.track.t[-1] > scene.t1 * 0.7
    ]
    for k in rng.permutation(len(coasters)):
        ship = coasters[int(k)]
        t0 = rng.uniform(0.15, 0.6) * scene.t1
        t = ship.track
        p, q = t.point(t0), t.point(t0 + 3600)
        open_water = min(plane.apart_nm(p, np.array(x["at"])) for x in scene.ways["port"].values()) > 22
        if not open_water or plane.apart_nm(p, q) < 6:
            continue
        lasts = rng.uniform(2.5, 4.5) * 3600
        v = Voyage(rng, t0, p).drift(
            t0 + lasts, rng.uniform(0, 360), rng.uniform(0.6, 1.1), NOT_UNDER_COMMAND
        )
        d, before, after = v.done(), t.t < t0, t.t > t0
        back = (d.lat[-1] - p[0], d.lon[-1] - p[1])
        shift = np.linspace(1, 0, min(6, int(after.sum())))
        ease = np.zeros(int(after.sum()))
        ease[: len(shift)] = shift
        ship.track = Track(
            np.concatenate([t.t[before], d.t, t.t[after] + lasts]),
            np.concatenate([t.lat[before], d.lat, t.lat[after] + back[0] * ease]),
            np.concatenate([t.lon[before], d.lon, t.lon[after] + back[1] * ease]),
            np.concatenate([t.status[before], d.status[:-1], t.status_at(np.array([t0])), t.status[after]]),
        )
        for kind in ("drift", "loitering"):
            scene.facts.append(
                Fact("innocent-breakdown", kind, ship.identity.mmsi, t0, t0 + lasts, p[0], p[1],
                     "主机故障失控漂航", "adrift with an engine repair")
            )  # fmt: skip
        return


def _landing(scene: Scene, free: list[dict], i: int) -> None:
    """A small boat stops off a village beach by day to sell its catch."""
    rng = scene.rng("landing", i)
    beach = free[int(scene.rng("landings").permutation(len(free))[i])]
    at, offing = np.array(beach["at"]), np.array(beach["offing"])
    port = min(scene.set["fishing"]["names"], key=lambda p: plane.apart_nm(scene.port(p), at))
    fish = np.array(plane.offset(offing[0], offing[1], _seaward(at, offing), rng.uniform(1.0, 3.0)))
    v = Voyage(rng, scene.t0, fish)
    day = 0 if rng.uniform() < 0.4 else 1
    t0 = scene.at(day, rng.uniform(14, 16.5) if day == 0 else rng.uniform(7, 10.5))
    v.drift(t0, rng.uniform(0, 360), 0.05)
    v.sail(np.vstack([offing, at]), 6.0)
    a = v.t
    v.moor(a + rng.uniform(40, 90) * 60)
    b = v.t
    v.sail(np.vstack([offing, fish]), 6.0)
    v.drift(scene.t1, rng.uniform(0, 360), 0.05)
    boat = new_boat(scene, port, "gillnet", v.done(), rng)
    scene.facts.append(
        Fact("innocent-village_landing", "unlisted_landing", boat.identity.mmsi, a, b, at[0], at[1],
             f"渔船在{beach['zh']}岸边卖鱼", f"a boat sells its catch {beach['en']}")
    )  # fmt: skip


def _seaward(at: np.ndarray, offing: np.ndarray) -> float:
    k = np.cos(np.radians(at[0]))
    return float(np.degrees(np.arctan2((offing[1] - at[1]) * k, offing[0] - at[0])))


def _pleasure(scene: Scene, i: int) -> None:
    """Yachts and tourist boats: fast along the shore of Sanya and Lingshui by day."""
    rng = scene.rng("pleasure", i)
    port, ground = [("sanya", "lingshui_s"), ("sanya", "sanya_s"), ("xincun", "lingshui_s")][i % 3]
    way = scene.way(port, ground)
    near = way[: int((np.cumsum(plane.legs_nm(way)) < 12).sum()) + 2]
    berth = scene.berth(port, rng)
    v = Voyage(rng, scene.t0, berth)
    runs: list[tuple[float, float, float]] = []
    for day in scene.days():
        for hour in np.sort(rng.uniform(8, 16.5, int(rng.integers(1, 4)))):
            if scene.at(day, hour) < v.t + 600:
                continue
            v.moor(scene.at(day, float(hour)))
            t0, kn = v.t, rng.uniform(18, 27)
            v.sail(near[1:], kn)
            v.drift(v.t + rng.uniform(900, 3600), rng.uniform(0, 360), 0.2)
            v.sail(np.vstack([near[::-1][:-1], [*berth, 0]]), kn)
            runs.append((t0, v.t, kn))
    v.moor(scene.t1)
    boat = Vessel(
        scene.mint.service("演游艇", "YAN YOU TING"), "pleasure", v.done(), "B", 37,
        int(rng.integers(12, 24)), 5,
        port, every_s=scene.set["reports"]["fast_b_s"], antenna_m=6.0, fading=0.95,
    )  # fmt: skip
    scene.vessels.append(boat)
    for t0, t1, kn in runs:
        scene.facts.append(
            Fact("innocent-pleasure", "fast_near_coast", boat.identity.mmsi, t0, t1, near[1][0], near[1][1],
                 "游艇近岸航行", "a pleasure boat along the shore", params={"sog_kn": round(kn, 1)})
        )  # fmt: skip


def _buoys(scene: Scene, i: int) -> None:
    """A string of net buoys adrift; one may carry the name of a fishing boat, as happens."""
    rng = scene.rng("buoys", i)
    name = str(rng.choice(sorted(scene.ways["ground"])))
    ground = scene.ways["ground"][name]
    head = plane.in_ellipse(rng, np.array(ground["at"]), np.array(ground["axes_nm"], dtype=float), 0.8)
    low, high = scene.set["services"]["buoys"]
    line, set_deg, rate = rng.uniform(0, 360), rng.uniform(0, 360), rng.uniform(0.15, 0.4)
    t0 = rng.uniform(scene.t0, scene.t1 * 0.5)
    t1 = t0 + rng.uniform(10, 22) * 3600
    lead = Voyage(rng, t0, head).drift(t1, set_deg, rate).done()
    boats = [v for v in scene.vessels if v.kind == "gillnet"]
    for k in range(int(rng.integers(low, high + 1))):
        lat, lon = plane.offset(lead.lat, lead.lon, line, 0.55 * k)
        label = f"NET MARK {int(rng.integers(100, 9999))}-{int(rng.integers(10, 99))}%"
        if k == 0 and boats and rng.uniform() < 0.3:
            label = boats[int(rng.integers(0, len(boats)))].identity.name
        track = Track(lead.t, lat, lon, lead.status)
        scene.vessels.append(
            Vessel(
                scene.mint.buoy(label), "buoy", track, "B", 0, 0, 0, every_s=360.0, antenna_m=1.5, fading=0.8
            )
        )


def _sart_test(scene: Scene) -> None:
    """A liferaft station tries a distress transmitter: status 15 and SART TEST, as under test."""
    rng = scene.rng("sart")
    at = scene.berth("sanya", rng)
    t0 = scene.at(1, rng.uniform(8.5, 10.5))
    track = Track(
        np.array([t0, t0 + 540.0]), np.repeat(at[0], 2), np.repeat(at[1], 2), np.full(2, UNDEFINED, np.int8)
    )
    scene.vessels.append(
        Vessel(scene.mint.distress(), "sart_test", track, "A", 0, 0, 0, "sanya", every_s=60.0, antenna_m=4.0)
    )
