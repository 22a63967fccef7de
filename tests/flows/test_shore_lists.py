"""Lists of boats and stations as offices have them: good rows in, bad ones aside with their remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from huanqiong.core.datum import convert
from huanqiong.core.errors import InputError, LayoutError
from huanqiong.desk.registry.models import Boat, Device, Station
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.flows.shore.drill_register import register_boats
from huanqiong.flows.shore.lists import Entered, enter_boats, enter_stations

pytestmark = pytest.mark.django_db
FILE = Path("名册2026.csv")
HEAD = "序号,船名号,所属乡镇,船长（米）,主机总功率(千瓦),船舶所有人,AIS,北斗终端号,有效期至,站点编码\n"
GOOD = "1,琼临渔11479,调楼镇,11.5,58.8,王某,412900001,423001,2027年12月31日,vms-1\n"
STATIONS = "code,kind,name_zh,source,lat,lon,datum\n"
STATIONS += "vms-1,vessel_station,调楼船管站,公安局 2026,19.95,109.54,GCJ-02\n"


def enter(text: str, encoding: str = "utf-8", **more: object) -> Entered:
    return enter_boats(FILE, text.encode(encoding), by=OPERATOR, **more)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_as_a_spreadsheet_saves_it(encoding: str) -> None:
    assert enter_stations(Path("s.csv"), STATIONS.encode(), by=OPERATOR).changed == 1
    done = enter(HEAD + GOOD, encoding)
    assert (done.rows, done.new, done.problems) == (1, 1, [])
    boat = Boat.objects.get()
    assert (boat.name, boat.length_m, boat.owner, str(boat.valid_to)) == (
        "琼临渔11479",
        11.5,
        "王某",
        "2027-12-31",
    )
    assert (boat.station.code, boat.register, boat.version) == ("vms-1", "名册2026", done.digest[:12])
    assert set(Device.objects.values_list("kind", "ident")) == {("ais", "412900001"), ("beidou", "423001")}
    again = enter(HEAD + GOOD, encoding)
    assert (again.new, again.changed, again.same) == (0, 0, 1)


def test_bad_rows_are_named_with_their_remedy_and_good_ones_kept() -> None:
    enter_stations(Path("s.csv"), STATIONS.encode(), by=OPERATOR)
    done = enter(
        HEAD
        + ",琼临渔1,镇,十二米,,,,,,\n,,,,,,,,,\n"
        + GOOD
        + ",琼临渔2,,,,,,,2027-13-40,\n,琼临渔3,,,,,abc,,,\n"
    )
    assert (done.rows, done.new) == (4, 1)
    told = [(p.where, p.cause) for p in done.problems]
    assert [w for w, _ in told] == ["名册2026.csv row 2", "名册2026.csv row 5", "名册2026.csv row 6"]
    assert [c.split()[0] for _, c in told] == ["length_m", "valid_to", "mmsi"]
    assert all(p.remedy for p in done.problems)


def test_a_whole_list_takes_out_who_is_not_in_it_unless_rows_were_bad() -> None:
    two = "船名\n琼临渔1\n琼临渔2\n"
    assert enter(two, register="县").new == 2
    assert enter("船名\n琼临渔1\n,\n", register="县", whole=True).gone == 1
    assert enter("船名,船长\n琼临渔2,\n琼临渔1,x\n", register="县", whole=True).gone == 0
    assert Boat.objects.filter(gone_at=None).count() == 2


def test_what_is_no_list_says_so() -> None:
    with pytest.raises(LayoutError, match=r"row 1.*no column name.*船名"):
        enter("a,b\n1,2\n")
    with pytest.raises(InputError, match="no text"):
        enter_boats(FILE, b"PK\x03\x04\xff\xff\x00\x81\xff", by=OPERATOR)


def test_a_stations_place_is_brought_to_wgs84_or_asked_about() -> None:
    enter_stations(Path("s.csv"), STATIONS.encode(), by=OPERATOR)
    s = Station.objects.get()
    assert (s.lat, s.lon) == convert(19.95, 109.54, of="GCJ-02", to="WGS-84") != (19.95, 109.54)
    done = enter_stations(Path("s.csv"), STATIONS.replace("GCJ-02", "").encode(), by=OPERATOR)
    assert done.changed == 0
    assert "datum" in done.problems[0].cause
    assert "BD-09" in done.problems[0].remedy


def test_the_drills_register_is_entered_once() -> None:
    row = {"mmsi": 499003025, "name_zh": "琼文昌渔944233", "ship_type": 30, "kind": "gillnet", "length_m": 14}
    row |= {"home_port_zh": "文昌清澜"}
    rows = [row, row | {"ship_type": 70, "mmsi": 499003026, "name_zh": "演海丰910"}]
    assert register_boats(rows, version="1", by=OPERATOR) == 1
    assert register_boats(rows, version="1", by=OPERATOR) == 0
    boat = Boat.objects.get()
    assert (boat.station.code, boat.gear) == ("drill-vms-qinglan", "刺网")
    assert Station.objects.count() == 14


def test_the_command_writes_what_it_set_aside(hq_home: Path, tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    list_of = tmp_path / "list.csv"
    list_of.write_text("船名,船长\n琼临渔1,9\n琼临渔2,x\n", encoding="utf-8")
    code = "from huanqiong.lake.store import create_store as make; "
    code += "make('s', kind='live', title_zh='x', title_en='x')"
    env = os.environ | {"HUANQIONG_HOME": str(hq_home)}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)
    command = [sys.executable, "-m", "huanqiong.cli", "boats", "import", str(list_of), "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) | {"sha256": ""} == {
        "store": "s", "rows": 2, "new": 1, "changed": 0, "same": 0, "gone": 0, "set_aside": 1, "sha256": "",
    }  # fmt: skip
    aside = json.loads((tmp_path / "list.csv.rejects.jsonl").read_text(encoding="utf-8"))
    assert aside["where"] == "list.csv row 3"
    assert "length_m" in done.stderr
    strict = subprocess.run([*command, "--strict"], env=env, capture_output=True, text=True, check=False)
    assert strict.returncode == 1
