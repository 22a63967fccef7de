"""Every table of records and every folder of a store is in a class of the retention table, or kept with a
reason: something new that nobody placed fails here.
"""

from __future__ import annotations

import ast
import copy
from pathlib import Path

import pytest
from django.apps import apps
from tests.walls.test_law import in_force

from huanqiong import data
from huanqiong.core.errors import UsageError
from huanqiong.desk.trust.purposes import Basis
from huanqiong.desk.trust.reads.rows import tables
from huanqiong.desk.trust.retention import book_of, retention_book
from huanqiong.lake.parts import SCHEMAS

SRC = Path(__file__).resolve().parents[2] / "src" / "huanqiong"


def placed() -> dict[str, set[str]]:
    """place -> the groups of classes it is in; a group is what stands before the first dot."""
    found: dict[str, set[str]] = {}
    for rule in retention_book().classes.values():
        for place in (*rule.tables, *rule.lake, *rule.files):
            found.setdefault(place, set()).add(rule.code.partition(".")[0])
    return found


def unplaced(names: set[str]) -> set[str]:
    """Those in no class and not kept, in both, or in classes of two groups."""
    classes, kept = placed(), retention_book().kept
    return {n for n in names if (n in classes) == (n in kept) or len(classes.get(n, "1")) != 1}


def test_every_table_has_its_place() -> None:
    records = {m._meta.label_lower for m in tables()} | {"sessions.session"}
    assert len(records) > 25
    assert not unplaced(records)
    assert unplaced({"watch.somethingnew"}) == {"watch.somethingnew"}
    labels = {m._meta.label_lower for m in apps.get_models(include_auto_created=True)}
    named = {p for p in (*placed(), *retention_book().kept) if p.partition(".")[0] in _apps()}
    assert named <= labels, "the table names tables that are not there"


def _apps() -> set[str]:
    return {a.label for a in apps.get_app_configs()}


def folders() -> set[str]:
    """What the program makes in a store: names that code joins to `store.path`, and what a new store has."""
    found = {"store.toml", "records.sqlite3"}
    for file in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
                continue
            left, right = node.left, node.right
            own = isinstance(left, ast.Attribute) and left.attr == "path" and _is_store(left.value)
            if own and isinstance(right, ast.Constant):
                found.add(str(right.value))
    return {f for f in found if not f.startswith(".")}


def _is_store(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("store", "_store", "opened") or (name == "self")


def test_every_folder_of_a_store_has_its_place() -> None:
    found = folders()
    assert {"live", "incoming", "rejects", "grounds", "drill"} <= found
    # `self.path` is also the lake's and the objects' own: names inside them are theirs.
    inside = {"lock", "manifest.json"}
    assert not unplaced(found - inside)


def test_every_kind_of_the_lake_has_its_class() -> None:
    assert set(SCHEMAS) <= set(placed())
    assert not unplaced(set(SCHEMAS))


def test_each_rule_cites_a_law_in_force_and_says_what_is_our_own() -> None:
    import datetime as dt

    today = dt.datetime.now(dt.UTC).date()
    for code, rule in retention_book().classes.items():
        assert rule.own, code
        for b in rule.basis:
            assert isinstance(b, Basis)
            assert len(in_force(b.law, today)) == 1, code


@pytest.mark.real
def test_the_words_stand_in_the_article(data_dir: Path) -> None:
    import json

    file = data_dir / "law" / "articles.jsonl"
    if not file.is_file():
        pytest.skip(f"the law texts are not at {file}")
    texts = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        a = json.loads(line)
        texts[a["law"], a["article"]] = a["text"]
    for code, rule in retention_book().classes.items():
        for b in rule.basis:
            assert b.words in texts[b.law, b.article], f"{code}: {b.law} {b.article}"


@pytest.mark.parametrize("broken", ["basis", "own", "period_d", "action", "tables"])
def test_a_class_that_is_not_whole_stops_the_start(broken: str) -> None:
    d = copy.deepcopy(data.toml("retention/classes.toml"))
    del d["classes"]["silence"][broken]
    with pytest.raises(UsageError, match="silence"):
        book_of(d)


def test_the_page_names_every_class_and_its_days() -> None:
    text = (SRC.parents[1] / "docs" / "retention.md").read_text(encoding="utf-8")
    for code, rule in retention_book().classes.items():
        assert f"| `{code}` | {rule.zh} {rule.en} | {rule.period.days} | {rule.action} |" in text, code
