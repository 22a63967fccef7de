"""Coast, ports, anchorages, sea areas and divisions of a theatre: bundled, replaceable, fingerprinted."""

from __future__ import annotations

from huanqiong.core.geography.anchorages import Anchorages, SetAside, load_anchorages, told
from huanqiong.core.geography.areas import Division, SeaArea, SeaAreas
from huanqiong.core.geography.coast import Coast
from huanqiong.core.geography.geography import Geography, load_geography
from huanqiong.core.geography.kernels import CoastArrays
from huanqiong.core.geography.places import NamedPlace, Places
from huanqiong.core.geography.points import PointArrays, Points
from huanqiong.core.geography.ports import Port, Ports, read_world_port_index

__all__ = [
    "Anchorages",
    "Coast",
    "CoastArrays",
    "Division",
    "Geography",
    "NamedPlace",
    "Places",
    "PointArrays",
    "Points",
    "Port",
    "Ports",
    "SeaArea",
    "SeaAreas",
    "SetAside",
    "load_anchorages",
    "load_geography",
    "read_world_port_index",
    "told",
    "warm",
]


def warm() -> None:
    """Compiles this room's kernels by asking each once."""
    import numpy as np

    from huanqiong.core.geography.points import nearest_point, no_point_near

    g = load_geography()
    lat, lon = np.array([20.1]), np.array([110.2])
    g.coast.distance_m(lat, lon)
    g.coast.within(lat, lon, 1000.0)
    g.coast.bounds_m(lat, lon)
    g.coast.on_land(lat, lon)
    points = g.anchorages.arrays()
    nearest_point(points, 20.1, 110.2)
    no_point_near(points, 20.1, 110.2)
