"""The two planted stories. Their places, hours, ships and lengths are drawn anew for each seed.

1. Rendezvous: a coaster leaves its lane at night and drifts; a fishing boat lies beside it for an hour or so,
   both transmitters go off, the boat comes up again at a beach that is no port, then goes home.
2. Mothership: a ship from the south falls silent while others near it are heard, comes up off the west coast
   where its course did not lead; speed boats lie beside it, run in fast at night and land.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from huanqiong.drill import plane
from huanqiong.drill.fishing import meet, new_boat
from huanqiong.drill.merchant import new_ship
from huanqiong.drill.plane import F8
from huanqiong.drill.scene import Scene, Vessel
from huanqiong.drill.track import Track, Voyage
from huanqiong.drill.truth import Fact

Row = tuple[str, int, float, float, F8, int, str, str, int | None]
"""Kind, ship, from, to, place, severity, note in Chinese and English, other ship."""


def plant(scene: Scene) -> set[str]:
    """Both stories; the beaches they use."""
    return {_rendezvous(scene), *_mothership(scene)}


def _night(scene: Scene, hour: float) -> float:
    """That hour of the first night of which the window holds a few hours before."""
    t = scene.at(0, hour)
    return t if t >= 4 * 3600 else t + 86_400


def _beside(host: Vessel, t: float, bearing_deg: float, dist_nm: float) -> F8:
    lat, lon = host.track.point(t)
    return np.array(plane.offset(lat, lon, bearing_deg, dist_nm))


def _merchant(scene: Scene, rng: np.random.Generator, trade: str, track: Track, length_m: int) -> Vessel:
    ship = new_ship(scene, rng, trade, lambda _speed: track)
    ship.length_m, ship.beam_m, ship.antenna_m = length_m, round(length_m / 6.2), 18.0
    scene.vessels.append(ship)
    return ship


def _lane_to(own: F8, spot: F8, keep_off_nm: float) -> tuple[F8, F8]:
    """The parts of a lane before and after its nearest point to a spot, without what lies too near it."""
    own = plane.dense(own, 4.0)
    k = plane.nearest(own, spot)
    far = np.array([plane.apart_nm(p, spot) > keep_off_nm for p in own])
    order = np.arange(len(own))
    return own[far & (order < k)], own[far & (order > k)]


def _rendezvous(scene: Scene) -> str:
    rng, s = scene.rng("rendezvous"), scene.set["rendezvous"]
    south, north, west, east = s["box"]
    spot = np.array([rng.uniform(south, north), rng.uniform(west, east)])
    t0 = _night(scene, rng.uniform(*s["starts"]))
    lasts = rng.uniform(*s["lasts_min"]) * 60
    t1 = t0 + lasts

    lane = np.array(scene.lane(s["lane"])["points"])
    lane = lane if rng.uniform() < 0.5 else lane[::-1]
    before, after = _lane_to(plane.beside(lane, 0.3), spot, 9.0)
    v = Voyage(rng, 0.0, before[0]).sail(before[1:], rng.uniform(10.5, 12)).sail(spot[None], 8.0)
    v.shift(t0 - 900 - v.t)
    v.drift(t1 + 900, rng.uniform(0, 360), rng.uniform(0.4, 0.8))
    v.sail(after, rng.uniform(10.5, 12))
    coaster = _merchant(scene, rng, "cargo", v.done(), int(rng.integers(68, 96)))
    coaster.destination = "CN GZG" if lane[0][0] < lane[-1][0] else "CN SYX"

    port = str(rng.choice(s["ports"]))
    beach = scene.beach(str(rng.choice(s["beaches"])))
    at, offing = np.array(beach["at"]), np.array(beach["offing"])
    way, berth = scene.way(port, "wenchang_se"), scene.berth(port, rng)
    side, close = rng.uniform(0, 360), rng.uniform(0.035, 0.08)
    there = _beside(coaster, t0, side, close)
    b = Voyage(rng, 0.0, berth).sail(np.vstack([way[1:, :2], there]), rng.uniform(8, 9))
    b.shift(t0 - 60 - b.t, since=scene.t0)
    meet(b, coaster.track, t0, t1, close, side, 8.0)
    b.sail(offing[None], rng.uniform(9, 10.5)).sail(at[None], 5.0)
    landed = b.t
    b.moor(landed + rng.uniform(35, 60) * 60)
    left = b.t
    by = np.array(s["home_by"])
    by = by if offing[0] > by[0][0] else by[1:]
    home = way[1 : plane.nearest(way, by[-1]) + 1][::-1, :2]
    b.sail(np.vstack([offing, by, home, berth]), 9.0).moor(scene.t1)
    boat = new_boat(scene, port, "trawl", b.done(), rng)
    boat.fading, boat.antenna_m = 0.95, 11.0

    dark = t0 + rng.uniform(0.5, 0.62) * lasts
    coaster_dark = (dark, dark + rng.uniform(*s["coaster_dark_h"]) * 3600)
    dark = t0 + rng.uniform(0.62, 0.75) * lasts
    boat_dark = (dark, min(dark + rng.uniform(*s["boat_dark_h"]) * 3600, landed - 1200))
    coaster.quiet.append(coaster_dark)
    boat.quiet.append(boat_dark)
    _tell_rendezvous(scene, coaster, boat, (t0, t1), coaster_dark, boat_dark, (landed, left), beach)
    return str(beach["id"])


def _tell_rendezvous(
    scene: Scene, coaster: Vessel, boat: Vessel, met: tuple[float, float], coaster_dark: tuple[float, float],
    boat_dark: tuple[float, float], stop: tuple[float, float], beach: dict[str, str],
) -> None:  # fmt: skip
    name, a, b = "rendezvous-1", coaster.identity.mmsi, boat.identity.mmsi
    p = coaster.track.point(sum(met) / 2)
    minutes = round((met[1] - met[0]) / 60)
    shore, on_zh, on_en = np.array(beach["at"]), f"渔船停靠{beach['zh']}", f"it lands {beach['en']}"
    rows: list[Row] = [
        ("encounter", a, *met, p, 2, "货船与渔船夜间外海并靠", "coaster and fishing boat meet at night", b),
        ("loitering", a, met[0] - 900, met[1] + 900, p, 1, "货船离航路漂航", "it drifts off its lane", None),
        ("gap", a, *coaster_dark, p, 2, "货船关机", "the coaster switches off", None),
        ("gap", b, *boat_dark, p, 2, "渔船关机", "the fishing boat switches off", None),
        ("unlisted_landing", b, *stop, shore, 2, on_zh, on_en, None),
    ]  # fmt: skip
    _tell(scene, name, rows, {"beach": beach["id"], "minutes": minutes})


def _tell(scene: Scene, story: str, rows: list[Row], params: dict[str, Any]) -> None:
    for kind, mmsi, t0, t1, p, severity, zh, en, other in rows:
        scene.facts.append(
            Fact(story, kind, mmsi, t0, t1, float(p[0]), float(p[1]), zh, en, other, severity, False, params)
        )


def _mothership(scene: Scene) -> set[str]:
    rng, s = scene.rng("mothership"), scene.set["mothership"]
    beaches = [scene.beach(str(x)) for x in rng.permutation(s["off"])]
    at, offing = np.array(beaches[0]["at"]), np.array(beaches[0]["offing"])
    k = np.cos(np.radians(at[0]))
    seaward = float(np.degrees(np.arctan2((offing[1] - at[1]) * k, offing[0] - at[0])))
    # the coast bends: she lies west of it whatever way the beach looks
    bearing = (seaward % 360 + 270.0) / 2 if abs(seaward % 360 - 270) < 110 else 285.0
    spot = np.array(plane.offset(offing[0], offing[1], bearing, rng.uniform(*s["off_nm"]) - 3))
    t0 = _night(scene, rng.uniform(*s["starts"]))
    dark_s, speed = rng.uniform(*s["dark_h"]) * 3600, rng.uniform(11.5, 13.0)

    # by the gulf's middle, as if bound for its head, until she goes dark; only then she turns
    course = np.array(s["course"]) + rng.normal(0, 0.03, 2)
    into_port = np.array([p[:2] for p in scene.lane(s["lane"])["points"] if p[0] > 20.95])[::-1]
    own = plane.dense(np.vstack([course, into_port]), 1.0)
    _, after = _lane_to(own, spot, 24.0)
    to_go = np.array([plane.apart_nm(p, spot) for p in own[: plane.nearest(own, spot)]])
    turn = int(np.argmin(np.abs(to_go - speed * dark_s / 3600)))
    v = Voyage(rng, 0.0, own[0]).sail(own[1 : turn + 1], speed).sail(spot[None], speed)
    v.shift(t0 - 1200 - v.t)
    v.anchor(t0 + rng.uniform(2.6, 3.4) * 3600, 0.06).sail(after, speed)
    v.moor(max(v.t, scene.t1))
    ship = _merchant(scene, rng, "tanker", v.done(), int(rng.integers(84, 118)))
    ship.destination, ship.home = "CN FAN", "fangcheng"
    dark = (t0 - 1500 - dark_s, t0 - 1500)
    ship.quiet.append(dark)

    lost, up = ship.track.point(dark[0]), ship.track.point(dark[1])
    was = ship.track.point(dark[0] - 600)
    ahead = lost + (lost - was) * dark_s / 600
    away = plane.apart_nm(ahead, up)
    own_mmsi = ship.identity.mmsi
    rows: list[Row] = [
        (
            "gap",
            own_mmsi,
            *dark,
            lost,
            3,
            "南来船舶静默后现于近岸",
            "silent from the south, up off the coast",
            None,
        )
    ]
    beach = beaches[0]
    shore, off_shore = np.array(beach["at"]), np.array(beach["offing"])
    on_zh, on_en = f"快艇停靠{beach['zh']}", f"it lands {beach['en']}"
    leaves = t0 + rng.uniform(5, 20) * 60
    for _ in range(int(rng.integers(s["boats"][0], s["boats"][1] + 1))):
        met, run, stop, boat = _speed_boat(scene, rng, ship, beach, leaves)
        leaves = met[1] + rng.uniform(-8, 10) * 60
        p = ship.track.point(met[0])
        rows += [
            ("encounter", own_mmsi, *met, p, 2, "快艇靠泊母船", "a speed boat beside the ship", boat),
            (
                "fast_near_coast",
                boat,
                *run,
                off_shore,
                3,
                "快艇夜间高速冲岸",
                "it runs in fast at night",
                None,
            ),
            ("unlisted_landing", boat, *stop, shore, 3, on_zh, on_en, None),
        ]
    _tell(scene, "mothership-1", rows, {"beach": beach["id"], "displaced_nm": round(away, 1)})
    return {str(beach["id"])}


def _speed_boat(
    scene: Scene, rng: np.random.Generator, ship: Vessel, beach: dict[str, Any], leaves: float
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float], int]:
    s = scene.set["mothership"]
    port = s["port"]
    at, offing = np.array(beach["at"]), np.array(beach["offing"])
    by = np.array(s["home_by"][beach["id"]])
    out, berth = scene.way(port, "basuo_w")[1:3, :2], scene.berth(port, rng)
    side = rng.uniform(0, 360)
    there = _beside(ship, leaves, side, 0.025)
    v = Voyage(rng, 0.0, berth).sail(np.vstack([out, by[::-1], there]), rng.uniform(13, 16))
    v.shift(leaves - 60 - v.t, since=scene.t0)
    met = (leaves, leaves + rng.uniform(*s["alongside_min"]) * 60)
    meet(v, ship.track, *met, 0.025, side, 12.0)
    kn = rng.uniform(*s["run_kn"])
    v.sail(np.vstack([offing, offing * 0.04 + at * 0.96]), kn, unsteady=0.02).sail(at[None], 10.0)
    landed = v.t
    v.moor(landed + rng.uniform(20, 35) * 60)
    left = v.t
    v.sail(np.vstack([offing, by, out[::-1], berth]), 12.0).moor(scene.t1)
    boat = Vessel(
        scene.mint.service("演游艇", "YAN YOU TING"), "pleasure", v.done(), "B", 37,
        int(rng.integers(11, 16)), 3,
        port, every_s=scene.set["reports"]["fast_b_s"], antenna_m=6.0, fading=0.95,
    )  # fmt: skip
    scene.vessels.append(boat)
    # fast within two miles of the shore: how long the last two miles took
    run = (landed - 2.0 / kn * 3600 - 60, landed)
    return met, run, (landed, left), boat.identity.mmsi
