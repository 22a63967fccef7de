"""Merchant ships: along the lanes both ways, into port by way of the anchorage, or lying at anchor."""

from __future__ import annotations

from typing import Any

import numpy as np

from huanqiong.drill import plane
from huanqiong.drill.plane import F8
from huanqiong.drill.scene import Scene, Vessel
from huanqiong.drill.track import Voyage

DESTINATION = {
    "yangpu": "CN YPG",
    "xiuying": "CN HAK",
    "macun": "CN MCN",
    "basuo": "CN BSP",
    "zhanjiang": "CN ZHA",
    "qinzhou": "CN QZH",
    "fangcheng": "CN FAN",
    "beihai": "CN BIH",
    "sanya": "CN SYX",
    "qinglan": "CN QLN",
    "haiphong": "VN HPH",
    "yongxing": "YONGXING",
    "": "FOR ORDERS",
}


def sail_all(scene: Scene) -> None:
    """Every lane's ships for the window, and the ships that wait at anchor."""
    for lane in scene.ways["lane"]:
        for forth in (True, False):
            _one_way(scene, lane, forth)
    for anchorage in scene.set["anchorage"]:
        _waiting(scene, anchorage)


def new_ship(scene: Scene, rng: np.random.Generator, trade: str, track_of: Any) -> Vessel:
    """A ship of a trade; `track_of(speed_kn)` gives its track."""
    m = scene.set["merchant"][trade]
    size = float(rng.beta(1.3, 2.2))
    low, high = m["length_m"]
    length = round(low + (high - low) * size)
    slow, fast = m["speed_kn"]
    speed = slow + (fast - slow) * float(np.clip(0.6 * size + rng.uniform(0, 0.5), 0, 1))
    shallow, deep = m["draught_m"]
    draught = shallow + (deep - shallow) * float(np.clip(size + rng.normal(0, 0.12), 0, 1))
    return Vessel(
        identity=scene.mint.merchant(bool(rng.uniform() < m["foreign"] * min(1.0, 0.4 + size * 2))),
        kind=trade,
        track=track_of(speed),
        cls="A",
        ship_type=m["ship_type"] + int(rng.choice([0, 0, 0, 9])),
        length_m=length,
        beam_m=max(9, round(length / 6.4)),
        draught_m=round(draught, 1),
        antenna_m=12 + 20 * size,
    )


def _one_way(scene: Scene, lane: dict[str, Any], forth: bool) -> None:
    rng = scene.rng("lane", lane["id"], "forth" if forth else "back")
    way = np.array(lane["points"])
    way = way if forth else way[::-1]
    a, b = (lane["from"], lane["to"]) if forth else (lane["to"], lane["from"])
    trades = list(lane["mix"])
    weight = np.array([lane["mix"][k] for k in trades], dtype=float)
    days = (scene.t1 - scene.t0) / 86_400
    for _ in range(max(1, round(lane["per_day"] * days * scene.scale))):
        leaves = rng.uniform(scene.t0, scene.t1)
        trade = str(rng.choice(trades, p=weight / weight.sum()))
        # to starboard of the middle, as ships keep; a few do not
        own = plane.beside(way, float(np.clip(rng.normal(0.4, 0.25), -0.25, 1.0)))

        def track(speed: float, own: F8 = own, leaves: float = leaves) -> Any:
            start = own[0] if not a else scene.berth(a, rng)
            v = Voyage(rng, leaves - (rng.uniform(2, 14) * 3600 if a else 0.0), start)
            v.moor(leaves)
            anchorage = _anchorage(scene, b) if b and rng.uniform() < 0.4 else None
            if anchorage is None:
                v.sail(own[1:] if not b else np.vstack([own[1:-1], [*scene.berth(b, rng), 0]]), speed)
            else:
                spot = plane.in_ellipse(rng, np.array(anchorage["at"]), np.full(2, anchorage["radius_nm"]))
                own = plane.dense(own, 0.8)
                k = max(1, plane.nearest(own, spot))
                v.sail(np.vstack([own[1:k], [*spot, 0]]), speed)
                v.anchor(v.t + rng.uniform(3, 16) * 3600, rng.uniform(0.04, 0.12))
                v.sail(np.vstack([own[k:-1], [*scene.berth(b, rng), 0]]), min(speed, 9.0))
            if b:
                v.moor(max(v.t + 3600.0, scene.t1))
            return v.done()

        ship = new_ship(scene, rng, trade, track)
        if ship.track.t[-1] > 0:
            ship.destination = DESTINATION.get(b, "FOR ORDERS")
            ship.home = a or b
            scene.vessels.append(ship)


def _anchorage(scene: Scene, port: str) -> dict[str, Any] | None:
    return next((x for x in scene.set["anchorage"] if x["port"] == port), None)


def _waiting(scene: Scene, anchorage: dict[str, Any]) -> None:
    rng = scene.rng("anchorage", anchorage["port"])
    spots: list[F8] = []
    for _ in range(scene.count(anchorage["waiting"]) * 20):
        spot = plane.in_ellipse(rng, np.array(anchorage["at"]), np.full(2, anchorage["radius_nm"]), 1.0)
        if len(spots) < scene.count(anchorage["waiting"]) and all(
            plane.apart_nm(spot, s) > 0.5 for s in spots
        ):
            spots.append(spot)
    for spot in spots:
        trade = str(rng.choice(["cargo", "bulk", "tanker", "container"], p=[0.35, 0.3, 0.25, 0.1]))

        def track(_speed: float, spot: F8 = spot) -> Any:
            return Voyage(rng, scene.t0, spot).anchor(scene.t1, rng.uniform(0.04, 0.12)).done()

        ship = new_ship(scene, rng, trade, track)
        ship.destination, ship.home = DESTINATION[anchorage["port"]], anchorage["port"]
        scene.vessels.append(ship)
