"""Fixtures every room shares: where the real sets lie, and a home of one's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
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


@pytest.fixture(autouse=True, scope="session")
def _transactions_outlive_answers() -> Iterator[None]:
    """Closing a streamed answer ends its request, which drops the connection and so a test's transaction.

    Django's test client prevents this for plain answers only. SQLite in memory keeps its connection whatever
    happens, so it shows on PostgreSQL alone. Nothing but a test keeps a transaction open over a request.
    """
    from django.db.backends.base.base import BaseDatabaseWrapper

    drop = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def unless_inside(self: BaseDatabaseWrapper) -> None:
        if not self.in_atomic_block:
            drop(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", unless_inside)
        yield
