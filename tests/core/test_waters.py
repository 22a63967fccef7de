"""Legal waters come from a layer that somebody official issued; a position outside it has none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from huanqiong.core.errors import InputError
from huanqiong.core.geography.waters import read_waters


def square(waters: str, half: float, *, own: Any = True) -> dict[str, Any]:
    """A square about 20 N 110 E."""
    w, e, s, n = 110 - half, 110 + half, 20 - half, 20 + half
    ring = [[w, s], [e, s], [e, n], [w, n], [w, s]]
    told = {"waters": waters, "own": own, "name_zh": "水", "name_en": "water"}
    return {"type": "Feature", "properties": told, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def layer(*features: dict[str, Any], **change: Any) -> bytes:
    told = {"type": "FeatureCollection", "source": "Office", "date": "2025-01-01", "features": list(features)}
    return json.dumps({k: v for k, v in (told | change).items() if v is not None}).encode()


NESTED = layer(square("eez", 2.0, own=False), square("territorial", 1.0))


@pytest.mark.parametrize(
    ("lat", "lon", "waters", "edge_km"),
    [
        (20.0, 110.0, "territorial", 104.5),
        (20.0, 111.5, "eez", 52.2),
        (20.9, 110.0, "territorial", 11.1),
        (20.0, 112.1, None, 0),
    ],
)
def test_the_smallest_that_holds_the_position_and_how_near_the_next_line_is(
    lat: float, lon: float, waters: str | None, edge_km: float
) -> None:
    found = read_waters(NESTED, "x").at(lat, lon)
    if waters is None:
        assert found is None
        return
    assert found is not None
    assert found.water.waters == waters
    assert found.edge_m / 1000 == pytest.approx(edge_km, rel=0.01)


def test_it_says_who_issued_it_when_and_of_which_bytes() -> None:
    found = read_waters(NESTED, "x")
    assert (found.source, found.day.isoformat(), len(found.sha256)) == ("Office", "2025-01-01", 64)
    assert read_waters(NESTED + b" ", "x").sha256 != found.sha256


BOW = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"no", "not JSON"),
        (layer(), "no waters"),
        (layer(square("eez", 1), source=None), "layer of waters"),
        (layer(square("eez", 1), source=" "), "who issued it"),
        (layer(square("eez", 1), date="lately"), "layer of waters"),
        (layer(square("ours", 1)), "waters 'ours'"),
        (layer(square("eez", 1, own="yes")), "own 'yes'"),
        (layer(square("eez", 1) | {"geometry": BOW}), "Self-intersection"),
        (layer(square("eez", 1) | {"geometry": {"type": "Point", "coordinates": [0, 0]}}), "Point"),
        (layer(square("eez", 1) | {"geometry": None}), "layer of waters"),
    ],
)
def test_a_layer_that_is_not_whole_is_no_layer(raw: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_waters(raw, "waters.geojson")
