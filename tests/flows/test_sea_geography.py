"""A store's own geography: taken where there is one, bad rows listed, used by detection and by a drill."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from huanqiong.core.errors import InputError
from huanqiong.core.geography import load_geography
from huanqiong.drill import World
from huanqiong.flows import drill_hainan, sea_archive
from huanqiong.flows.sea_geography import geography_of
from huanqiong.lake.store import Store

pytestmark = pytest.mark.django_db


def test_a_store_without_its_own_takes_the_bundled(store: Store) -> None:
    assert geography_of(store) is load_geography()


def test_anchorages_are_added_and_bad_rows_listed(store: Store) -> None:
    store.geography.mkdir()
    file = store.geography / "anchorages.csv"
    file.write_text("lat,lon,label,radius_m\n19.0,107.5,wait,2500\nx,1,y,\n", encoding="utf-8")
    own = geography_of(store)
    assert "wait" in own.anchorages.label
    side = store.path / "rejects" / "geography.jsonl"
    (row,) = [json.loads(line) for line in side.read_text().splitlines()]
    assert row["column"] == "lat"
    assert row["where"].endswith("anchorages.csv, row 3")
    file.write_text("lat,lon,label,radius_m\n19.0,107.5,wait,2500\n", encoding="utf-8")
    assert "wait" in geography_of(store).anchorages.label
    assert not side.exists()


def test_a_file_without_one_good_row_stops_the_run(store: Store) -> None:
    store.geography.mkdir()
    (store.geography / "anchorages.csv").write_text("lat,lon\n,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"anchorages\.csv, row 2"):
        sea_archive.detect(store)


def test_detection_uses_them_and_says_what_it_could_not_use(
    store: Store, world: World, tmp_path: Path
) -> None:
    """The same hours twice: a gap near an anchorage that only the store knows is one at anchor."""
    file = tmp_path / "world.parquet"
    pq.write_table(world.positions, file)
    for _ in sea_archive.load(store, [file]):
        pass
    before = sea_archive.detect(store)
    assert "set aside" not in str(before)
    kinds = events_of()
    slow = [e for e in kinds if e["kind"] in ("gap", "loitering")]
    assert slow
    store.geography.mkdir()
    rows = "".join(f"{e['lat']},{e['lon']},here\n" for e in slow)
    (store.geography / "anchorages.csv").write_text(f"lat,lon,label\n{rows}nowhere,1,x\n")
    after = sea_archive.detect(store)
    assert "1 row of anchorages set aside, the first: " in str(after)
    left = [e for e in events_of() if e["kind"] in ("gap", "loitering")]
    assert not [e for e in left if (e["lat"], e["lon"]) in {(s["lat"], s["lon"]) for s in slow}]


def events_of() -> list[dict]:
    from huanqiong.desk.watch.verdict_table import events_table

    return events_table().to_pylist()


def test_a_drill_brings_its_chart(store: Store, monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(drill_hainan, "hainan", lambda _seed, _hours: world)
    drill_hainan.stage(store, seed=5, hours=6)
    own = geography_of(store)
    assert own.set_aside == ()
    labels = set(own.anchorages.label)
    assert set(world.anchorages["label"].to_pylist()) <= labels
    text = (store.geography / "anchorages.csv").read_text()
    drill_hainan.stage(store, seed=5, hours=6)
    assert (store.geography / "anchorages.csv").read_text() == text
