"""Ferries by timetable: boats of a line go round, so that one leaves each end every `headway_min`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from huanqiong.drill import plane
from huanqiong.drill.scene import Scene, Vessel
from huanqiong.drill.track import Track, Voyage


def sail_all(scene: Scene) -> None:
    """Every ferry line, on its timetable."""
    for line in scene.ways["ferry"]:
        way = np.array(line["points"])
        crossing_s = plane.legs_nm(way).sum() / line["speed_kn"] * 3600
        round_s = 2 * (crossing_s + line["turn_min"] * 60)
        boats = math.ceil(round_s / (line["headway_min"] * 60))
        for i in range(boats):
            _boat(scene, line, i, boats * line["headway_min"] * 60.0)


def _boat(scene: Scene, line: dict[str, Any], i: int, round_s: float) -> None:
    rng = scene.rng("ferry", line["from"], line["to"], i)
    way = np.array(line["points"])
    slots = {p: scene.berth(p, rng) for p in (line["from"], line["to"])}
    v = Voyage(rng, scene.t0, slots[line["from"]])
    first, last = line["hours"]
    k, here = 0, line["from"]
    while v.t < scene.t1 - 1:
        leaves = scene.at(scene.days()[0], 0) + i * line["headway_min"] * 60.0 + k * round_s
        k += 1
        for end, own, wait in (
            (line["to"], way, leaves),
            (line["from"], way[::-1], leaves + round_s / 2),
        ):
            hour = ((wait - scene.midnight_s) / 3600) % 24
            if here == end or wait < v.t or not first <= hour < last:
                continue
            here = end
            v.moor(wait + float(rng.gamma(1.5, 120)))
            side = plane.beside(own, float(np.clip(rng.normal(0.22, 0.12), -0.1, 0.6)))
            v.sail(np.vstack([side[1:-1], [*slots[end], 0]]), line["speed_kn"] * rng.uniform(0.93, 1.07))
        if leaves > scene.t1:
            v.moor(scene.t1)
    scene.vessels.append(
        Vessel(
            identity=scene.mint.service(line["name_zh"], line["name_en"], imo=True),
            kind="ferry",
            track=v.done(),
            cls="A",
            ship_type=69 if line["speed_kn"] < 20 else 60,
            length_m=line["length_m"],
            beam_m=line["beam_m"],
            home=line["from"],
            draught_m=round(4.0 + rng.uniform(0, 1.2), 1),
            destination=f"{line['from']}-{line['to']}".upper()[:20],
            antenna_m=26.0,
        )
    )


def departures(track: Track, port: np.ndarray, away_nm: float = 1.0) -> int:
    """How often a track leaves a port's neighbourhood; a check for tests and notes."""
    k = np.cos(np.radians(port[0]))
    far = np.hypot(track.lat - port[0], (track.lon - port[1]) * k) * 60.0 > away_nm
    return int((far[1:] & ~far[:-1]).sum())
