"""A store of the test's own and a small invented hour."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from huanqiong.drill import World, hainan
from huanqiong.lake.store import Store, create_store

START = datetime(2026, 5, 1, 0, tzinfo=UTC)


@pytest.fixture
def store(hq_home: Path) -> Store:
    return create_store("main", kind="live", title_zh="试", title_en="Trial")


@pytest.fixture(scope="session")
def world() -> World:
    """Six invented hours, few ships."""
    return hainan(6, 6, START, scale=0.15)
