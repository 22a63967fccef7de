"""A backup unsealed into a directory aside, every member proved to be what was packed. No Django here."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import threading
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from huanqiong.core.errors import IntegrityError
from huanqiong.desk.trust.suites import Suite
from huanqiong.flows.backup.form import FORMAT, MANIFEST, Progress
from huanqiong.lake.store import home


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A backup's contents, each proved to be what was packed, in `path`: a store of a home aside."""

    path: Path
    manifest: dict[str, Any]


def unpack(
    file: Path,
    suite: Suite,
    *,
    secret: str | None = None,
    passphrase: str | None = None,
    progress: Progress | None = None,
) -> Unpacked:
    """Unseals into a directory aside. IntegrityError: changed, cut off, or sealed for somebody else."""
    aside = home() / f".restoring-{os.getpid()}" / "stores" / "unpacked"
    shutil.rmtree(aside.parent.parent, ignore_errors=True)
    aside.mkdir(parents=True)
    aside.parent.parent.chmod(0o700)
    try:
        digests = _extract(file, suite, aside, secret, passphrase, progress or (lambda *_: None))
        try:
            manifest = json.loads((aside / MANIFEST).read_text(encoding="utf-8"))
            members, fmt = dict(manifest["members"]), manifest["format"]
        except (OSError, ValueError, KeyError) as e:
            raise IntegrityError(f"{file} holds no whole backup: its list is missing ({e}).") from None
        if fmt != FORMAT:
            raise IntegrityError(f"{file}: format {fmt!r}; this version reads {FORMAT}.")
        digests.pop(MANIFEST)
        if wrong := sorted(n for n in members.keys() | digests.keys() if members.get(n) != digests.get(n)):
            raise IntegrityError(
                f"{file}: {len(wrong)} members are missing or not as packed, first {wrong[0]}."
            )
        return Unpacked(aside, manifest)
    except BaseException:
        shutil.rmtree(aside.parent.parent, ignore_errors=True)
        raise


def _extract(
    file: Path, suite: Suite, aside: Path, secret: str | None, passphrase: str | None, progress: Progress
) -> dict[str, str]:
    """Writes the members and returns their SHA-256."""
    end, begin = os.pipe()
    sealed_wrong: list[BaseException] = []
    packed_wrong: list[BaseException] = []

    def unseal() -> None:
        try:
            with os.fdopen(begin, "wb", buffering=1 << 20) as plain, file.open("rb") as sealed:
                suite.unseal(_told(sealed, file, progress), plain, secret=secret, passphrase=passphrase)
        except BaseException as e:  # noqa: BLE001  # handed on below
            sealed_wrong.append(e)

    thread = threading.Thread(target=unseal, name="unseal")
    thread.start()
    digests: dict[str, str] = {}
    try:
        with os.fdopen(end, "rb", buffering=1 << 20) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            for info in tar:
                digests[info.name] = _member(tar, info, aside)
    except tarfile.TarError as e:
        packed_wrong.append(IntegrityError(f"{file} is no whole backup ({e})."))
    finally:
        thread.join()
    # What unsealing says comes before what the archive says: the second follows from the first.
    for error in sealed_wrong + packed_wrong:
        if not isinstance(error, BrokenPipeError):
            raise error
    return digests


def _told(sealed: BinaryIO, file: Path, progress: Progress) -> BinaryIO:
    """The sealed stream, which tells how far it was read."""
    total = file.stat().st_size

    class Told:
        def read(self, n: int = -1) -> bytes:
            data = sealed.read(n)
            progress("unsealing", sealed.tell(), total)
            return data

        def readline(self, n: int = -1) -> bytes:
            return sealed.readline(n)

    return Told()  # type: ignore[return-value]


def _member(tar: tarfile.TarFile, info: tarfile.TarInfo, aside: Path) -> str:
    target = (aside / info.name).resolve()
    source = tar.extractfile(info) if info.isfile() else None
    if source is None or not target.is_relative_to(aside.resolve()):
        raise IntegrityError(f"The backup holds {info.name!r}, which is no plain file inside a store.")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with target.open("wb") as out:
        os.fchmod(out.fileno(), info.mode & 0o700)
        while data := source.read(1 << 20):
            digest.update(data)
            out.write(data)
    if info.mtime > 0:  # backups of old say nothing: such a file counts as received when it came back
        exact = int(Decimal(info.pax_headers.get("mtime", str(info.mtime))).scaleb(9))
        os.utime(target, ns=(exact, exact))
    return digest.hexdigest()
