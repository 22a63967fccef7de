"""What leaves the store stands on its own: every kind, every version, and not one other ship's track."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import evidence_world as world
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from huanqiong.core.errors import MissingError, RefusedError, UsageError
from huanqiong.core.profile import Profile, load_profile
from huanqiong.core.schema import T
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads as people
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.suites import read_verify_key, suite_of
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.acts import raising
from huanqiong.desk.watch.models import Alert, Verdict
from huanqiong.desk.watch.policy import watch_policy
from huanqiong.flows import sea_archive, sea_grounds
from huanqiong.flows.evidence import form
from huanqiong.flows.evidence.export import Exported, export
from huanqiong.flows.evidence.opening import Check
from huanqiong.flows.evidence.verify import verify
from huanqiong.flows.live_detect import LiveDetect
from huanqiong.lake import bundle
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store
from huanqiong.lines.sea.kernels import KINDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(db: None) -> Any:
    trust.create_person("chief", by=OPERATOR, name_zh="张三")
    trust.grant_role("chief", "supervisor", by=OPERATOR)
    return people.person("chief")


@pytest.fixture
def loud(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind raises an alert, so that every kind can be exported."""
    policy = replace(watch_policy(), quiet_kinds=frozenset())
    monkeypatch.setattr(raising, "watch_policy", lambda: policy)


@pytest.fixture
def bring(store: Store, tmp_path: Path) -> Callable[[str, bytes], str]:
    """bring(name, content) loads a file and detects; returns the raw file's SHA-256."""

    def do(name: str, content: bytes) -> str:
        file = tmp_path / name
        file.write_bytes(content)
        [loaded] = sea_archive.load(store, [file])
        sea_archive.detect(store)
        return loaded.sha256

    return do


def checked(done: Exported, directory: Path, **more: Any) -> list[Check]:
    """The checks of the written bundle."""
    file = directory / "evidence.zip"
    bundle.write(file, done.members)
    return list(verify(file, **more))


def failed(checks: list[Check]) -> list[str]:
    return [f"{c.name}: {c.text}" for c in checks if c.state == "fail"]


def versions(done: Exported) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.members[form.VERDICTS].splitlines()]


def ships(data: bytes) -> set[str]:
    """The MMSIs in a bundle's positions."""
    return {line.split(",")[2] for line in data.decode().splitlines()[1:]}


