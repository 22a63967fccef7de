"""The world's ports: where the list was wrong, what was done, and that nothing else lies out at sea."""

from __future__ import annotations

import csv

import numpy as np

from huanqiong.core.geography import load_geography
from huanqiong.core.place import haversine_m
from huanqiong.data import path

CORRECTIONS = path("geography") / "world-ports-corrections.csv"
OFFSHORE = {
    "AEABU",
    "AEARZ",
    "AEDAS",
    "AEFAT",
    "AOPAT",
    "AOTAK",
    "AUAIR",
    "AUCHV",
    "AUCOP",
    "AUGRV",
    "AUJOV",
    "CGNKO",
    "CMKOL",
    "CMMOU",
    "IRCYT",
    "MXCAT",
    "PGKUL",
    "TNASH",
}
"""Oil terminals and islands that the shoreline of the world does not draw: more than 30 km off is right."""


def test_every_correction_has_a_reason_and_was_made() -> None:
    ports = load_geography().world_ports
    at = {p.id: (p.lat, p.lon) for p in ports}
    rows = list(csv.DictReader(CORRECTIONS.read_text(encoding="utf-8").splitlines()))
    assert len({r["locode"] for r in rows}) == len(rows) > 100
    for r in rows:
        assert len(r["reason"]) > 10, r
        if r["action"] == "drop":
            assert r["locode"] not in at
            continue
        assert r["action"] == "move"
        assert at[r["locode"]] == (float(r["lat"]), float(r["lon"])), r
        assert haversine_m(*at[r["locode"]], float(r["was_lat"]), float(r["was_lon"])) > 2_000, r


def test_visby_lies_on_gotland() -> None:
    port, dist_m = load_geography().nearest_port(57.64, 18.29)
    assert (port.id, port.name_en) == ("SEVBY", "Visby")
    assert dist_m < 1_000
    assert load_geography().nearest_port(57.63, 11.6)[0].id != "SEVBY"


def test_no_port_lies_far_out_at_sea_but_the_terminals() -> None:
    g = load_geography()
    w = g.world_ports
    far = np.flatnonzero((g.coast.distance_m(w.lat, w.lon) > 30_000) & ~g.coast.on_land(w.lat, w.lon))
    assert {w[int(i)].id for i in far} <= OFFSHORE
