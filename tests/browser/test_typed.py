"""Times as they are typed: the browser reads them exactly as the desk does."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huanqiong.core.errors import InputError
from huanqiong.core.time import parse_typed

pytestmark = pytest.mark.browser
READ = """async (cases) => {
  const { moment } = await import("huanqiong/lib/when.js");
  return cases.map(([text, sense, at]) => moment(text, sense, at));
}"""


def drawn(r: random.Random) -> tuple[str, str, float]:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=r.randrange(3 * 366 * 1440))
    hour, minute = r.randrange(26), r.randrange(62)
    time = r.choice(
        [
            f"{hour:02}{minute:02}",
            f"{hour}:{minute:02}",
            f"{hour:02}时{minute:02}分",
            f"{hour:02}{minute:02}z",
        ]
    )
    day = r.choice(["", "", f"{r.randrange(1, 32)}日", f"{r.randrange(1, 13)}月{r.randrange(1, 32)}日 "])
    text = r.choice(
        [day + time, (day + time).translate(str.maketrans("0123456789:", "０１２３４５６７８９："))]
    )
    return text, r.choice(["past", "future"]), at.timestamp()


def test_the_browser_reads_short_times_as_the_desk_does(open_as: Callable[..., Any]) -> None:
    page = open_as("zhou")
    r = random.Random(7)
    cases = [drawn(r) for _ in range(400)] + [("2月29日0000", "future", 1e9), ("2月30日0000", "past", 1e9)]
    read = page.evaluate(READ, [list(c) for c in cases])
    wrong = []
    for (text, sense, at), got in zip(cases, read, strict=True):
        try:
            want = parse_typed(text, datetime.fromtimestamp(at, UTC), sense=sense).timestamp()
        except InputError:
            want = None
        if got != want:
            wrong.append((text, sense, at, got, want))
    assert not wrong, wrong[:5]
    assert sum(got is not None for got in read) > 200
