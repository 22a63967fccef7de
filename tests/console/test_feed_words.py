"""Feeds in words: each state, and whatever a line can say of itself, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from django.test import Client
from django.utils import translation

from huanqiong.console import feed_words, house
from huanqiong.feed.net.health import State

SOURCE = Path(__file__).resolve().parents[2] / "src" / "huanqiong"
HAN = re.compile("[\u4e00-\u9fff]")


def _text(node: ast.AST) -> str | None:
    """A literal or f-string with 7 for each hole; None for anything else."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "7" for v in node.values)
    return None


def sentences() -> Iterator[str]:
    """What feeds and the live flow can put into `detail`."""
    flows = [SOURCE / "flows" / name for name in ("sea_live.py", "sea_mirror.py")]
    files = [*sorted((SOURCE / "feed" / "net").glob("*.py")), *flows]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                branches = [node.args[0]]
                if isinstance(node.args[0], ast.IfExp):
                    branches = [node.args[0].body, node.args[0].orelse]
                for text in filter(None, map(_text, branches)):
                    if node.func.attr == "says":
                        yield text
                    elif node.func.attr == "_guarded":
                        yield f"{text}: disk full"
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name | ast.Attribute):
                name = node.targets[0]
                last = name.id if isinstance(name, ast.Name) else name.attr
                value = node.value.body if isinstance(node.value, ast.IfExp) else node.value
                other = node.value.orelse if isinstance(node.value, ast.IfExp) else None
                if last in ("silent", "waits", "_detail"):
                    yield from (t for t in (_text(value), other and _text(other)) if t)


def test_the_scan_finds_what_is_said() -> None:
    found = set(sentences())
    assert {"starting", "listening", "listening, 7 connected", "detecting: disk full"} <= found
    assert any(t.startswith("silent") for t in found)
    assert any(t.startswith("the detectors") for t in found)
    assert any(t.startswith("the feed's process") for t in found)


def test_every_sentence_has_its_chinese() -> None:
    with translation.override("zh-hans"):
        for text in set(sentences()):
            assert HAN.search(feed_words.said(text)), text
        assert feed_words.said("decoding: no such thing") == "解码失败：no such thing"
        assert feed_words.said("refused; trying again in 2.5 s") == "refused；2.5 秒后重试"
    with translation.override("en"):
        assert feed_words.said("decoding: no such thing") == "decoding: no such thing"


def test_every_state_has_its_words() -> None:
    assert {"cut" if s == "lost" else s for s in get_args(State)} <= set(feed_words.STATES)
    for language, ours in (("en", re.compile("[a-z]")), ("zh-hans", HAN)):
        with translation.override(language):
            names = [feed_words.state_name(s) for s in feed_words.STATES]
            assert all(ours.search(n) for n in names)
            assert len(set(names)) == len(names)


class Failing:
    """A live desk whose only source brings data that cannot be decoded."""

    class clock:  # noqa: N801
        now, mode = None, None

    def health(self) -> list[dict[str, Any]]:
        return [
            {
                "name": "udp:10110",
                "state": "failing",
                "detail": "decoding: no such thing",
                "last_t": "2026-11-22T19:00:00+00:00",
                "age_s": 1.0,
                "late_s": 60.0,
                "sentences": 12345,
                "broken": 0,
                "dropped": 2,
            }
        ]


@pytest.mark.parametrize(
    ("language", "state", "said"),
    [("en", "failing", "decoding: no such thing"), ("zh-hans", "处理出错", "解码失败：no such thing")],
)
def test_a_failing_source_says_so(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, language: str, state: str, said: str
) -> None:
    monkeypatch.setattr(house, "live_desk", Failing)
    client = signed_in("lin", language)
    source = client.get("/api/store").json()["sources"][0]
    assert (source["state"], source["state_name"], source["said"]) == ("failing", state, said)
    body = client.get("/health-of-feeds/").content.decode()
    for text in (state, said, "12,345", "udp:10110"):
        assert text in body
