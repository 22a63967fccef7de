"""Records change only in acts: no other module saves a row, and every act says who acts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "huanqiong"
ROOMS = ("desk", "flows", "console", "cli", "config")
WRITES = {"save", "delete", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
WRITES |= {f"a{name}" for name in WRITES}
QUERIES = {"objects", "filter", "exclude", "all", "select_for_update", "using"}
MACHINERY = {SRC / "desk" / "trust" / "act.py", SRC / "desk" / "trust" / "sequencer.py"}
"""The act itself, which adds the log's entry and the outbox rows; the sequencer, which gives them places."""


def files(*rooms: str) -> list[Path]:
    return sorted(p for room in rooms for p in (SRC / room).rglob("*.py") if "migrations" not in p.parts)


def is_acts(path: Path) -> bool:
    return path.name == "acts.py" or "acts" in path.parent.parts


def names_of(node: ast.AST) -> set[str]:
    return {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of every call that changes rows, and of every SQL text that does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method, on_rows = node.func.attr, bool(names_of(node.func.value) & QUERIES)
            route = method == "delete" and node.args and not on_rows  # @router.delete("/zones/{id}")
            if (method in WRITES and not route) or (method in ("update", "aupdate") and on_rows):
                yield node.lineno, f".{method}("
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value.split()[:2]
            if len(words) == 2 and f"{words[0]} {words[1]}" in ("INSERT INTO", "DELETE FROM", "REPLACE INTO"):
                yield node.lineno, node.value[:30]


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [f for f in found if not f.name.startswith("_")]


def is_step(f: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A part of an act under way: its first argument is the act."""
    first = f.args.args[:1]
    return bool(first) and isinstance(first[0].annotation, ast.Name) and first[0].annotation.id == "Act"


def test_the_rule_finds_what_it_looks_for() -> None:
    bad = "x.save()\nX.objects.filter(a=1).update(b=2)\nd.update(b=2)\nX.objects.bulk_create([])\n"
    bad += "q('DELETE FROM t')\nx.delete()\nrouter.delete('/x')"
    assert sorted(line for line, _ in writes(ast.parse(bad))) == [1, 2, 4, 5, 6]


@pytest.mark.parametrize("path", files(*ROOMS), ids=lambda p: str(p.relative_to(SRC)))
def test_only_acts_change_rows(path: Path) -> None:
    if is_acts(path) or path in MACHINERY:
        return
    assert not list(writes(ast.parse(path.read_text(encoding="utf-8"))))


ACTS = [p for p in files("desk", "flows") if is_acts(p)]


@pytest.mark.parametrize("path", ACTS, ids=lambda p: str(p.relative_to(SRC)))
def test_every_act_says_who(path: Path) -> None:
    for f in functions(ast.parse(path.read_text(encoding="utf-8"))):
        by = [a for a in f.args.kwonlyargs if a.arg == "by"]
        assert by or is_step(f), f"{path.name}: {f.name} has no keyword-only `by`"
        if by:
            given = dict(zip(f.args.kwonlyargs, f.args.kw_defaults, strict=True))
            assert given[by[0]] is None, f"{path.name}: {f.name} has a default for `by`"
            assert ast.get_docstring(f), f"{path.name}: {f.name} has no docstring"


@pytest.mark.parametrize("path", ACTS, ids=lambda p: str(p.relative_to(SRC)))
def test_an_act_that_can_be_repeated_answers_before_it_changes_anything(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.With):
            continue
        call = node.items[0].context_expr
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "act"):
            continue
        if any(k.arg == "request_id" for k in call.keywords):
            first = node.body[0]
            where = f"{path.name}:{node.lineno}"
            assert isinstance(first, ast.If), where
            assert "repeated" in names_of(first.test), where
            assert isinstance(first.body[-1], ast.Return), where


def test_there_are_acts() -> None:
    assert len(ACTS) >= 10
