"""The list of electronic data in a bundle: all of it, to be signed, found out when it was tampered with."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import evidence_world as world
import pytest

from huanqiong.core.errors import InputError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads as people
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.suites import suite_of
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.boarding import Basis, Hand, Officer, Record, Waters
from huanqiong.desk.watch.models import Alert
from huanqiong.flows import sea_archive
from huanqiong.flows.evidence import form
from huanqiong.flows.evidence.export import Exported, export
from huanqiong.flows.evidence.opening import Check
from huanqiong.flows.evidence.verify import verify
from huanqiong.lake import bundle
from huanqiong.lake.store import Store

pytestmark = pytest.mark.django_db
OLD = Path(__file__).with_name("evidence_format2.zip")
NEW = (form.LIST, form.SIGN_TEXT, form.SIGN_HTML, form.BOARDING)


@pytest.fixture
def chief(db: None) -> Any:
    trust.create_person("chief", by=OPERATOR, name_zh="张三")
    for role in ("supervisor", "duty_officer"):
        trust.grant_role("chief", role, by=OPERATOR)
    return people.person("chief")


@pytest.fixture
def alert(store: Store, tmp_path: Path) -> int:
    """An encounter of a made morning."""
    file = tmp_path / "morning.nmea"
    file.write_bytes(world.sentences(world.before_noon()))
    list(sea_archive.load(store, [file]))
    sea_archive.detect(store)
    return int(Alert.objects.filter(kind="encounter").get().pk)


@pytest.fixture
def boarded(alert: int, chief: Any) -> int:
    """The same, with a hit."""
    registry.add_unit("hk-1", "艇", "Boat", "patrol_boat", by=OPERATOR)
    order = watch.order(alert, "hk-1", "look", world.START + timedelta(hours=9), by=chief)
    began = world.START + timedelta(hours=6)
    record = Record(
        "hit", agency="海警", began=began, ended=began + timedelta(hours=1), flag="CN",
        basis=(Basis("海警法", "2021-01-22", 18),), officers=(Officer("王海", "B1"), Officer("李澜", "B2")),
        crew=(Hand("陈船长", "master"),), searched="hold", found="12 包", for_crew="主动打开",
        recording="R-7", present="陈船长", clock_offset_s=0.4, clock_at=began,
    )  # fmt: skip
    watch.file_boarding(order, record, Waters(why="no_layer"), by=chief, now=began + timedelta(hours=2))
    return alert


def checked(members: dict[str, bytes], directory: Path) -> list[Check]:
    file = directory / "x.zip"
    bundle.write(file, members)
    return list(verify(file))


def failed(checks: list[Check]) -> list[str]:
    return [f"{c.name}: {c.text}" for c in checks if c.state == "fail"]


def listed(done: Exported) -> dict[str, Any]:
    return dict(json.loads(done.members[form.LIST]))


def test_the_list_names_every_member_with_where_it_came_from(
    store: Store, boarded: int, chief: Any, tmp_path: Path
) -> None:
    done = export(store, boarded, by=chief, purpose="court")
    told = listed(done)
    apart = {*form.LISTS, form.AUDIT, form.MANIFEST, form.SIGNATURE, form.KEY}
    assert {i["name"] for i in told["items"]} == done.members.keys() - apart
    for item in told["items"]:
        data = done.members[item["name"]]
        assert (item["bytes"], item["sha256"]) == (len(data), form.sha256(data))
        assert item["zh"]
        assert item["en"]
        raw = re.fullmatch(r"raw/([0-9a-f]{64})\..*", item["name"])
        assert bool(raw) == bool(item["received_at"])
        if raw:
            assert raw[1] in item["from_zh"]
    checks = checked(done.members, tmp_path)
    assert failed(checks) == []
    said = [c.text for c in checks if c.name == "electronic data"]
    assert len(said) == len(told["items"])
    assert all(i["sha256"] in " ".join(said) for i in told["items"])
    assert any("not authenticated" in c.text for c in checks)
    assert any("r1" in c.text and "not known" in c.text for c in checks if c.name == "clock")


def test_the_page_to_sign_has_two_officers_a_witness_both_languages_and_no_script(
    store: Store, boarded: int, chief: Any
) -> None:
    done = export(store, boarded, by=chief, purpose="court")
    page, text = done.members[form.SIGN_HTML].decode(), done.members[form.SIGN_TEXT].decode()
    for part in (
        "执法人员一", "执法人员二", "见证人", "First officer", "Second officer", "Witness",
        "未经认证", "时钟误差未知", "clock offset not known", "王海 B1", "，查获；", "水域 未定",
        "waters not determined", "R-7",
    ):  # fmt: skip
        assert part in page, part
        assert part in text, part
    assert not re.search(r"<script|javascript:|\son\w+=|src=|href=|@import|url\(", page)
    [row] = form.read_lines(done.members[form.BOARDING], form.BOARDING)
    assert row["record"]["for_crew"] == "主动打开"
    acts = [json.loads(line).get("body", {}).get("act") for line in done.members[form.AUDIT].splitlines()]
    assert "watch.board" in acts


def test_without_a_boarding_there_is_no_such_member_and_the_same_alert_gives_the_same_list(
    store: Store, alert: int, chief: Any, tmp_path: Path
) -> None:
    one, two = (export(store, alert, by=chief, purpose="x") for _ in range(2))
    assert form.BOARDING not in one.members
    assert all(one.members[n] == two.members[n] for n in form.LISTS)
    assert failed(checked(one.members, tmp_path)) == []


@pytest.mark.parametrize("name", NEW)
def test_a_new_member_that_was_changed_or_taken_out_is_found(
    name: str, store: Store, boarded: int, chief: Any, tmp_path: Path
) -> None:
    members = export(store, boarded, by=chief, purpose="x").members
    changed = members | {name: members[name].replace(b"hit", b"no1") + b" "}
    assert any(name in f for f in failed(checked(changed, tmp_path)))
    less = {k: v for k, v in members.items() if k != name}
    assert any(name in f for f in failed(checked(less, tmp_path)))


def resigned(members: dict[str, bytes], change: dict[str, bytes]) -> dict[str, bytes]:
    """The members as a forger with a key of their own would sign them, the log's entry left as it is."""
    whole = {k: v for k, v in members.items() if k not in (form.MANIFEST, form.SIGNATURE, form.KEY)} | change
    manifest = json.loads(members[form.MANIFEST])
    manifest |= {"files": form.listed(whole), "content_sha256": form.content_sha256(whole)}
    text = form.json_bytes(manifest)
    signature, key = form.sign(text, suite_of("intl").new_key())
    return whole | {form.MANIFEST: text, form.SIGNATURE: signature, form.KEY: key}


