"""`hq doctor`: what is missing or damaged here, and how to mend it."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import typer

from huanqiong.cli import ui
from huanqiong.lake.store import Store, home, open_store, stores

FREE_BYTES = 2 << 30
"""Less free disk than this is worth a word: an environment and a demo take about 1 GB."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `remedy` is empty where all is well."""

    what: str
    state: Literal["ok", "missing", "damaged"]
    detail: str
    remedy: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a finding")] = False,
    repair: Annotated[bool, typer.Option(help="mend what can be mended without losing a row")] = False,
) -> None:
    """Says what is missing or damaged here and how to fix it; exit 1 when something stored is damaged."""
    damaged = False
    for finding in look(repair=repair):
        damaged |= finding.state == "damaged"
        if as_json:
            ui.emit_json(**asdict(finding))
        else:
            mark = {"ok": "ok      ", "missing": "missing ", "damaged": "DAMAGED "}[finding.state]
            ui.answer(f"{mark} {finding.what}: {finding.detail}")
            if finding.remedy:
                ui.answer(f"          {finding.remedy}")
    if damaged:
        raise SystemExit(1)


def look(*, repair: bool = False) -> Iterator[Finding]:
    """Everything the doctor looks at, one by one."""
    yield Finding("Python", "ok", sys.version.split()[0])
    yield from _packages()
    yield _disk()
    yield from _tools()
    for name in stores():
        store = open_store(name)
        yield from _lake(store, repair=repair)
        yield from _objects(store)
        yield from _records(store)
        yield _keys(store)
    if not stores():
        yield Finding("stores", "missing", f"none yet in {home()}", "`hq demo` makes the first ones.")


def _packages() -> Iterator[Finding]:
    wrong = []
    for need in importlib.metadata.requires("huanqiong") or []:
        if "extra ==" in need or "==" not in need:
            continue
        name, version = need.split(";")[0].strip().split("==")
        name = name.split("[")[0]
        try:
            have = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            have = "absent"
        if have != version:
            wrong.append(f"{name} {have} instead of {version}")
    if wrong:
        yield Finding("packages", "missing", ", ".join(wrong), "Delete .venv and start ./hq again.")
    else:
        yield Finding("packages", "ok", "as pinned")


def _disk() -> Finding:
    root = home()
    while not root.exists():
        root = root.parent
    free = shutil.disk_usage(root).free
    text = f"{free / 1e9:.1f} GB free at {home()}"
    if free < FREE_BYTES:
        return Finding("disk", "missing", text, "Free some room, or set HUANQIONG_HOME to another disk.")
    return Finding("disk", "ok", text)


def _tools() -> Iterator[Finding]:
    from huanqiong.cli.suites import chromium

    found = chromium()
    if found:
        yield Finding("Chromium", "ok", f"{found} (browser tests)")
    else:
        yield Finding("Chromium", "missing", "browser tests will not run", "apt install chromium")
    from huanqiong.cli.cluster import binaries

    place = binaries()
    if place:
        yield Finding("PostgreSQL", "ok", f"{place} (`hq test pg`)")
    else:
        remedy = "apt install postgresql-15"
        yield Finding("PostgreSQL", "missing", "its tests will not run; SQLite holds the records", remedy)
    fonts = shutil.which("fc-list")
    if fonts and not os.popen(f"{fonts} :lang=zh family").read().strip():
        yield Finding("Chinese fonts", "missing", "none on this machine", "apt install fonts-noto-cjk")


def _lake(store: Store, *, repair: bool) -> Iterator[Finding]:
    from huanqiong.lake.positions import Lake

    lake = Lake(store.lake)
    with ui.progress(f"lake of {store.name}") as report:
        found = lake.repair() if repair else lake.verify(report)
    if not found:
        days = lake.days()
        text = f"{lake.rows():,} positions on {len(days)} days, every byte as written"
        yield Finding(f"lake of {store.name}", "ok", text)
    for f in found:
        yield Finding(f"lake of {store.name}", "damaged", f"{f.path}: {f.cause}", f.remedy)


def _objects(store: Store) -> Iterator[Finding]:
    from huanqiong.lake.objects import Objects

    found = list(Objects(store.objects).verify())
    if not found:
        yield Finding(f"objects of {store.name}", "ok", "every file as received")
    for f in found:
        yield Finding(f"objects of {store.name}", "damaged", f"{f.path}: {f.cause}", f.remedy)


def _records(store: Store) -> Iterator[Finding]:
    what = f"records of {store.name}"
    if store.database is not None:
        yield _postgresql(what, store.database)
        return
    if not store.records.exists():
        yield Finding(what, "missing", "not made yet", "`hq demo` makes them.")
        return
    import sqlite3

    with sqlite3.connect(f"file:{store.records}?mode=ro", uri=True) as db:
        answer = db.execute("PRAGMA integrity_check").fetchone()[0]
    db.close()
    if answer == "ok":
        size = store.records.stat().st_size / 1e6
        yield Finding(what, "ok", f"SQLite, {size:.1f} MB, integrity checked, every commit on the disk")
    else:
        yield Finding(what, "damaged", str(answer), "Restore the store from its last backup.")


def _postgresql(what: str, url: str) -> Finding:
    """What the server says of itself; never the URL, which holds a password."""
    import psycopg

    from huanqiong.config.records import MUST, OLDEST, SESSION, first_line

    session = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    try:
        with psycopg.connect(url, connect_timeout=5, options=session) as db:
            version = db.info.server_version // 10_000
            asked = "SELECT pg_database_size(current_database()), current_database(), current_setting(%s)"
            row = db.execute(asked, ["server_encoding"]).fetchone()
            found = {m: (db.execute("SELECT current_setting(%s)", [m]).fetchone() or [""])[0] for m in MUST}
    except psycopg.Error as e:
        remedy = "Is the server running, and is the URL in the store's keys/database.url right?"
        return Finding(what, "missing", f"PostgreSQL cannot be reached: {first_line(e)}", remedy)
    size, name, encoding = row or (0, "", "")
    text = f"PostgreSQL {version}, database {name}, {size / 1e6:.1f} MB"
    wrong = [f"{m} is {found[m]}" for m, must in MUST.items() if found[m] != must]
    if wrong:
        return Finding(what, "damaged", f"{text}; {', '.join(wrong)}", "A crash could lose acts: set it on.")
    if version < OLDEST or encoding != "UTF8":
        needed = f"PostgreSQL {OLDEST} or newer with the encoding UTF8 is needed."
        return Finding(what, "damaged", f"{text}, {encoding}", needed)
    return Finding(what, "ok", f"{text}, every commit on the disk")


def _keys(store: Store) -> Finding:
    what = f"keys of {store.name}"
    loose = [p.name for p in store.keys.iterdir() if stat.S_IMODE(p.stat().st_mode) & 0o077]
    if stat.S_IMODE(store.keys.stat().st_mode) & 0o077 or loose:
        return Finding(what, "missing", "others on this machine can read them", f"chmod -R go= {store.keys}")
    return Finding(what, "ok", "readable by the owner alone")
