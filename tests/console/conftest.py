"""A planted store behind Django's test client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import plant
import pytest
from django.test import Client

from huanqiong.console import chain, house, limits
from huanqiong.console.api import sea
from huanqiong.desk.trust import reads
from huanqiong.lake.store import Store, create_store


@pytest.fixture(scope="session")
def planted_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A home with one drill store whose lake holds a day of positions."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUANQIONG_HOME", str(home))
        store = create_store("drill", kind="drill", title_zh="海南演练", title_en="Hainan drill", clock="end")
        static = plant.sea(store.lake)
    return home, static


@pytest.fixture
def store(
    db: None,
    planted_home: tuple[Path, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Iterator[Store]:
    """The store, opened, with people, alerts, a distress and a zone in its records."""
    home, static = planted_home
    monkeypatch.setenv("HUANQIONG_HOME", str(home))
    monkeypatch.setenv("HUANQIONG_NEIGHBOURS", "{}")
    settings.STORE_NAME = "drill"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    house.house.cache_clear()
    limits.counters.cache_clear()  # each test has all its tries before it
    monkeypatch.setattr(sea, "_labels", (0.0, {}))
    chain.forget()
    plant.records(static)
    yield house.house().store
    house.house.cache_clear()


@pytest.fixture
def signed_in(store: Store) -> Callable[..., Client]:
    """signed_in("lin") is a browser in which that person is signed in; English unless told."""

    def make(username: str, language: str = "en") -> Client:
        client = Client(raise_request_exception=True)
        client.force_login(reads.person(username))
        client.cookies["hq_lang"] = language
        return client

    return make