@pytest.mark.parametrize("what", ["left out", "another hash", "page", "ais", "twice"])
def test_a_list_that_is_not_of_these_members_is_found_whoever_signs_it(
    what: str, store: Store, alert: int, chief: Any, tmp_path: Path
) -> None:
    members = export(store, alert, by=chief, purpose="x").members
    told = json.loads(members[form.LIST])
    change: dict[str, bytes] = {}
    if what == "left out":
        told["items"].pop()
    elif what == "another hash":
        told["items"][0]["sha256"] = "0" * 64
    elif what == "ais":
        told["ais"]["en"] = "AIS proves where she was."
    elif what == "twice":
        told["items"].append(told["items"][0])
    else:
        sha = told["items"][0]["sha256"].encode()
        change[form.SIGN_HTML] = members[form.SIGN_HTML].replace(sha, b"0" * 64)
    checks = checked(resigned(members, change | {form.LIST: form.json_bytes(told)}), tmp_path)
    assert any(f.startswith("electronic data: ") for f in failed(checks)), failed(checks)


CLOCKS = """
[[checks]]
receiver = "r1"
checked_at = {0}
offset_s = {1}
checked_by = "周岩"
"""


def test_the_clock_of_a_receiver_is_the_check_next_before_the_rows(
    store: Store, alert: int, chief: Any, tmp_path: Path
) -> None:
    file = store.path / "receivers.toml"
    times = (("2026-04-30T00:00:00Z", 0.25), ("2026-04-01T00:00:00Z", 9.0), ("2026-05-02T00:00:00Z", 7.0))
    file.write_text("".join(CLOCKS.format(*t) for t in times), encoding="utf-8")
    done = export(store, alert, by=chief, purpose="x")
    [r] = listed(done)["receivers"]
    assert (r["receiver"], r["offset_s"], r["checked_by"]) == ("r1", "0.25", "周岩")
    assert "clock offset 0.25 s" in done.members[form.SIGN_HTML].decode()
    assert failed(checked(done.members, tmp_path)) == []
    file.write_text(CLOCKS.format("2026-05-02T00:00:00Z", 7.0), encoding="utf-8")
    assert listed(export(store, alert, by=chief, purpose="x"))["receivers"][0]["offset_s"] == "7.0"
    file.write_text(CLOCKS.format('"lately"', 7.0), encoding="utf-8")
    with pytest.raises(InputError, match="check 1"):
        export(store, alert, by=chief, purpose="x")


def test_a_bundle_of_the_format_before_is_still_checked_to_the_end(tmp_path: Path) -> None:
    members = bundle.read(OLD)
    assert json.loads(members[form.MANIFEST])["format"] == "huanqiong-evidence/2"
    checks = list(verify(OLD))
    assert failed(checks) == []
    assert {c.name for c in checks} >= {"members", "log", "raw bytes", "verdict"}
    [told] = [c for c in checks if c.name == "electronic data"]
    assert told.state == "note"
    more = members | {form.LIST: b"{}\n"}
    assert any(form.LIST in f for f in failed(checked(more, tmp_path)))
