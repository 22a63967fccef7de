"""What a page preloads: every module its scripts import, each once, and nothing that is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from huanqiong.console.modules import NAMES, ROOT, modules


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("watch/main.js", {"js/watch/queue.js", "js/map/sheet.js", "js/lib/when.js", NAMES["maplibre-gl"]}),
        ("zones/main.js", {"js/zones/draw.js", "js/map/chart.js"}),
        ("vessel/main.js", {"js/vessel/plot.js", NAMES["echarts"]}),
        ("orders.js", {"js/lib/ask.js"}),
    ],
)
def test_all_that_is_imported_is_found(entry: str, wanted: set[str]) -> None:
    found = modules(entry)
    assert wanted <= set(found)
    assert len(set(found)) == len(found)
    assert [f for f in found if not (ROOT / f).is_file()] == []


def test_a_page_tells_the_browser_at_once(signed_in: Callable[..., Client]) -> None:
    page = signed_in("lin").get("/").content.decode()
    for file in modules("watch/main.js"):
        assert f'<link rel="modulepreload" href="/static/{file}">' in page
    assert page.index("importmap") < page.index("modulepreload"), "an import map after a module is ignored"
    at = page.split('as="fetch"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    found = signed_in("lin").get(at)
    assert found.status_code == 200
    assert found.json()["n"] > 0


def test_a_large_answer_is_packed_for_who_takes_it(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    plain = client.get("/api/sea/picture?window_h=24")
    packed = client.get("/api/sea/track/412900000?t0=2026-11-21T19:00:00Z&t1=2026-11-22T19:00:00Z",
                        headers={"accept-encoding": "gzip"})  # fmt: skip
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(packed.content))
