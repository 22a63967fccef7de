"""A Hainan drill in a store of its own: invent, seal the truth, and send it the whole real way in.

The invented ships speak real sentences; those are kept as a file, decoded, stored and looked at like any
others. Only the seal knows what truly happened, until the drill is scored.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pyarrow.csv as csv
from django.db import transaction

from huanqiong import data
from huanqiong.core.errors import MissingError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.watch.verdict_table import events_table
from huanqiong.drill import World, hainan, seal, unseal
from huanqiong.drill.score import Score, score
from huanqiong.flows import sea_archive
from huanqiong.flows.shore.drill_register import register_boats
from huanqiong.lake.durable import write_file
from huanqiong.lake.store import Store

Progress = Callable[[str, int, int], None]


def stage(store: Store, *, seed: int, hours: float, progress: Progress | None = None) -> None:
    """Fills a drill's store; again with the same seed changes nothing."""

    def tell(done: int) -> None:
        if progress:
            progress("inventing the drill", done, 3)

    tell(0)
    world = hainan(seed, hours)
    tell(1)
    _seal(store, world)
    file = store.path / "drill" / f"drill-{seed}-{hours:g}h.nmea"
    sentences = world.sentences()

    def write(out: IO[bytes]) -> None:
        out.write(sentences)

    write_file(file, write)
    tell(2)
    for _ in sea_archive.load(store, [file], progress=progress):
        pass
    file.unlink()  # kept among the objects
    _register(world)
    _chart(store, world)
    tell(3)


def _seal(store: Store, world: World) -> None:
    """Writes the promise and the sealed truth, once: a drill that runs keeps the promise it began with."""
    promise, content = store.path / "drill" / "promise.json", store.path / "drill" / "truth.sealed"
    if promise.exists() and json.loads(promise.read_text())["world"] == world.fingerprint:
        return
    sealed = seal(world.truth, secrets.token_bytes(32))
    promise.parent.mkdir(exist_ok=True)
    content.write_bytes(sealed.content)
    doc = {
        "commitment": sealed.commitment,
        "world": world.fingerprint,
        "seed": world.seed,
        "hours": world.hours,
    }
    promise.write_text(json.dumps(doc))


def _chart(store: Store, world: World) -> None:
    """The waiting anchorages of the drill's chart, where any store keeps its own (docs/geography.md)."""

    def write(out: IO[bytes]) -> None:
        csv.write_csv(world.anchorages, out)

    store.geography.mkdir(exist_ok=True)
    write_file(store.geography / "anchorages.csv", write)


def _register(world: World) -> None:
    with transaction.atomic():
        registry.load_units(data.toml("drill/units.toml")["unit"], by=SYSTEM)
        for row in world.register.to_pylist():
            registry.register_vessel(
                by=OPERATOR,
                mmsi=row["mmsi"],
                name_zh=row["name_zh"] or "",
                name_en=row["name_en"] or "",
                home_port=row["home_port_zh"] or "",
                flag=row["flag"] or "",
                request_id=f"drill-register-{world.fingerprint[:16]}-{row['mmsi']}",
            )
        register_boats(world.register.to_pylist(), version=world.fingerprint[:12], by=OPERATOR)


def reveal(store: Store) -> tuple[Score, str]:
    """Opens the seal and scores what the detectors raised; returns the score and the promise it kept.

    IntegrityError: the sealed truth is not the one promised. MissingError: the store holds no drill.
    """
    promise, content = store.path / "drill" / "promise.json", store.path / "drill" / "truth.sealed"
    if not promise.exists():
        raise MissingError(f"Store {store.name} holds no drill: `hq drill hainan` makes one.")
    commitment = json.loads(promise.read_text())["commitment"]
    truth = unseal(Path(content).read_bytes(), commitment)
    return score(events_table(), truth), commitment
