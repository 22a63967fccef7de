"""A store back from what was unpacked: records loaded and read again, log and lake proved, then put in place.

Until the last step everything lies in a home aside; what fails leaves no half store. The same backup goes
into SQLite or into an empty PostgreSQL database, wherever it came from.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from huanqiong.core.errors import IntegrityError, StateError, UsageError
from huanqiong.flows.backup.form import MANIFEST, RECORDS, Progress
from huanqiong.flows.backup.unpack import Unpacked
from huanqiong.lake.store import Store, home, open_store


@dataclass(frozen=True, slots=True)
class Restored:
    """A store that is back."""

    name: str
    made_at: str
    tables: int
    rows: int
    files: int
    log_entries: int


def restore(
    unpacked: Unpacked,
    name: str | None,
    *,
    by: Any,
    set_up: Callable[[Store], None],
    progress: Progress | None = None,
) -> Restored:
    """Loads the records, proves them, and puts the store in its place.

    `name`: the store's name here, None: the one it had. `set_up` opens Django on a store, makes its tables.
    StateError: there is such a store already. IntegrityError: the backup is of another version, or what was
    loaded is not what was packed.
    """
    told = progress or (lambda *_: None)
    manifest = unpacked.manifest
    name = name or str(manifest["store"])
    here = home()
    aside = unpacked.path.parent.parent
    try:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
            raise UsageError(f"Store name {name!r}: use 1 to 40 of a-z, 0-9 and '-'.")
        if (here / "stores" / name).exists():
            raise StateError(f"There is a store {name} already: restore under another name with --as.")
        records, store = aside / RECORDS, aside / "stores" / name
        (unpacked.path / RECORDS).rename(records)
        unpacked.path.rename(store)
        os.environ["HUANQIONG_HOME"] = str(aside)  # until it is whole, it is a store of a home aside
        set_up(open_store(name))
        entries = _load(manifest, store, records, by, told)
        _check_lake(store)
        (store / MANIFEST).unlink()
        os.sync()
        (here / "stores").mkdir(parents=True, exist_ok=True)
        store.rename(here / "stores" / name)
    finally:
        os.environ["HUANQIONG_HOME"] = str(here)
        shutil.rmtree(aside, ignore_errors=True)
    return Restored(
        name,
        manifest["made_at"],
        len(manifest["rows"]),
        sum(manifest["rows"].values()),
        len(manifest["members"]) - len(manifest["rows"]),
        entries,
    )


def _load(manifest: dict[str, Any], store: Path, records: Path, by: Any, progress: Progress) -> int:
    """Fills the tables, reads them again and compares; returns how many entries the log has."""
    from django.db import connection

    from huanqiong.desk.trust import acts
    from huanqiong.desk.trust import reads as trust_reads
    from huanqiong.desk.trust.acts.rows import load_rows
    from huanqiong.desk.trust.reads import rows
    from huanqiong.desk.trust.sequencer import sequence
    from huanqiong.flows.backup.make import migrations

    if (here := migrations()) != manifest["migrations"]:
        missing = sorted(set(manifest["migrations"]) ^ set(here))
        raise IntegrityError(
            f"The backup was made by huanqiong {manifest['version']} with other tables ({missing[0]}). "
            "Restore it with that version, then upgrade."
        )
    names = sorted(manifest["rows"])

    def parts() -> Iterator[tuple[str, IO[bytes]]]:
        for n, table in enumerate(names):
            progress("records", n, len(names))
            with (records / f"{table}.jsonl").open("rb") as f:
                yield table, f

    load_rows(parts(), by=by)
    for n, model in enumerate(rows.tables()):
        progress("proving", n, len(names))
        table = model._meta.label_lower
        count, found = rows.digest(model)
        if count != manifest["rows"].get(table) or found != manifest["members"][f"{RECORDS}/{table}.jsonl"]:
            raise IntegrityError(
                f"The table {table} reads differently after it was loaded: nothing was kept."
            )
    content = hashlib.sha256(json.dumps(manifest["members"], sort_keys=True).encode()).hexdigest()
    acts.log_restore(manifest["made_at"], content, sum(manifest["rows"].values()), by=by)
    sequence(store / "keys")
    _log_holds()
    size = trust_reads.log_end().size
    connection.close()
    return size


def _log_holds() -> None:
    """IntegrityError unless the audit log in the records is the one that its last checkpoint signed."""
    from huanqiong.core.merkle import Frontier
    from huanqiong.desk.trust import reads
    from huanqiong.desk.trust.note import parse_checkpoint
    from huanqiong.desk.trust.which import suite

    newest = reads.checkpoint()
    if newest is None:
        return
    point, tree = parse_checkpoint(newest)[0], Frontier(hasher=suite().hasher)
    for _, body, _ in reads.entries(point.size):
        tree.push(tree.hasher.leaf(body.encode()))
    if tree.size != point.size or tree.root() != point.root:
        raise IntegrityError("The audit log in the backup is not the one that its checkpoint signed.")


def _check_lake(path: Path) -> None:
    """Takes away parts that came after the lake's list was packed; IntegrityError: a part is missing."""
    from huanqiong.lake import check
    from huanqiong.lake.positions import Lake

    if not (path / "lake" / "manifest.json").is_file():
        return
    lake = Lake(path / "lake")
    if wrong := [f for f in check.verify(lake) if not f.leftover]:
        first = wrong[0]
        raise IntegrityError(f"The lake in the backup is not whole: {first.path.name}: {first.cause}.")
    check.repair(lake)
