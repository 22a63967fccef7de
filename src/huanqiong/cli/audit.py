"""`hq audit`: the log as a file that outsiders verify with a public key, without our database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import InputError, IntegrityError
from huanqiong.lake.store import create_store, stores

LINE_MAX = 64 * 1024 * 1024
"""Bytes in one line of a log that is still read: the longest entry a batch act writes is far below."""


def export(
    out: Annotated[Path, typer.Option("-o", "--out", help="the log, a JSON object a line")],
    key_out: Annotated[Path, typer.Option("--key-out", help="the public key that verifies it")],
    store: Annotated[str | None, typer.Option("--store", help="the store, where there are several")] = None,
) -> None:
    """Writes the audit log with a signed checkpoint, and the key to verify it with.

    In a home without any store it begins one, `main`, with its genesis entry.
    """
    from huanqiong.cli.django import open_records

    if store is None and not stores():
        create_store("main", kind="live", title_zh="主库", title_en="Main store")
    opened = open_records(store)
    from huanqiong.desk.trust import acts, reads
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.desk.trust.keys import signing_key
    from huanqiong.desk.trust.log import export_lines, public_pem

    point = acts.checkpoint(opened.keys, by=OPERATOR)
    entries = reads.audit_log(point["size"])
    _replace(out, (f"{line}\n".encode() for line in export_lines(entries, point["text"])))
    _replace(key_out, iter([public_pem(signing_key(opened.keys).public_key())]))
    ui.say(f"{point['size']:,} entries of store {opened.name} in {out}; key in {key_out}")


def verify(
    log: Annotated[Path, typer.Argument(help="the exported log")],
    key: Annotated[Path, typer.Option("--key", help="the public key, from a source you trust")],
    pin: Annotated[
        Path | None, typer.Option("--pin", help="an older checkpoint you kept, or its log")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object per line")] = False,
) -> None:
    """Checks every entry, their order and the signature; needs no database and no network.

    Finds edits, deletions, insertions, changes of order, a cut-off end; with --pin a rewritten history.
    """
    from huanqiong.desk.trust import log as trust_log

    public = trust_log.read_public_key(_read(key))
    point = trust_log.verify(_lines(log), public, pin=_pin(pin) if pin is not None else None)
    if as_json:
        ui.emit_json(valid=True, entries=point.size, head=point.head, origin=point.origin)
    else:
        ui.answer(f"valid: {point.size:,} entries of {point.origin}, head {point.head}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as e:
        raise InputError(
            e.strerror or str(e), where=str(path), remedy="Give a file that can be read."
        ) from None


def _lines(path: Path) -> Iterator[bytes]:
    """Lines without their ends; a last line without an end, or an endless one, is a changed file."""
    try:
        with path.open("rb") as f:
            for line in iter(lambda: f.readline(LINE_MAX), b""):
                if not line.endswith(b"\n"):
                    raise IntegrityError(f"{path}: a line has no end: the file was cut off or changed.")
                yield line[:-1]
    except OSError as e:
        raise InputError(
            e.strerror or str(e), where=str(path), remedy="Give a file that can be read."
        ) from None


def _pin(path: Path) -> str:
    """A checkpoint kept as its own text, or the one in an older export."""
    import json

    data = _read(path)
    try:
        text = data.decode("utf-8")
        if text.startswith("{"):
            return str(json.loads(text.splitlines()[-1])["checkpoint"])
    except (ValueError, KeyError, IndexError):
        raise InputError(
            "no checkpoint in it", where=str(path), remedy="Give one that was exported."
        ) from None
    return text


def _replace(path: Path, parts: Iterator[bytes]) -> None:
    """Writes the whole file or leaves the old one."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with new.open("wb") as f:
            for part in parts:
                f.write(part)
            f.flush()
            os.fsync(f.fileno())
        new.replace(path)
    except OSError as e:
        raise InputError(
            e.strerror or str(e), where=str(path), remedy="Choose a place to write to."
        ) from None
    finally:
        new.unlink(missing_ok=True)
