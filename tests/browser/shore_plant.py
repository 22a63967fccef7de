"""A station, its boats and two clerks in a console's store."""

from __future__ import annotations

from live_console import Console

PLANT = """
import django
django.setup()
from huanqiong.desk.registry import acts
from huanqiong.desk.registry.boat_facts import BoatFacts
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust.actor import OPERATOR

acts.load_stations([
    {"code": "vms-tanmen", "kind": "vessel_station", "name_zh": "潭门船管站", "name_en": "Tanmen station",
     "township": "潭门镇", "lat": 19.24, "lon": 110.63, "source": "invented"},
    {"code": "vms-qinglan", "kind": "vessel_station", "name_zh": "清澜船管站", "name_en": "Qinglan station",
     "township": "文城镇", "lat": 19.55, "lon": 110.83, "source": "invented"},
], by=OPERATOR)
acts.import_boats([
    BoatFacts(f"琼琼海渔9{n:04d}", f"row {n}", township="潭门镇", station="vms-tanmen", length_m=12.0 + n,
              engine_kw=60.0, owner=f"船主{n}", gear="刺网", home_port="琼海潭门",
              mmsi=412900005 if n == 1 else None, beidou="423001" if n == 1 else "")
    for n in range(1, 13)
], register="县渔船名册", version="2026-11", by=OPERATOR)
for name, zh, en in (("mei", "符梅", "Fu Mei"), ("bo", "王波", "Wang Bo")):
    trust.create_person(name, by=OPERATOR, name_zh=zh, name_en=en)
    trust.grant_role(name, "station_clerk", by=OPERATOR)
"""


def plant_shore(console: Console) -> None:
    """Twelve boats of one station, an empty second station, clerks mei and bo."""
    console.python(PLANT)
