"""The fishing fleets: out before dawn or before dusk, home with the catch, or days on far grounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from huanqiong.drill import gear, plane
from huanqiong.drill.plane import F8
from huanqiong.drill.scene import Scene, Vessel
from huanqiong.drill.track import FISHING, UNDER_WAY, Track, Voyage, alongside
from huanqiong.drill.truth import Fact

LIE = (
    ("流网作业随流漂移", "drifting to its gillnets"),
    ("灯光罩网夜间漂灯", "lying with lamps lit for squid and sprat"),
)


def sail_all(scene: Scene) -> None:
    """Every fleet: gear drawn for each boat, pairs two by two."""
    share = scene.set["fishing"]["gear"]
    for fleet in scene.ways["fleet"]:
        rng = scene.rng("fleet", fleet["port"])
        left = scene.count(fleet["boats"])
        while left > 0:
            kind = str(rng.choice(list(share), p=np.array(list(share.values()))))
            kind = "trawl" if kind == "pair" and left < 2 else kind
            boat = launch(scene, fleet["port"], kind, rng)
            left -= 1
            if kind == "pair":
                _second(scene, boat, rng)
                left -= 1


def new_boat(scene: Scene, port: str, kind: str, track: Track, rng: np.random.Generator) -> Vessel:
    """A fishing boat of a port, put on the scene."""
    zh, latin = scene.set["fishing"]["names"][port]
    length = int(np.clip(rng.normal(28 if kind in ("trawl", "pair", "lightnet") else 17, 6), 9, 48))
    boat = Vessel(
        identity=scene.mint.fishing(zh, latin),
        kind=kind,
        track=track,
        cls="B",
        ship_type=30,
        length_m=length,
        beam_m=max(3, round(length / 4.4)),
        home=port,
        antenna_m=5 + length / 6,
        fading=float(np.clip(rng.normal(0.85, 0.1), 0.5, 1.0)),
    )
    scene.vessels.append(boat)
    return boat


def launch(scene: Scene, port: str, kind: str, rng: np.random.Generator) -> Vessel:
    """One boat with its trips through the warm-up and the window."""
    rules = scene.set["fishing"]
    fleet = next(f for f in scene.ways["fleet"] if f["port"] == port)
    name = str(rng.choice(fleet["grounds"]))
    ground = scene.ways["ground"][name]
    centre, axes = np.array(ground["at"]), np.array(ground["axes_nm"], dtype=float)
    way = plane.beside(scene.way(port, name), float(rng.uniform(-0.3, 0.3)))
    far = plane.legs_nm(way).sum() > rules["far_nm"]
    berth = scene.berth(port, rng)
    v = Voyage(rng, max(scene.t0, -26 * 3600.0), berth)
    lies: list[tuple[float, float]] = []
    if rng.uniform() > rules["at_sea"]:
        v.moor(scene.t1)
    elif far:
        _long_trip(scene, v, kind, way, centre, axes, lies, berth)
    else:
        for day in scene.days():
            _day_trip(scene, v, kind, day, way, centre, axes, lies, berth)
        v.moor(scene.t1)
    boat = new_boat(scene, port, kind, v.done(), rng)
    _note_lies(scene, boat, lies)
    return boat


def _out(v: Voyage, way: F8, centre: F8, axes: F8) -> None:
    spot = plane.in_ellipse(v.rng, centre, axes, 0.75)
    v.sail(np.vstack([way[1:], [*spot, 0]]), v.rng.uniform(7.0, 9.5))


def _home(v: Voyage, way: F8, berth: F8) -> None:
    v.sail(np.vstack([way[::-1][:-1], [*berth, 0]]), v.rng.uniform(7.5, 10.0))


def _work(v: Voyage, kind: str, until: float, dusk: float, centre: F8, axes: F8, lies: list[Any]) -> None:
    if kind in ("trawl", "pair"):
        gear.trawl(v, until, centre, axes, v.rng.uniform(2.6, 3.9))
    elif kind == "gillnet":
        lies.append(gear.gillnet(v, until, centre, axes))
    else:
        lies.append(gear.lightnet(v, max(dusk, v.t), until))


def _day_trip(
    scene: Scene, v: Voyage, kind: str, day: int, way: F8, centre: F8, axes: F8, lies: list[Any], berth: F8
) -> None:
    rng = v.rng
    dusk = scene.at(day, 18.7)
    by_day = kind in ("trawl", "pair")
    leave = scene.at(day, rng.normal(4.0, 0.8) if by_day else rng.normal(15.6, 0.9))
    until = scene.at(day, rng.normal(15.0, 1.2)) if by_day else scene.at(day + 1, rng.normal(5.2, 0.7))
    if leave < v.t or rng.uniform() < 0.1:
        return
    v.moor(leave)
    _out(v, way, centre, axes)
    if until - v.t > 5400:
        _work(v, kind, until, dusk, centre, axes, lies)
    _home(v, way, berth)


def _long_trip(
    scene: Scene, v: Voyage, kind: str, way: F8, centre: F8, axes: F8, lies: list[Any], berth: F8
) -> None:
    """Already on the ground, or going out or coming home inside the window."""
    rng = v.rng
    leave = rng.uniform(-30 * 3600, scene.t1 * 0.6)
    v.moor(leave)
    _out(v, way, centre, axes)
    back = scene.t1 + 3600 if rng.uniform() < 0.6 else rng.uniform(0.2, 1.0) * scene.t1
    while v.t < min(back, scene.t1) - 3600:
        day = int((v.t - scene.midnight_s) // 86_400)
        dusk, dawn = scene.at(day, 18.7), scene.at(day + 1, 5.3)
        if kind in ("trawl", "pair"):
            _work(v, kind, min(back, v.t + 20 * 3600), dusk, centre, axes, lies)
            continue
        if v.t > dusk:
            dusk = v.t
        _work(v, kind, dawn, dusk, centre, axes, lies)
        spot = plane.in_ellipse(rng, centre, axes, 0.7)
        v.sail(np.array([[*spot]]), rng.uniform(4, 7))
    _home(v, way, berth)
    v.moor(scene.t1)


def _note_lies(scene: Scene, boat: Vessel, lies: list[tuple[float, float]]) -> None:
    zh, en = LIE[0] if boat.kind == "gillnet" else LIE[1]
    for t0, t1 in lies:
        if t1 - t0 >= 3600:
            lat, lon = boat.track.point((t0 + t1) / 2)
            scene.facts.append(
                Fact(f"innocent-{boat.kind}", "loitering", boat.identity.mmsi, t0, t1, lat, lon, zh, en)
            )


def _second(scene: Scene, first: Vessel, rng: np.random.Generator) -> None:
    """The other boat of a pair trawl: the same way, 200 to 400 m to one side all the time at sea."""
    track = first.track
    apart, side = rng.uniform(210, 370) / 1852.0, float(rng.choice([-1.0, 1.0]))
    lat, lon = track.lat, track.lon
    k = np.cos(np.radians(lat))
    east, north = np.gradient(lon) * k, np.gradient(lat)
    span = np.maximum(np.hypot(east, north), 1e-9)
    # the side is smoothed over turns, as the outer boat swings wide
    kernel = np.ones(5) / 5
    e = np.convolve(np.pad(east / span, 2, mode="edge"), kernel, "valid")
    n = np.convolve(np.pad(north / span, 2, mode="edge"), kernel, "valid")
    size = np.maximum(np.hypot(e, n), 0.3)
    towing = track.status == FISHING
    gap = np.where(track.status == 5, 0.03, np.where(towing, apart, 0.02)) / 60.0 * side
    port = scene.port(first.home)
    near = np.hypot(lat - port[0], (lon - port[1]) * k) * 60 < 3.0
    gap = np.where(near, 0.0, gap)
    other = Track(track.t + 20.0, lat - e / size * gap, lon + n / size * gap / k, track.status)
    boat = new_boat(scene, first.home, "pair", other, rng)
    runs = np.flatnonzero(np.diff(np.concatenate([[0], towing.astype(int), [0]])))
    for a, b in zip(runs[::2], runs[1::2], strict=True):
        t0, t1 = float(track.t[a]), float(track.t[min(b, len(track.t) - 1)])
        if t1 - t0 >= 3600:
            p = track.point((t0 + t1) / 2)
            scene.facts.append(
                Fact(
                    "innocent-pair_trawl", "encounter", first.identity.mmsi, t0, t1, p[0], p[1],
                    "双拖渔船并行作业", "two boats towing one trawl", other_mmsi=boat.identity.mmsi,
                )
            )  # fmt: skip


def meet(
    v: Voyage, host: Track, t0: float, t1: float, dist_nm: float, bearing_deg: float, speed_kn: float
) -> None:
    """Goes to a vessel to be there at `t0`, keeps beside it until `t1`."""
    there = np.array(plane.offset(host.point(t0)[0], host.point(t0)[1], bearing_deg, dist_nm))
    v.sail(there[None], speed_kn)
    if v.t < t1:
        v.run(alongside(host, max(t0, v.t + 30), t1, dist_nm, bearing_deg), UNDER_WAY)
