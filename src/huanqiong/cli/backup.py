"""`hq backup`, `hq restore`: a store into one sealed file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from huanqiong.cli import ui
from huanqiong.core.errors import InputError, MissingError, UsageError
from huanqiong.lake.store import Store, home

Passphrase = Annotated[
    Path | None, typer.Option("--passphrase-file", help="a file whose first line is the passphrase")
]


def backup(
    file: Annotated[Path, typer.Argument(help="where the backup goes")],
    store: Annotated[str | None, typer.Option("--store", help="the store, where there are several")] = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="a recipient (`hq backup-key` makes one); may be repeated"),
    ] = None,
    passphrase_file: Passphrase = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object per line")] = False,
) -> None:
    """Writes a store into one encrypted file: records, lake, objects, keys. The store may be in use.

    Without --to or a passphrase it is sealed for this home's own backup key, made on first use: keep a copy
    of that key elsewhere, without it the backup cannot be opened.
    """
    from huanqiong.cli.django import open_records

    opened = open_records(store)
    from huanqiong.desk.trust.actor import OPERATOR
    from huanqiong.flows.backup import make

    passphrase = _first_line(passphrase_file) if passphrase_file is not None else None
    recipients = tuple(to or ()) or (() if passphrase is not None else (_own_key(opened.suite)[1],))
    with ui.progress(f"backup of {opened.name}") as report:
        made = make.backup(opened, file, by=OPERATOR, to=recipients, passphrase=passphrase, progress=report)
    if as_json:
        ui.emit_json(
            store=opened.name, bytes=made.bytes, tables=made.tables, rows=made.rows, files=made.files
        )
    ui.say(
        f"{opened.name}: {made.rows:,} rows of {made.tables} tables and {made.files:,} files in {made.file} "
        f"({made.bytes:,} bytes)"
    )


def restore(
    file: Annotated[Path, typer.Argument(help="the backup")],
    name: Annotated[str | None, typer.Option("--as", help="another name for the store")] = None,
    key: Annotated[Path | None, typer.Option("--key", help="the secret key of `hq backup-key`")] = None,
    passphrase_file: Passphrase = None,
    database: Annotated[
        str | None, typer.Option("--database", help="an empty PostgreSQL database for the records")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object per line")] = False,
) -> None:
    """Brings a store back from a backup, proves it equal, and puts it in place; never over another store."""
    from huanqiong.desk.trust.suites import suite_of
    from huanqiong.flows.backup import restore as back
    from huanqiong.flows.backup.unpack import unpack

    suite = suite_of(_suite_of(file))
    passphrase = _first_line(passphrase_file) if passphrase_file is not None else None
    secret = None if passphrase is not None else _secret(key, suite.name)
    with ui.progress("restore") as report:
        unpacked = unpack(file, suite, secret=secret, passphrase=passphrase, progress=report)
        wanted = name or str(unpacked.manifest["store"])
        url = database or _from_environment(wanted)

        def set_up(store: Store) -> None:
            from huanqiong.cli.django import open_records

            if url is not None:
                os.environ["HUANQIONG_DATABASE"] = url
            open_records(store.name)

        from huanqiong.desk.trust.actor import OPERATOR

        done = back.restore(unpacked, name, by=OPERATOR, set_up=set_up, progress=report)
    os.environ["HUANQIONG_STORE"] = done.name
    if database is not None:
        _remember(home() / "stores" / done.name / "keys" / "database.url", database)
    if as_json:
        ui.emit_json(
            store=done.name, made_at=done.made_at, rows=done.rows, files=done.files, entries=done.log_entries
        )
    ui.say(
        f"{done.name} is back as of {done.made_at}: {done.rows:,} rows of {done.tables} tables, "
        f"{done.files:,} files; its audit log of {done.log_entries:,} entries holds"
    )


def backup_key(
    out: Annotated[Path, typer.Option("-o", "--out", help="the secret key: keep it away from the server")],
    suite: Annotated[str, typer.Option(help="the cipher suite of the store: intl or gm")] = "intl",
) -> None:
    """Makes a key pair for backups: the secret into a file, the recipient on the screen (for --to)."""
    from huanqiong.desk.trust.suites import suite_of

    secret, recipient = suite_of(suite).new_identity()
    _write_secret(out, secret, recipient)
    ui.answer(recipient)


def _suite_of(file: Path) -> str:
    try:
        with file.open("rb") as f:
            head = f.read(32)
    except OSError as e:
        raise InputError(e.strerror or str(e), where=str(file), remedy="Give a backup.") from None
    return "gm" if head.startswith(b"huanqiong-sealed/gm/") else "intl"


def _own_key(suite: str) -> tuple[str, str]:
    """(secret, recipient) of this home's own backup key, made on first use."""
    file = home() / f"backup-{suite}.key"
    if not file.exists():
        from huanqiong.desk.trust.suites import suite_of

        _write_secret(file, *suite_of(suite).new_identity())
        ui.say(f"made {file}: keep a copy elsewhere, without it no backup opens")
    secret, recipient = _key_lines(file)
    return secret, recipient


def _write_secret(file: Path, secret: str, recipient: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{file} is there already: no key is overwritten.") from None
    with os.fdopen(descriptor, "w") as f:
        f.write(f"# huanqiong backup key; recipient: {recipient}\n{secret}\n")


def _key_lines(file: Path) -> tuple[str, str]:
    """(secret, recipient) in a key file."""
    lines = ui.read(file).decode("utf-8", "replace").splitlines()
    secrets = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if len(secrets) != 1:
        raise InputError("one secret key is due", where=str(file), remedy="Give the file of `hq backup-key`.")
    told = next((line for line in lines if "recipient: " in line), "")
    return secrets[0], told.rpartition("recipient: ")[2].strip()


def _secret(key: Path | None, suite: str) -> str:
    file = key or home() / f"backup-{suite}.key"
    if not file.exists():
        raise MissingError(f"There is no key {file}. Name the one that opens this backup with --key.")
    return _key_lines(file)[0]


def _first_line(file: Path) -> str:
    text = ui.read(file).decode("utf-8", "replace").split("\n", 1)[0].rstrip("\r")
    if not text:
        raise InputError("its first line is empty", where=str(file), remedy="Write the passphrase there.")
    return text


def _from_environment(name: str) -> str | None:
    named = os.environ.get("HUANQIONG_DATABASE", "").strip()
    return named.replace("{store}", name.replace("-", "_")) or None


def _remember(file: Path, url: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(url + "\n")
