"""A store: one directory that holds everything of one deployment, archive or drill.

    stores/NAME/store.toml      what it is
    stores/NAME/records.sqlite3 the desks' records
    stores/NAME/lake/           positions by day
    stores/NAME/objects/        files by SHA-256
    stores/NAME/keys/           signing keys, mode 0600; database.url, where PostgreSQL holds the records
    stores/NAME/grounds/        rules and geography of every detection run, for evidence
    stores/NAME/geography/      anchorages and other geography of its own, where it has any

No act, search or export crosses stores: a process opens exactly one.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from huanqiong.core.errors import InputError, MissingError, StoreError, UsageError
from huanqiong.core.handwritten import read_toml

Kind = Literal["live", "archive", "drill"]
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def home() -> Path:
    """`$HUANQIONG_HOME`, by default `~/.huanqiong`."""
    return Path(os.environ.get("HUANQIONG_HOME") or Path.home() / ".huanqiong")


@dataclass(frozen=True, slots=True)
class Store:
    """One store. `clock` is "live", or the ISO time at which an archive or drill stands when opened."""

    path: Path
    name: str
    kind: Kind
    title_zh: str
    title_en: str
    theatre: str
    clock: str
    suite: str = "intl"
    """The cipher suite of its log, packages and backups, from its first entry on: intl or gm."""

    @property
    def records(self) -> Path:
        return self.path / "records.sqlite3"

    @property
    def database(self) -> str | None:
        """The URL of the PostgreSQL database that holds the records; None: they lie in `records`."""
        return database_url(self.path)

    @property
    def lake(self) -> Path:
        return self.path / "lake"

    @property
    def objects(self) -> Path:
        return self.path / "objects"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def geography(self) -> Path:
        """Where the store's own geography lies; need not exist."""
        return self.path / "geography"

    @property
    def is_drill(self) -> bool:
        return self.kind == "drill"


def stores() -> list[str]:
    """Names of the stores in the home, sorted."""
    root = home() / "stores"
    found = (p.parent.name for p in root.glob("*/store.toml")) if root.is_dir() else ()
    return sorted(name for name in found if _NAME.fullmatch(name))


def database_url(path: Path) -> str | None:
    """`$HUANQIONG_DATABASE`, `{store}` in it being the store's name, else the line in `keys/database.url`.

    None where neither says anything: the store's records lie in its own directory, in SQLite. One variable
    without `{store}` for several stores would mix them: UsageError.
    """
    named = os.environ.get("HUANQIONG_DATABASE", "").strip()
    if named:
        if "{store}" not in named and len(stores()) > 1:
            raise UsageError(
                f"HUANQIONG_DATABASE names one database and {home()} holds the stores {', '.join(stores())}: "
                "write {store} where the name differs, or put each URL into its store's keys/database.url."
            )
        return named.replace("{store}", path.name.replace("-", "_"))
    file = path / "keys" / "database.url"
    try:
        return file.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def open_store(name: str) -> Store:
    """The named store; MissingError when there is none."""
    file = home() / "stores" / name / "store.toml"
    try:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError(name)  # a name is no path: nothing outside the stores is opened
        d = read_toml(file, "Restore it from a backup")
    except FileNotFoundError:
        have = ", ".join(stores()) or "none yet"
        raise MissingError(
            f"There is no store {name!r} in {home()} (there: {have}). `hq demo` makes one."
        ) from None
    except InputError as e:
        raise StoreError(str(e)) from None
    told = [d.get(k) for k in ("kind", "title_zh", "title_en", "theatre", "clock")]
    told.append(d.get("suite", "intl"))
    if not all(isinstance(t, str) for t in told) or told[0] not in get_args(Kind):
        raise StoreError(f"{file}: it does not say what the store is. Restore it from a backup.")
    return Store(file.parent, name, *told)  # type: ignore[arg-type]


def create_store(
    name: str,
    *,
    kind: Kind,
    title_zh: str,
    title_en: str,
    theatre: str = "hainan",
    clock: str = "live",
    suite: str = "intl",
) -> Store:
    """Makes the store's directory, or writes its description again where it exists (nothing is lost)."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"Store name {name!r}: use 1 to 40 of a-z, 0-9 and '-'.")
    path = home() / "stores" / name
    for sub in ("lake", "objects", "keys"):
        (path / sub).mkdir(parents=True, exist_ok=True)
    (path / "keys").chmod(0o700)
    quote = {"kind": kind, "title_zh": title_zh, "title_en": title_en, "theatre": theatre, "clock": clock}
    quote["suite"] = suite
    for value in quote.values():
        if any(c in value for c in '"\\\n'):
            raise UsageError(f"Store {name}: {value!r} may not hold quotes, backslashes or line breaks.")
    text = "".join(f'{k} = "{v}"\n' for k, v in quote.items())
    temporary = path / "store.toml.new"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path / "store.toml")
    return open_store(name)
