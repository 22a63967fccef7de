"""Boats that meet others for honest reasons: pilots, bunkering, fish carriers; and tugs and patrols."""

from __future__ import annotations

import numpy as np

from huanqiong.drill import plane
from huanqiong.drill.fishing import meet
from huanqiong.drill.scene import Scene, Vessel
from huanqiong.drill.track import AT_ANCHOR, Track, Voyage
from huanqiong.drill.truth import Fact


def sail_all(scene: Scene) -> None:
    """Everything in this file, after the ships they serve are on the scene."""
    for port in scene.set["services"]["pilot_ports"]:
        _pilot(scene, port)
    for port in scene.set["services"]["bunker_ports"]:
        _bunkering(scene, port)
    for i in range(scene.count(scene.set["services"]["carriers"])):
        _carrier(scene, i)
    for i in range(scene.count(scene.set["services"]["tugs"])):
        _tug(scene, i)
    for i in range(scene.count(scene.set["services"]["patrols"])):
        _patrol(scene, i)


def _boat(
    scene: Scene, kind: str, zh: str, latin: str, track: Track, ship_type: int, length_m: int, home: str
) -> Vessel:
    boat = Vessel(
        identity=scene.mint.service(zh, latin),
        kind=kind,
        track=track,
        cls="A",
        ship_type=ship_type,
        length_m=length_m,
        beam_m=max(4, round(length_m / 4.2)),
        home=home,
        draught_m=round(1.2 + length_m / 22, 1),
        antenna_m=7 + length_m / 8,
    )
    scene.vessels.append(boat)
    return boat


def _met(scene: Scene, a: Vessel, b: Vessel, story: str, t0: float, t1: float, zh: str, en: str) -> None:
    lat, lon = a.track.point((t0 + t1) / 2)
    scene.facts.append(
        Fact(story, "encounter", a.identity.mmsi, t0, t1, lat, lon, zh, en, other_mmsi=b.identity.mmsi)
    )


def _pilot(scene: Scene, port: str) -> None:
    """Meets ships an hour off the berth, stays a few minutes beside them at their speed, goes home."""
    rng = scene.rng("pilot", port)
    berth = scene.berth(port, rng)
    v = Voyage(rng, scene.t0, berth)
    way = scene.fairway(port)
    calls: list[tuple[float, Vessel]] = []
    for ship in scene.vessels:
        if ship.cls != "A" or ship.length_m < 120 or ship.kind == "ferry":
            continue
        far = np.hypot(ship.track.lat - berth[0], (ship.track.lon - berth[1]) * 0.94) * 60
        inside = np.flatnonzero((far[1:] < 9) & (far[:-1] >= 9))
        calls += [(float(ship.track.t[i + 1]), ship) for i in inside]
    done: list[tuple[Vessel, float, float]] = []
    for t, ship in sorted(calls, key=lambda c: c[0]):
        leg_s = plane.apart_nm(berth, ship.track.point(t)) / 16 * 3600
        if t - leg_s < v.t + 600 or ship.track.status_at(np.array([t]))[0] != 0:
            continue
        k = max(2, plane.nearest(way, ship.track.point(t)))
        out = way[1:k]
        took = plane.legs_nm(np.vstack([[*berth, 0], out])).sum() / 16 * 3600 if len(out) else 0.0
        v.moor(t - took - 240)
        v.sail(out, 16.0)
        stays = rng.uniform(240, 480)
        meet(v, ship.track, t + 60, t + 60 + stays, 0.025, rng.uniform(0, 360), 16.0)
        v.sail(np.vstack([out[::-1], [*berth, 0]]), 16.0)
        done.append((ship, t + 60, t + 60 + stays))
    v.moor(scene.t1)
    boat = _boat(scene, "pilot", "演引", "YAN YIN", v.done(), 50, 18, port)
    for ship, t0, t1 in done:
        _met(scene, boat, ship, "innocent-pilot", t0, t1, "引航员登轮", "a pilot boards")


def _bunkering(scene: Scene, port: str) -> None:
    """A barge lies beside one anchored ship after another for two or three hours each."""
    rng = scene.rng("bunker", port)
    at = next(np.array(x["at"]) for x in scene.set["anchorage"] if x["port"] == port)
    v = Voyage(rng, max(scene.t0, -4 * 3600.0), plane.in_ellipse(rng, at, np.full(2, 0.8)))
    waiting = [
        s for s in scene.vessels
        if s.home == port and s.track.status[0] == AT_ANCHOR and s.track.t[-1] >= scene.t1 and s.cls == "A"
    ]  # fmt: skip
    met: list[tuple[Vessel, float, float]] = []
    for ship in waiting:
        v.anchor(v.t + rng.uniform(2.5, 6) * 3600, 0.05)
        t0 = v.t + 1800
        t1 = t0 + rng.uniform(1.8, 3.2) * 3600
        if t1 > scene.t1:
            break
        meet(v, ship.track, t0, t1, 0.022, rng.uniform(0, 360), 5.0)
        met.append((ship, t0, t1))
    v.anchor(scene.t1, 0.05)
    barge = _boat(scene, "bunker", "演油供", "YAN YOU GONG", v.done(), 80, 58, port)
    for ship, t0, t1 in met:
        _met(scene, barge, ship, "innocent-bunkering", t0, t1, "锚地加油", "bunkering at the anchorage")


