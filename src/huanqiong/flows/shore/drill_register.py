"""The drill's register of boats: its fishing boats, counted to invented stations at their harbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from huanqiong import data
from huanqiong.desk.registry.acts import import_boats, load_stations
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.trust.actor import Actor

FISHING: Final = 30
"""The ship type of fishing boats. Source: ITU-R M.1371-5, table 53."""
GEAR: Final = {"trawl": "拖网", "pair": "双船拖网", "gillnet": "刺网", "lightnet": "灯光罩网"}


def register_boats(register: Iterable[Mapping[str, Any]], *, version: str, by: Actor) -> int:
    """Enters the stations and the fishing boats of the drill's register; returns how many boats are new.

    Owners are no persons: each is called the drill's owner of that boat.
    """
    stations = data.toml("drill/stations.toml")
    source = str(stations["source"])
    at = {s["home_port"]: s for s in stations["station"]}
    load_stations(
        ({k: v for k, v in s.items() if k != "home_port"} | {"source": source} for s in at.values()), by=by
    )
    boats = [_facts(row, at) for row in register if row["ship_type"] == FISHING and row["name_zh"]]
    did, _problems = import_boats(boats, register="演练名册 DRILL", version=version, by=by)
    return did["new"]


def _facts(row: Mapping[str, Any], at: Mapping[str, Mapping[str, Any]]) -> BoatFacts:
    station = at.get(row["home_port_zh"] or "")
    return BoatFacts(
        name=row["name_zh"],
        where=f"drill register, {row['name_zh']}",
        township=station["township"] if station else "",
        home_port=row["home_port_zh"] or "",
        station=station["code"] if station else "",
        length_m=float(row["length_m"]) if row["length_m"] else None,
        owner=f"演练船主（{row['name_zh']}）",
        gear=GEAR.get(row["kind"], ""),
        mmsi=row["mmsi"],
    )
