"""The audit log's words: each act, and each detail that an act writes, has its own in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from huanqiong import data
from huanqiong.console import audit_words
from huanqiong.core.schema import KINDS
from huanqiong.desk.registry.acts import units, vessels
from huanqiong.desk.trust import reads
from huanqiong.desk.watch import models as watch

SOURCE = Path(__file__).resolve().parents[2] / "src" / "huanqiong"
DESK = SOURCE / "desk"
WORDS = data.toml("audit/words.toml")


def functions() -> Iterator[ast.FunctionDef]:
    """Every function of the desks, except of the file that keeps the log itself."""
    for file in sorted(DESK.rglob("*.py")):
        if "migrations" not in file.parts:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            yield from (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef))


def acts_written() -> set[str]:
    """First arguments of `act(...)` and `Act(...)`."""
    return {
        node.args[0].value
        for f in functions()
        for node in ast.walk(f)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("act", "Act")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def _keys(value: ast.AST, f: ast.FunctionDef) -> set[str]:
    """Constant keys of the mappings in an expression; a name stands for what the function gives it."""
    found = {
        k.value
        for d in ast.walk(value)
        if isinstance(d, ast.Dict)
        for k in d.keys
        if isinstance(k, ast.Constant) and isinstance(k.value, str)
    }
    names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
    for node in ast.walk(f):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for t in targets:
                if isinstance(t, ast.Name) and t.id in names and isinstance(node.value, ast.Dict):
                    found |= {str(k.value) for k in node.value.keys if isinstance(k, ast.Constant)}
    return found


def _is_details(target: ast.AST) -> bool:
    return isinstance(target, ast.Attribute) and target.attr == "details"


def details_written() -> set[str]:
    """Keys of `details=` and of what is assigned to `.details` or into it."""
    found: set[str] = set()
    for f in functions():
        for node in ast.walk(f):
            given = isinstance(node, ast.keyword) and node.arg == "details"
            if given or (isinstance(node, ast.AugAssign) and _is_details(node.target)):
                found |= _keys(node.value, f)
            elif isinstance(node, ast.Assign):
                for t in node.targets:
                    if isinstance(t, ast.Tuple) and isinstance(node.value, ast.Tuple):
                        pairs = zip(t.elts, node.value.elts, strict=True)
                        found |= {k for a, b in pairs if _is_details(a) for k in _keys(b, f)}
                    elif _is_details(t):
                        found |= _keys(node.value, f)
                    elif isinstance(t, ast.Subscript) and _is_details(t.value):
                        assert isinstance(t.slice, ast.Constant)
                        found.add(str(t.slice.value))
    return found


LOGS_OWN = {"audit.begin", "audit.tree"}
"""Entries that no act writes: the sequencer's first, and the one of the move from a chain to a tree."""
LOGS_DETAILS = {"log", "suite", "chain_size", "chain_head"}


def details_handed() -> set[str]:
    """Keys that flows hand to acts in `held=`."""
    found: set[str] = set()
    for file in sorted((SOURCE / "flows").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "held" and isinstance(node.value, ast.Dict):
                found |= {str(k.value) for k in node.value.keys if isinstance(k, ast.Constant)}
    return found


def test_the_scan_sees_what_acts_write() -> None:
    assert {"watch.claim", "audit.export", "zone.draw", "login.password"} <= acts_written()
    assert {"taken_from", "frozen_sha256", "agency", "stretched", "quiet", "was", "size"} <= details_written()


def test_every_act_has_its_words() -> None:
    assert (acts_written() | LOGS_OWN) - set(WORDS["acts"]) == set()
    groups = {a.split(".")[0] for a in acts_written()}
    assert groups - set(WORDS["acts"]) == set()


def test_every_detail_has_its_words() -> None:
    assert (details_written() | details_handed() | LOGS_DETAILS) - set(WORDS["details"]) == set()
    assert "reproduced" in details_handed()


@pytest.mark.parametrize("table", ["acts", "subjects", "details"])
def test_words_are_of_both_languages(table: str) -> None:
    for key, words in WORDS[table].items():
        assert re.search("[\u4e00-\u9fff]", words["zh"]), key
        assert words["en"].strip(), key


def test_forms_and_listed_values_are_known() -> None:
    forms = {w["as"] for w in WORDS["details"].values() if "as" in w}
    assert forms <= set(audit_words._FORMS) | set(WORDS["values"])
    assert set(WORDS["values"]["cause"]) == set(watch.CAUSES)
    assert set(WORDS["values"]["kind"]) == {*units.KINDS, *vessels.DEVICE_KINDS}
    assert not set(WORDS["values"]["kind"]) & set(KINDS)


def test_values_are_said_as_their_key_says() -> None:
    found = {
        "judgement": "true",
        "until": "2026-11-22T16:30:00Z",
        "kind": "gap",
        "role": "analyst",
        "frozen_sha256": "ab" * 32,
        "taken_from": "p-1",
        "username": {"sha256": "cd" * 32},
        "quiet": 12345,
        "verdicts": [1, 2],
        "alerts": [291],
        "destroyed": {"alert.no_hit": 1200, "receipt": 3},
        "note": "",
        "active": False,
        "novel": "x",
    }
    with translation.override("en"):
        assert dict(audit_words.details(found, {"p-1": "Lin"})) == {
            "judgement": "true",
            "until": "2026-11-23 00:30",
            "kind": "Silence",
            "role": "Analyst",
            "evidence frozen": "ababababab…",
            "taken from": "Lin",
            "user name": "withheld (#cdcdcdcd)",
            "recorded only": "12,345",
            "verdicts": "№ 1, № 2",
            "new alerts": "№ 291",
            "destroyed": "Alerts that were no hit, and verdicts: 1,200; Receipts for repeated requests: 3",
            "open": "no",
            "novel": "x",
        }
        assert audit_words.subject_name("person:p-1", {"p-1": "Lin"}) == "person Lin"
        assert audit_words.subject_name("alert:7", {}) == "alert 7"
    with translation.override("zh-hans"):
        said = dict(audit_words.details(found, {}))
        assert ("判定", "属实") in audit_words.details(found, {})
        assert said["类型"] == "静默"
        assert audit_words.actor_name("operator", "") == "本机操作员"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_entry_of_a_store_is_shown_raw(signed_in: Callable[..., Client], language: str) -> None:
    body = signed_in("chen", language).get("/audit/").content.decode()
    with translation.override(language):
        for e in reads.audit(limit=100):
            names = [name for name, _ in audit_words.details(e.details, {})]
            assert not [n for n in names if n in WORDS["details"] and "_" in n], e.act
            assert audit_words.act_name(e.act) in body
    assert "frozen_sha256" not in body
    assert ("System" if language == "en" else "系统") in body
