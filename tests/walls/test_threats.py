"""docs/THREAT_MODEL.md names tests for what it says: they exist, and what is to come has not come."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "THREAT_MODEL.md").read_text(encoding="utf-8")
ATTACKERS = ("thief of a gate tablet", "insider", "administrator", "partner agency", "network attacker")


@cache
def functions_of(file: str) -> set[str]:
    """Names of the test functions in a file; empty where there is none."""
    path = ROOT / file
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}


def sections() -> dict[str, list[str]]:
    """The rows of each section's table, without its head."""
    out = {}
    for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        out[title] = [x for x in body.splitlines() if x.startswith("|")][2:]
    return out


def test_every_attacker_has_a_table_and_every_line_a_test_that_exists() -> None:
    told = {t: rows for t, rows in sections().items() if re.match(r"\d\. ", t)}
    assert len(told) == len(ATTACKERS)
    for title, name in zip(told, ATTACKERS, strict=True):
        assert name in title
        assert len(told[title]) >= 5
        for row in told[title]:
            cells = [c.strip() for c in row.strip("|").split("|")]
            assert len(cells) == 4, row
            named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", cells[3])
            assert named, row
            for file, test in named:
                assert test in functions_of(file), f"{file}::{test}"


def test_what_is_to_come_has_not_come() -> None:
    rows = sections()["To come"]
    named = [file for row in rows for file in re.findall(r"`(tests/[\w/]+\.py)`", row)]
    assert len(named) == len(rows), "every line names where its test will be"
    assert not [f for f in named if functions_of(f)], "it has come: move its line up"
