"""The scene: data files read into arrays, the clock of the island, and the vessels put on it so far."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from huanqiong import data
from huanqiong.drill.identity import Identity, Mint
from huanqiong.drill.plane import F8
from huanqiong.drill.track import Track
from huanqiong.drill.truth import Fact

SETTINGS = "drill/hainan.toml"
WAYS = "drill/hainan_ways.toml"


@dataclass(slots=True)
class Vessel:
    """One ship, boat or buoy: who it is, where it truly goes, when its transmitter is off."""

    identity: Identity
    kind: str  # trade word: cargo, tanker, ferry, trawl, pair, gillnet, lightnet, patrol, buoy ...
    track: Track
    cls: Literal["A", "B"]
    ship_type: int
    length_m: int
    beam_m: int
    home: str = ""  # a port's key
    draught_m: float = 0.0
    destination: str = ""
    antenna_m: float = 8.0
    every_s: float | None = None  # None: by class
    quiet: list[tuple[float, float]] = field(default_factory=list)
    fading: float = 1.0  # share of its reports that get out: poor aerials on small boats


@dataclass(slots=True)
class Scene:
    """What the makers of traffic share. Seconds count from the window's start."""

    seed: int
    scale: float
    t0: float  # start of the warm-up, negative
    t1: float  # end of the window
    midnight_s: float  # seconds from the window's start back to the last local midnight, negative or 0
    mint: Mint
    set: dict[str, Any]
    ways: dict[str, Any]
    vessels: list[Vessel] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def rng(self, *name: str | int) -> np.random.Generator:
        """A generator of its own for each name, so that one maker's draws never move another's."""
        return np.random.default_rng([self.seed, zlib.crc32("/".join(map(str, name)).encode())])

    def count(self, n: float) -> int:
        """A number of vessels at this scale."""
        return max(1, round(n * self.scale))

    def at(self, day: int, hour: float) -> float:
        """Seconds at a local clock hour of the window's n-th local day (0 = the day it starts in)."""
        return self.midnight_s + (day * 24 + hour) * 3600.0

    def days(self) -> range:
        """Local days the warm-up and the window touch."""
        return range(
            int((self.t0 - self.midnight_s) // 86_400), int((self.t1 - self.midnight_s) // 86_400) + 1
        )

    def port(self, key: str) -> F8:
        """A port's point."""
        return np.array(self.ways["port"][key]["at"])

    def berth(self, key: str, rng: np.random.Generator) -> F8:
        """A place to lie in a port."""
        p = self.ways["port"][key]
        r = p["spread_nm"] * np.sqrt(rng.uniform(0, 1)) / 60.0
        a = rng.uniform(0, 2 * np.pi)
        lat = p["at"][0] + r * np.sin(a)
        return np.array([lat, p["at"][1] + r * np.cos(a) / np.cos(np.radians(lat))])

    def lane(self, name: str) -> dict[str, Any]:
        """A lane by its name."""
        return next(x for x in self.ways["lane"] if x["id"] == name)

    def fairway(self, port: str) -> F8:
        """The first lane that touches a port, from the port outwards."""
        lane = next(x for x in self.ways["lane"] if port in (x["from"], x["to"]))
        way = np.array(lane["points"])
        return way if lane["from"] == port else way[::-1]

    def beach(self, name: str) -> dict[str, Any]:
        """A beach by its name."""
        return next(x for x in self.ways["beach"] if x["id"] == name)

    def way(self, port: str, ground: str) -> F8:
        """The way from a port to the rim of a fishing ground."""
        return np.array(
            next(w["points"] for w in self.ways["way"] if w["port"] == port and w["ground"] == ground)
        )


def open_scene(seed: int, hours: float, scale: float, midnight_s: float) -> Scene:
    """An empty scene from the bundled data; `midnight_s`: the last local midnight, seconds from the start."""
    settings, ways = data.toml(SETTINGS), data.toml(WAYS)
    mint = Mint(np.random.default_rng([seed, 0]))
    warm = -settings["window"]["warm_up_h"] * 3600.0
    return Scene(seed, scale, warm, hours * 3600.0, midnight_s, mint, settings, ways)
