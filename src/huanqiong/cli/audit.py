"""`hq audit`: the log as a file that outsiders verify with a public key, without our database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import InputError, IntegrityError, UsageError
from huanqiong.lake.store import create_store, stores

if TYPE_CHECKING:
    from huanqiong.desk.trust.log import Run

LARGE = 32 * 1024 * 1024
"""Bytes from which a log is verified by several processes."""
LINE_MAX = 64 * 1024 * 1024
"""Bytes in one line of a log that is still read: the longest entry a batch act writes is far below."""

StoreName = Annotated[str | None, typer.Option("--store", help="the store, where there are several")]
Json = Annotated[bool, typer.Option("--json", help="one JSON object per line")]
Key = Annotated[Path, typer.Option("--key", help="the log's public key, from a source you trust")]


def export(
    out: Annotated[Path, typer.Option("-o", "--out", help="the log, a JSON object a line")],
    key_out: Annotated[Path, typer.Option("--key-out", help="the public key that verifies it")],
    store: StoreName = None,
) -> None:
    """Writes the audit log with its signed checkpoints, and the key to verify it with.

    In a home without any store it begins one, `main`, with its genesis entry.
    """
    from huanqiong.cli.django import open_records

    if store is None and not stores():
        create_store("main", kind="live", title_zh="主库", title_en="Main store")
    opened = open_records(store)
    from huanqiong.desk.trust import acts, reads
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.desk.trust.keys import signing_key
    from huanqiong.desk.trust.log import export_lines
    from huanqiong.desk.trust.which import suite

    point, key = acts.checkpoint(opened.keys, by=OPERATOR), signing_key(opened.keys, suite())
    with ui.progress(f"log of {opened.name}") as report:
        points = reads.checkpoints(point.size, suite().name)
        lines = export_lines(reads.entries(point.size), points, key)
        replace(out, _counted(lines, point.size, report))
    replace(key_out, iter([key.public().pem()]))
    ui.say(f"{point.size:,} entries of store {opened.name} in {out}; key in {key_out}")


def verify(
    log: Annotated[Path, typer.Argument(help="the exported log")],
    key: Key,
    pin: Annotated[
        Path | None, typer.Option("--pin", help="an older checkpoint you kept, or its log")
    ] = None,
    witness: Annotated[
        list[str] | None, typer.Option("--witness", help="NAME=KEY.pub: this witness must have cosigned")
    ] = None,
    tsa: Annotated[
        Path | None, typer.Option("--tsa", help="root certificates of the authority that stamped time, PEM")
    ] = None,
    as_json: Json = False,
) -> None:
    """Checks every entry, their order and the signatures; needs no database and no network.

    Finds edits, deletions, insertions, changes of order, a cut-off end; with --pin a rewritten history.
    """
    from huanqiong.desk.trust import log as trust_log
    from huanqiong.desk.trust.suites import read_verify_key

    public = read_verify_key(ui.read(key))
    pinned = trust_log.last_checkpoint(_text(pin)) if pin is not None else None
    with _several(log) as run:
        found = trust_log.verify(_lines(log), public, pin=pinned, run=run)
    seen = [_witnessed(found, one) for one in witness or []]
    stamped = _stamped(found, tsa) if tsa is not None else []
    point = found.point
    if as_json:
        ui.emit_json(
            valid=True,
            entries=point.size,
            root=point.root.hex(),
            origin=point.origin,
            suite=public.suite.name,
            checkpoints=found.checkpoints,
            witnesses=[{"name": n, "size": s, "at": t} for n, s, t in seen],
            timestamps=[{"size": s, "at": t} for s, t in stamped],
            timestamps_unchecked=len(found.timestamps) - len(stamped),
        )
        return
    ui.answer(f"valid: {point.size:,} entries of {point.origin}, root {point.root.hex()}")
    ui.say(f"  {found.checkpoints:,} checkpoints of the suite {public.suite.name}, each signed by this key")
    for name, size, at in seen:
        ui.say(f"  witness {name} saw {size:,} entries at {at}")
    for size, at in stamped:
        ui.say(f"  the authority saw {size:,} entries at {at}")
    if len(found.timestamps) > len(stamped):
        ui.say(f"  {len(found.timestamps)} stamps of time not checked: give --tsa")


def proof(
    out: Annotated[Path, typer.Option("-o", "--out", help="the request to the witness, a text")],
    since: Annotated[int, typer.Option(help="how many entries the witness saw last; 0: none")] = 0,
    store: StoreName = None,
) -> None:
    """Writes what a witness asks for: the newest checkpoint, and proof that the log only grew since."""
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from huanqiong.desk.trust import acts, reads
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.desk.trust.witness import request

    point = acts.checkpoint(opened.keys, by=OPERATOR)
    if not 0 <= since <= point.size:
        raise UsageError(f"--since {since}: the log has {point.size} entries.")
    hashes = reads.proof_of_consistency(since, point.size) if since else []
    replace(out, iter([request(since, hashes, point.text).encode()]))
    ui.say(f"checkpoint over {point.size:,} entries, consistent since {since:,}, in {out}")


def cosign(
    request: Annotated[Path, typer.Argument(help="the request that `hq audit proof` wrote")],
    log_key: Annotated[Path, typer.Option("--log-key", help="the log's public key")],
    name: Annotated[str, typer.Option("--name", help="this witness's name, e.g. witness.example/gd")],
    keys: Annotated[Path, typer.Option("--keys", help="this witness's directory: key, and what it saw")],
    out: Annotated[Path, typer.Option("-o", "--out", help="the cosignature, one line")],
) -> None:
    """As a witness: sees that another's log only grew since last time, and signs that. Needs no store.

    The first call makes the witness's key and leaves its public half in the directory as witness.pub.
    """
    import time

    from huanqiong.desk.trust import witness as w
    from huanqiong.desk.trust.keys import signing_key
    from huanqiong.desk.trust.note import read_checkpoint
    from huanqiong.desk.trust.suites import read_verify_key

    if not name or "+" in name or len(name.split()) != 1:
        raise UsageError(f"--name {name!r}: no spaces and no plus sign.")
    public = read_verify_key(ui.read(log_key))
    key = signing_key(keys, public.suite)
    seen_file = keys / f"seen-{public.suite.digest(public.raw).hex()[:16]}.checkpoint"
    seen = read_checkpoint(_text(seen_file), public) if seen_file.exists() else None
    point, line = w.cosign(_text(request), seen, public, name=name, key=key, at_s=int(time.time()))
    replace(seen_file, iter([point.text.encode()]))
    replace(keys / "witness.pub", iter([key.public().pem()]))
    replace(out, iter([f"{point.size}\n{line}\n".encode()]))
    ui.say(f"cosigned {point.origin} at {point.size:,} entries; key in {keys / 'witness.pub'}")


def accept(
    file: Annotated[Path, typer.Argument(help="what the witness returned, or an authority's response")],
    name: Annotated[str, typer.Option("--name", help="the witness's name")] = "",
    key: Annotated[Path | None, typer.Option("--key", help="the witness's public key")] = None,
    size: Annotated[int | None, typer.Option("--size", help="which checkpoint was stamped")] = None,
    store: StoreName = None,
) -> None:
    """Keeps a witness's cosignature (--name, --key) or a stamp of time (--size) with the log."""
    from huanqiong.cli.django import open_records

    if (key is None) == (size is None):
        raise UsageError("Give --name and --key for a witness's line, or --size for a stamp of time.")
    open_records(store)
    from huanqiong.desk.trust import acts
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.desk.trust.suites import read_verify_key

    if key is not None:
        number, _, line = _text(file).partition("\n")
        if not number.isdecimal():
            raise InputError("no cosignature in it", where=str(file), remedy="Give what `cosign` wrote.")
        public = read_verify_key(ui.read(key))
        acts.take_cosignature(line.rstrip("\n"), name, public, size=int(number), by=OPERATOR)
        ui.say(f"{name} cosigned the checkpoint over {int(number):,} entries")
    elif size is not None:
        at = acts.take_timestamp(ui.read(file), size=size, by=OPERATOR)
        ui.say(f"the checkpoint over {size:,} entries was stamped at {at}")


