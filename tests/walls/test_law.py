"""Rules cite law, article and words: of a version in force, and words that stand there."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from huanqiong import data
from huanqiong.desk.trust.purposes import Basis, purpose_book


def citations() -> list[tuple[str, Basis]]:
    """(who cites, what) of every rule file that cites law."""
    book = purpose_book()
    rules = [*book.classes.values(), *book.approvals.values()]
    return [(rule.code, basis) for rule in rules for basis in rule.basis]


def in_force(name: str, day: dt.date) -> list[str]:
    """Versions of a law in force on a day."""
    laws = data.toml("law/laws.toml")["laws"]
    return [
        x["version"]
        for x in laws
        if x["name"] == name and x["since"] <= day and (x.get("until") is None or day <= x["until"])
    ]


def test_no_rule_cites_a_law_that_was_replaced() -> None:
    today = dt.datetime.now(dt.UTC).date()
    stale = [(who, b.law) for who, b in citations() if len(in_force(b.law, today)) != 1]
    assert not stale, f"rules that cite a law not in force: {stale}"
    assert in_force("治安管理处罚法", dt.date(2025, 12, 31)) == ["2012-10-26"]
    assert in_force("治安管理处罚法", dt.date(2026, 1, 1)) == ["2025-06-27"]


@pytest.mark.real
def test_the_words_stand_in_the_article(data_dir: Path) -> None:
    file = data_dir / "law" / "articles.jsonl"
    if not file.is_file():
        pytest.skip(f"the law texts are not at {file}")
    texts = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        a = json.loads(line)
        texts[a["law"], a["article"]] = (a["version"], a["text"])
    assert citations()
    unchecked = {x["name"] for x in data.toml("law/laws.toml")["laws"] if x.get("unchecked")}
    for who, b in citations():
        if b.law in unchecked and (b.law, b.article) not in texts:
            continue  # as soon as its text is there it is read
        version, text = texts[b.law, b.article]
        assert b.words in text, f"{who}: {b.law} {b.article} does not say {b.words}"
        assert version in [x["version"] for x in data.toml("law/laws.toml")["laws"] if x["name"] == b.law]


@pytest.mark.real
def test_the_articles_of_a_law_are_as_many_as_are_counted(data_dir: Path) -> None:
    file = data_dir / "law" / "articles.jsonl"
    if not file.is_file():
        pytest.skip(f"the law texts are not at {file}")
    last: dict[tuple[str, str], int] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        a = json.loads(line)
        key = (a["law"], a["version"])
        last[key] = max(last.get(key, 0), a["article"])
    counted = [x for x in data.toml("law/laws.toml")["laws"] if "articles" in x]
    assert len(counted) >= 8
    assert {(x["name"], x["version"]): x["articles"] for x in counted} == {
        (x["name"], x["version"]): last[x["name"], x["version"]] for x in counted
    }
