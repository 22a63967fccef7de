"""A feed's detectors as bytes for a file: a line that says what made them, their zones, then the state."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

import shapely

from huanqiong.lines.sea.live import Live
from huanqiong.lines.sea.zone import Zone


def plain_zones(zones: Sequence[Zone]) -> list[list[str]]:
    """Zones as they are compared and written: id, name, shape (WKB, hexadecimal)."""
    return [[z.id, z.name, str(shapely.to_wkb(z.shape, hex=True))] for z in zones]


def pack(live: Live, zones: Sequence[Zone], made_by: Sequence[str]) -> bytes:
    """The detectors with their zones; `made_by` names what must be the same to take them up."""
    state = live.save()
    head = {
        "made_by": list(made_by),
        "zones": plain_zones(zones),
        "sha256": hashlib.sha256(state).hexdigest(),
    }
    return json.dumps(head).encode() + b"\n" + state


def unpack(
    content: bytes, make: Callable[[list[Zone]], Live], made_by: Sequence[str]
) -> tuple[Live, list[Zone]] | None:
    """The detectors and their zones; None: made by others, or damaged. `make` gives empty ones over zones."""
    first, _, state = content.partition(b"\n")
    head = json.loads(first)
    if head["made_by"] != list(made_by) or hashlib.sha256(state).hexdigest() != head["sha256"]:
        return None
    zones = [Zone(id_, name, shapely.from_wkb(shape)) for id_, name, shape in head["zones"]]
    live = make(zones)
    live.load(state)
    return live, zones