def stamp(
    out: Annotated[Path, typer.Option("-o", "--out", help="the request, for the authority (RFC 3161)")],
    store: StoreName = None,
) -> None:
    """Writes a request to stamp the time of the newest checkpoint; `hq audit accept` takes the answer."""
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from huanqiong.desk.trust import acts
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.desk.trust.stamp import stamp_request

    point = acts.checkpoint(opened.keys, by=OPERATOR)
    replace(out, iter([stamp_request(point)]))
    ui.say(f"request over {point.size:,} entries in {out}; then: hq audit accept ANSWER --size {point.size}")


def _witnessed(found: object, named: str) -> tuple[str, int, str]:
    from datetime import UTC, datetime

    from huanqiong.desk.trust.log import Verified
    from huanqiong.desk.trust.note import read_note
    from huanqiong.desk.trust.suites import read_verify_key
    from huanqiong.desk.trust.witness import check_cosignature

    name, _, path = named.rpartition("=")
    if not name or not path or not isinstance(found, Verified):
        raise UsageError(f"--witness {named!r}: say NAME=KEY.pub.")
    public = read_verify_key(ui.read(Path(path)))
    for point in reversed(found.cosigned):
        signature = read_note(point.text).of(name, public.suite.cosignature_type, public)
        if signature is not None:
            at_s = check_cosignature(point, signature.line().rstrip("\n"), name, public)
            return name, point.size, datetime.fromtimestamp(at_s, UTC).isoformat()
    raise IntegrityError(f"No checkpoint in this log carries a cosignature of {name} with that key.")


def _stamped(found: object, tsa: Path) -> list[tuple[int, str]]:
    import base64

    from huanqiong.desk.trust.log import Verified
    from huanqiong.desk.trust.stamp import check_stamp

    if not isinstance(found, Verified) or not found.timestamps:
        raise IntegrityError("The log carries no stamp of time.")
    roots = ui.read(tsa)
    return [
        (point.size, check_stamp(base64.b64decode(token), point, roots).isoformat())
        for point, token in found.timestamps
    ]


@contextmanager
def _several(log: Path) -> Iterator[Run]:
    """How the parts of the file are read: by several processes where it is worth their start."""
    cores = min(4, os.cpu_count() or 1)
    if cores == 1 or not log.is_file() or log.stat().st_size < LARGE:
        yield map
        return
    import multiprocessing

    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        yield pool.imap


def _counted(lines: Iterator[str], total: int, report: ui.Progress) -> Iterator[bytes]:
    for n, line in enumerate(lines, 1):
        if n % 5000 == 0:
            report("entries", min(n, total), total)
        yield f"{line}\n".encode()


def _text(path: Path) -> str:
    try:
        return ui.read(path).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError("not a text", where=str(path), remedy="Give the file as it was written.") from None


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


def replace(path: Path, parts: Iterator[bytes]) -> None:
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