def _carrier(scene: Scene, i: int) -> None:
    """收鲜船: buys the catch from boats lying on a ground, half an hour to an hour beside each."""
    rng = scene.rng("carrier", i)
    port, name = [("yazhou", "sanya_s"), ("baimajing", "midgulf"), ("tanmen", "qionghai_e")][i % 3]
    centre = np.array(scene.ways["ground"][name]["at"])
    way = scene.way(port, name)
    leave = scene.at(0, 13.5) + rng.uniform(0, 5400)
    v = Voyage(rng, scene.t0, scene.berth(port, rng)).moor(leave)
    v.sail(way[1:], 10.0)
    met: list[tuple[Vessel, float, float]] = []
    hosts = [
        b for b in scene.vessels
        if b.kind in ("gillnet", "lightnet") and plane.apart_nm(b.track.point(scene.at(0, 23)), centre) < 20
    ]  # fmt: skip
    for b in [hosts[int(k)] for k in rng.permutation(len(hosts))[:5]]:
        t0 = v.t + plane.apart_nm(v.at, b.track.point(v.t)) / 9 * 3600 + 300
        t1 = t0 + rng.uniform(35, 60) * 60
        if not _lies(b.track, t0, t1) or t1 > scene.at(1, 6):
            continue
        meet(v, b.track, t0, t1, 0.02, rng.uniform(0, 360), 9.2)
        met.append((b, t0, t1))
    v.sail(np.vstack([way[::-1][:-1], [*scene.berth(port, rng), 0]]), 10.0).moor(scene.t1)
    boat = _boat(scene, "carrier", "演收鲜", "YAN SHOU XIAN", v.done(), 70, 44, port)
    for b, t0, t1 in met:
        _met(
            scene,
            boat,
            b,
            "innocent-carrier",
            t0,
            t1,
            "收鲜船海上收购渔获",
            "a carrier buys the catch at sea",
        )


def _lies(track: Track, t0: float, t1: float) -> bool:
    """Whether a vessel keeps nearly still between two times."""
    lat, lon = track.at(np.linspace(t0, t1, 7))
    way = np.column_stack([lat, lon])
    return float(plane.legs_nm(way).max()) / ((t1 - t0) / 6 / 3600) < 1.3


def _tug(scene: Scene, i: int) -> None:
    """Lies in port; goes out along the fairway for a job, works slowly, comes back."""
    rng = scene.rng("tug", i)
    port = ["yangpu", "xiuying", "basuo", "zhanjiang", "qinzhou", "sanya", "macun"][i % 7]
    way = scene.fairway(port)
    berth = scene.berth(port, rng)
    v = Voyage(rng, scene.t0, berth)
    out = way[1 : max(3, int((np.cumsum(plane.legs_nm(way)) < 7).sum()) + 1)]
    while v.t < scene.t1:
        v.moor(v.t + rng.uniform(2, 14) * 3600)
        k = int(rng.integers(min(2, len(out)), len(out) + 1))
        v.sail(out[:k], rng.uniform(7, 10))
        v.drift(v.t + rng.uniform(600, 2400), rng.uniform(0, 360), 0.3)
        v.sail(np.vstack([out[:k][::-1], [*berth, 0]]), rng.uniform(4, 6))
    _boat(scene, "tug", "演拖", "YAN TUO", v.done(), 52, 34, port)


def _patrol(scene: Scene, i: int) -> None:
    """Runs out along a fishing way and back, at patrol speed, two or three times a day; some by night."""
    rng = scene.rng("patrol", i)
    ways = [
        w
        for w in scene.ways["way"]
        if w["port"] in ("sanya", "basuo", "tanmen", "qinglan", "lingao", "xinying", "beihai")
    ]
    v: Voyage | None = None
    port = str(rng.choice(sorted({w["port"] for w in ways})))
    mine = [np.array(w["points"]) for w in ways if w["port"] == port]
    berth = scene.berth(port, rng)
    v = Voyage(rng, scene.t0, berth)
    while v.t < scene.t1:
        v.moor(v.t + rng.uniform(3, 11) * 3600)
        way = mine[int(rng.integers(0, len(mine)))]
        kn = rng.uniform(11, 19)
        v.sail(way[1:], kn)
        v.drift(v.t + rng.uniform(900, 5400), rng.uniform(0, 360), 0.4)
        v.sail(np.vstack([way[::-1][:-1], [*berth, 0]]), kn)
    official = rng.uniform() < 0.5
    zh, latin = ("演海巡", "YAN HAI XUN") if official else ("演渔政", "YAN YU ZHENG")
    _boat(scene, "patrol", zh, latin, v.done(), 55, int(rng.integers(28, 62)), port)
