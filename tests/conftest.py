"""Fixtures every room shares: where the real sets lie, and a home of one's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.pg.place import place_of

CHECKOUT = Path(__file__).resolve().parents[1]


def real_data() -> Path:
    """`$HUANQIONG_DATA`, by default the checkout's sibling `shared/data`."""
    return Path(os.environ.get("HUANQIONG_DATA") or CHECKOUT.parent / "shared" / "data")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The real sets; the test skips where they are absent."""
    root = real_data()
    if not (root / "ais").is_dir():
        pytest.skip(f"the real sets are not at {root}: set HUANQIONG_DATA")
    return root


@pytest.fixture
def hq_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `$HUANQIONG_HOME`."""
    home = tmp_path / "home"
    for name, value in place_of(home).items():
        monkeypatch.setenv(name, value)
    return home


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop in the thread that all others would meet."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
