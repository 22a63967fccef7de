"""Opens Django on one store, for the verbs that need records."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from huanqiong.core.errors import HuanqiongError, MissingError, StoreError, UsageError
from huanqiong.lake.store import Store, create_store, open_store, stores


def choose_store(name: str | None = None) -> Store:
    """The named store, or the only one; a home without any gets its first, `main`, live."""
    if name is None:
        have = stores()
        if len(have) > 1:
            raise UsageError(f"Name a store with --store: {', '.join(have)}")
        if not have:
            create_store("main", kind="live", title_zh="主库", title_en="Main store")
        name = have[0] if have else "main"
    return open_store(name)


def open_records(name: str | None = None) -> Store:
    """Sets Django up on the store and brings its tables up to date, one process at a time.

    Refuses a database that would lose commits in a crash (StoreError says what to set).
    """
    store = choose_store(name)
    set_up(store)
    from django.core.management import call_command

    with _alone(store):
        _reach(store)
        with _unhurried():
            call_command("migrate", verbosity=0, interactive=False)
            _file_names()
    return store


def _file_names() -> None:
    """Files anew the names that an older version or book of boat names filed; else does nothing."""
    from huanqiong.desk.registry.acts import file_names
    from huanqiong.desk.trust.actor import SYSTEM

    file_names(by=SYSTEM)


def set_up(store: Store) -> None:
    """Sets Django up on the store without touching its records."""
    os.environ["HUANQIONG_STORE"] = store.name
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanqiong.config.settings")
    import django

    django.setup()


@contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Two processes that start together must not both alter tables."""
    with (store.path / ".migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _unhurried() -> Iterator[None]:
    """Altering a large table may take longer than a statement of the console may."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        connection.close()
        if connection.vendor == "postgresql":
            # The connection that knows no timeout must not come back from the pool.
            connection.close_pool()


def _reach(store: Store) -> None:
    """The database answers and keeps what it commits; a missing one is made where the role may."""
    from django.db import OperationalError, connection

    from huanqiong.config.records import first_line, unsafe

    if connection.vendor == "postgresql":
        _there(store)
    try:
        wrong = unsafe(connection)
    except OperationalError as e:
        raise HuanqiongError(
            f"The records of store {store.name} cannot be reached: {first_line(e)}"
        ) from None
    if wrong:
        raise StoreError(
            f"The records of store {store.name} would not survive a crash: {'; '.join(wrong)}. "
            "Set it in postgresql.conf and reload the server."
        )


def _away(store: Store, said: str) -> HuanqiongError:
    return HuanqiongError(f"The records of store {store.name} cannot be reached: {said}")


def _there(store: Store) -> None:
    """Asks once without the pool, whose own tries would go on for ten seconds and say less."""
    import psycopg
    from django.db import connection

    from huanqiong.config.records import first_line

    parameters = {k: v for k, v in connection.get_connection_params().items() if k != "pool"}
    for unwanted in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(unwanted, None)
    name = parameters["dbname"]
    try:
        psycopg.connect(**parameters).close()
        return
    except psycopg.OperationalError as e:
        said = first_line(e)
        if f'database "{name}" does not exist' not in said:
            raise _away(store, said) from None
    try:
        with psycopg.connect(**{**parameters, "dbname": "postgres"}, autocommit=True) as server:
            made = psycopg.sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0")
            server.execute(made.format(psycopg.sql.Identifier(name)))
    except psycopg.Error as e:
        owner = parameters.get("user")
        raise MissingError(
            f"There is no database {name} for store {store.name}, nor could it be made ({first_line(e)}). "
            f"On the server: sudo -u postgres createdb -E UTF8 -T template0 -O {owner} {name}"
        ) from None