def test_every_kind_reproduces_from_its_own_rows_alone(
    store: Store, chief: Any, loud: None, bring: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    west, south = world.MEET[1] - 0.1, world.MEET[0] - 0.1
    ring = [[west, south], [west + 0.2, south], [west + 0.2, south + 0.2], [west, south + 0.2], [west, south]]
    zone = registry.draw_zone("会合区", {"type": "Polygon", "coordinates": [ring]}, by=chief)
    bring("morning.nmea", world.sentences(world.before_noon()))
    registry.rename_zone(zone, by=chief, name="renamed since")
    registry.archive_zone(zone, by=chief)
    seen: set[str] = set()
    for alert in Alert.objects.order_by("pk"):
        done = export(store, alert.pk, by=chief, purpose="court 7")
        assert done.why == {}
        assert done.reproduced == done.verdicts == alert.verdicts.count() > 0
        assert done.not_read == 0
        checks = checked(done, tmp_path)
        assert failed(checks) == []
        assert [c.state for c in checks if c.name == "verdict"] == ["ok"] * done.verdicts
        seen |= {v["content"]["kind"] for v in versions(done)}
        own = {
            s.removeprefix("mmsi:") for v in alert.verdicts.all() for s in (v.subject, v.other_subject) if s
        }
        assert ships(done.members[form.POSITIONS]) == own
        raw = b"".join(data for name, data in done.members.items() if name.endswith(".nmea"))
        assert raw.count(b"!AIVDM") == done.rows
    assert seen == {*KINDS, "distress"}


def test_both_versions_of_what_late_data_changed(
    store: Store, chief: Any, bring: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    first = bring("morning.nmea", world.sentences(world.before_noon()))
    before = Verdict.objects.get(kind="open_gap", mmsi=world.SILENT)
    assert before.alert is not None
    watch.claim(before.alert.pk, by=chief, shown={"raw": before.raw})
    early = export(store, before.alert.pk, by=chief, purpose="before")
    late = bring("afternoon.csv", world.csv(world.afternoon()))
    after = Verdict.objects.get(kind="gap", mmsi=world.SILENT)
    assert Verdict.objects.get(pk=before.pk).replaced_by == after
    done = export(store, before.alert.pk, by=chief, purpose="after")
    both = {v["content"]["kind"]: v for v in versions(done) if v["content"]["kind"].endswith("gap")}
    assert both.keys() == {"open_gap", "gap"}
    assert (both["open_gap"]["current"], both["gap"]["current"]) == (False, True)
    [old] = [v for v in versions(early) if v["id"] == before.pk]
    assert old["content"] == both["open_gap"]["content"]
    runs = {r["name"]: r for r in json.loads(done.members[form.MANIFEST])["runs"]}
    assert runs[both["open_gap"]["run"]]["left_out"] == [late]
    assert runs[both["gap"]["run"]]["left_out"] == []
    checks = checked(done, tmp_path)
    assert failed(checks) == []
    assert any("1 frozen" in c.text for c in checks)
    suffixes = {
        name[69:] for name in done.members if name.startswith(("raw/" + first[:9], "raw/" + late[:9]))
    }
    assert suffixes == {"nmea", "csv"}


def test_what_was_found_live_comes_out_of_the_lake_too(store: Store, chief: Any, tmp_path: Path) -> None:
    rows, lake = world.table(world.before_noon()), Lake(store.lake)
    detect = LiveDetect(store, lake)
    for n, at in enumerate(range(15, 315, 15)):
        t = rows.column("t")
        now = world.START + timedelta(minutes=at)
        part = rows.filter(
            pc.and_(
                pc.greater_equal(t, pa.scalar(now - timedelta(minutes=15), T)), pc.less(t, pa.scalar(now, T))
            )
        )
        detect.take(part, now, now + timedelta(seconds=60))
        lake.append(part, source_id=f"feed {n}")
    detect.end()
    final, provisional = 0, {False: 0, True: 0}
    for alert in Alert.objects.order_by("pk"):
        done = export(store, alert.pk, by=chief, purpose="x")
        checks = checked(done, tmp_path)
        assert failed(checks) == []
        for v in versions(done):
            if v["content"]["provisional"]:
                provisional[v["run"] is None] += 1
                assert v["run"] or v["not_reproducible"].startswith("provisional")
            else:
                final += 1
                assert v["run"], v["not_reproducible"]
    assert final > 5
    assert provisional[True] == 0
    assert provisional[False] > 5


def test_rows_that_came_without_their_file_are_told(
    store: Store, chief: Any, bring: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    sha = bring("morning.nmea", world.sentences(world.before_noon()))
    (store.objects / sha[:2] / sha).unlink()
    alert = Verdict.objects.filter(kind="encounter").get().alert
    assert alert is not None
    done = export(store, alert.pk, by=chief, purpose="test")
    assert done.not_read == done.rows > 0
    checks = checked(done, tmp_path)
    assert failed(checks) == []
    [raw] = [c for c in checks if c.name == "raw bytes"]
    assert raw.state == "note"
    assert "NOT re-read" in raw.text


def test_what_no_longer_comes_out_is_told_not_hidden(
    store: Store, chief: Any, bring: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    bring("morning.nmea", world.sentences(world.before_noon()))
    v = Verdict.objects.get(kind="fast_near_coast")
    assert v.alert is not None
    row = {n: getattr(v, n) for n in ("kind", "subject", "mmsi", "t0", "lat", "lon", "score", "reasons")}
    row |= {"t1": v.t1, "severity": 3, "profile": v.profile, "version": v.version, "policy": v.policy}
    watch.raise_alerts([row | {"geography": v.geography}], by=SYSTEM)
    done = export(store, v.alert.pk, by=chief, purpose="test")
    assert (done.verdicts, done.reproduced) == (2, 1)
    [why] = done.why.values()
    assert why.startswith("found again with other values")
    checks = checked(done, tmp_path)
    assert failed(checks) == []
    assert [c.state for c in checks if c.name == "verdict"].count("note") == 1


def test_an_upgrade_does_not_orphan_what_was_found(
    store: Store,
    chief: Any,
    bring: Callable[[str, bytes], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring("morning.nmea", world.sentences(world.before_noon()))
    alert = Alert.objects.filter(kind="encounter").get().pk
    before = export(store, alert, by=chief, purpose="x")
    assert not [n for n in before.members if n.startswith("geography/")]
    store.geography.mkdir()
    (store.geography / "anchorages.csv").write_text("lat,lon,label\n17.3,109.0,new\n")
    bundled = load_profile

    def newer(where: str | Path) -> Profile:
        found = bundled(where)
        return replace(found, version="2031.1") if where == "hainan" else found

    monkeypatch.setattr(sea_grounds, "load_profile", newer)
    done = export(store, alert, by=chief, purpose="x")
    assert (done.why, done.reproduced) == ({}, before.reproduced)
    assert [n for n in done.members if n.startswith("geography/")]
    assert failed(checked(done, tmp_path)) == []
    for place in (store.path / "grounds").iterdir():
        shutil.rmtree(place)
    done = export(store, alert, by=chief, purpose="x")
    assert done.reproduced == 0
    assert all("nor the store holds the profile hainan" in why for why in done.why.values())


def test_an_export_is_an_act_with_a_right_and_a_purpose(
    store: Store, chief: Any, bring: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    bring("morning.nmea", world.sentences(world.before_noon()))
    trust.create_person("li", by=OPERATOR)
    trust.grant_role("li", "duty_officer", by=OPERATOR)
    alert = Alert.objects.filter(kind="encounter").get().pk
    with pytest.raises(RefusedError, match=r"evidence\.export"):
        export(store, alert, by=people.person("li"), purpose="curious")
    with pytest.raises(UsageError, match="purpose"):
        export(store, alert, by=chief, purpose=" ")
    with pytest.raises(MissingError):
        export(store, 10_000, by=chief, purpose="x")
    assert people.audit(act="evidence.export") == []
    done = export(store, alert, by=chief, purpose="案号 2026-17")
    [entry] = people.audit(act="evidence.export")
    assert entry.subject == f"alert:{alert}"
    assert entry.details["purpose"] == "案号 2026-17"
    assert entry.details["content_sha256"] == form.content_sha256(done.members)
    key = read_verify_key(done.members[form.KEY])
    [signature] = [c for c in checked(done, tmp_path, key=key) if c.name == "signature"]
    assert signature.state == "ok"
    other = read_verify_key(_another_key())
    assert "another store" in failed(checked(done, tmp_path, key=other))[0]


def _another_key() -> bytes:
    return suite_of("intl").new_key().public().pem()


def test_the_same_alert_gives_the_same_content(
    store: Store, chief: Any, bring: Callable[[str, bytes], str]
) -> None:
    bring("morning.nmea", world.sentences(world.before_noon()))
    alert = Alert.objects.filter(kind="encounter").get().pk
    one, two = (export(store, alert, by=chief, purpose="x") for _ in range(2))
    names = one.members.keys() - {form.AUDIT, form.MANIFEST, form.SIGNATURE}
    assert one.members.keys() == two.members.keys()
    assert all(one.members[n] == two.members[n] for n in names)


def test_a_parquet_source_is_read_again_row_by_row(
    store: Store, chief: Any, bring: Callable[[str, bytes], str], tmp_path: Path
) -> None:
    out = pa.BufferOutputStream()
    names = ["mmsi", "t", "lat", "lon", "sog_kn", "cog_deg"]
    pq.write_table(world.table(world.before_noon()).select(names), out, row_group_size=100)
    bring("morning.parquet", out.getvalue().to_pybytes())
    alert = Alert.objects.filter(kind="encounter").get().pk
    done = export(store, alert, by=chief, purpose="x")
    assert (done.not_read, done.reproduced) == (0, done.verdicts)
    raw = tmp_path / "morning.parquet"
    checks = checked(done, tmp_path, raw=[raw])
    assert failed(checks) == []
    assert [c.state for c in checks if c.name == "original"] == ["ok"]
