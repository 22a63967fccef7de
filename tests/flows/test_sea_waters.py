"""Waters of a place in a store: the layer's answer, or in words why there is none; never the coast's."""

from __future__ import annotations

import json

from huanqiong.flows.sea_waters import waters_at
from huanqiong.lake.store import Store

RING = [[109.0, 19.0], [111.0, 19.0], [111.0, 21.0], [109.0, 21.0], [109.0, 19.0]]
LAYER = {
    "type": "FeatureCollection",
    "source": "Trial office, no real boundary",
    "date": "2026-01-02",
    "features": [
        {
            "type": "Feature",
            "properties": {"waters": "territorial", "own": True, "name_zh": "试", "name_en": "trial"},
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        }
    ],
}


def test_without_a_layer_nothing_is_determined_even_in_a_harbour(store: Store) -> None:
    for lat, lon in ((20.03, 110.28), (18.23, 109.49), (19.2, 109.7)):  # Haikou, Sanya, dry land
        found = waters_at(store, lat, lon)
        assert (found.code, found.own, found.why) == ("", False, "no_layer")


def test_the_layer_answers_where_it_says_something(store: Store) -> None:
    store.geography.mkdir()
    file = store.geography / "waters.geojson"
    file.write_text(json.dumps(LAYER), encoding="utf-8")
    found = waters_at(store, 20.0, 110.0)
    assert (found.code, found.own, found.source, str(found.day)) == (
        "territorial", True, LAYER["source"], "2026-01-02",
    )  # fmt: skip
    assert found.edge_m is not None
    outside = waters_at(store, 18.0, 110.0)
    assert (outside.code, outside.own, outside.why, outside.sha256) == ("", False, "outside", found.sha256)
    assert waters_at(store, None, None).why == "no_position"
    file.write_text("{", encoding="utf-8")
    assert waters_at(store, 20.0, 110.0).why == "unreadable"
