"""A real public day: found at its publisher, brought here, checked, its origin written beside it."""

from __future__ import annotations

import json
import os
import shutil
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from huanqiong.core.errors import InputError, IntegrityError, MissingError
from huanqiong.feed.files.raw import open_raw, sha256_of
from huanqiong.feed.net.download import FIRST_WAIT_S, download
from huanqiong.feed.net.listen import utc_now
from huanqiong.feed.net.sources import Place, Source, places, source_named
from huanqiong.feed.net.web import StatusError, host_of

Progress = Callable[[str, int, int], None]
_MAGIC = {"zip": b"PK\x03\x04", "zst": b"\x28\xb5\x2f\xfd", "parquet": b"PAR1"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A day's file, as published, and where it came from; written beside it as `NAME.origin.json`."""

    path: str
    url: str
    bytes: int
    sha256: str
    """Of the file as published: what a position's `raw_sha256` says."""
    fetched: str
    source: str
    licence: str
    attribution: str
    new: bool = True
    """False when it was here already and is still what was fetched."""


def fetch(
    name: str,
    day: date,
    out: Path,
    *,
    base: str | None = None,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
    clock: Callable[[], datetime] = utc_now,
    first_wait_s: float = FIRST_WAIT_S,
) -> Fetched:
    """The day's file in the directory `out`, resumed if a part is there.

    `base` is another address than the publisher's. UsageError: unknown name, impossible day. MissingError:
    not published, or no network. IntegrityError: a file of that name is there and is not what was fetched.
    """
    source = source_named(name)
    candidates = places(source, day)
    for place in candidates:
        here = _already(out / place.name, progress)
        if here is not None:
            return here
    absent: list[str] = []
    away: list[str] = []
    for place in candidates:
        url, to = place.url(base), out / place.name
        try:
            download(url, to, stop=stop, progress=progress, first_wait_s=first_wait_s)
        except StatusError as error:
            absent.append(f"{url} ({error})")
            continue
        except MissingError as error:
            if stop is not None and stop.is_set():
                raise
            if to.with_name(to.name + ".part").exists():
                raise MissingError(f"{error}. What came is kept; ask again to go on from there.") from None
            if host_of(url) not in str(away):
                away.append(str(error))
            continue
        return _finished(to, place, url, source, progress, clock)
    if away:
        raise MissingError(
            f"{'; '.join(away)}. This needs a network. Without one, fetch {candidates[0].url(base)} "
            "elsewhere and load it here: hq sea load FILE."
        )
    raise MissingError(
        f"{source.title}: {day} is not there, asked {', '.join(absent)}. Days appear after {source.delay}; "
        "choose another day."
    )


def unpack(path: Path, *, progress: Progress | None = None) -> list[Path]:
    """The texts inside a packed file, beside it, written piece by piece; a file of Parquet is left as it is.

    InputError where it is broken; MissingError where there is no room.
    """
    with path.open("rb") as f:
        start = f.read(4)
    if start == _MAGIC["parquet"]:
        return [path]
    if start != _MAGIC["zip"]:
        raw = open_raw(path)
        to = path.with_suffix("") if path.suffix in (".zst", ".gz") else path.with_name(path.name + ".txt")
        with _written(to) as f:
            for chunk in raw.chunks(progress=lambda _, done, total: _tell(progress, "unpack", done, total)):
                f.write(chunk)
            if raw.damage:
                raise InputError(raw.damage, where=str(path), remedy="Fetch it again")
        return [to]
    out = []
    try:
        with zipfile.ZipFile(path) as z:
            members = [m for m in z.infolist() if not m.is_dir()]
            need, room = sum(m.file_size for m in members), shutil.disk_usage(path.parent).free
            if need > room:
                raise MissingError(f"{path}: {need:,} bytes to unpack, {room:,} free. Free some room.")
            for member in members:
                # Only the last part of the name: a packed path must not lead out of the directory.
                to = path.parent / Path(member.filename.replace("\\", "/")).name
                done = 0
                with _written(to) as f, z.open(member) as packed:
                    while chunk := packed.read(1 << 20):
                        f.write(chunk)
                        done += len(chunk)
                        _tell(progress, f"unpack {to.name}", done, member.file_size)
                out.append(to)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise InputError(f"the zip is broken: {error}", where=str(path), remedy="Fetch it again") from None
    return out


def origin_file(path: Path) -> Path:
    return path.with_name(path.name + ".origin.json")


def _already(path: Path, progress: Progress | None) -> Fetched | None:
    """What is here from before; None when nothing is, IntegrityError when it has changed."""
    if not path.exists():
        return None
    try:
        known = Fetched(**json.loads(origin_file(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise IntegrityError(
            f"{path} is there, but nothing says where it came from. "
            "Move it away, or load it as it is: hq sea load."
        ) from None
    if path.stat().st_size != known.bytes or sha256_of(path, progress) != known.sha256:
        raise IntegrityError(f"{path} is not what was fetched from {known.url}. Move it away and ask again.")
    return Fetched(**asdict(known) | {"path": str(path), "new": False})


def _finished(
    path: Path,
    place: Place,
    url: str,
    source: Source,
    progress: Progress | None,
    clock: Callable[[], datetime],
) -> Fetched:
    """Checks what came and writes its origin beside it."""
    magic = _MAGIC[place.packing]
    with path.open("rb") as f:
        start = f.read(len(magic))
    if start != magic:
        path.unlink()
        raise InputError(
            f"what came is no {place.packing} file",
            where=url,
            remedy="Ask again later, or look at the address",
        )
    fetched = Fetched(
        str(path),
        url,
        path.stat().st_size,
        sha256_of(path, progress),
        clock().isoformat(timespec="seconds"),
        source.name,
        source.licence,
        source.attribution,
    )
    with _written(origin_file(path)) as f:
        f.write(json.dumps(asdict(fetched), ensure_ascii=False, indent=2).encode() + b"\n")
    return fetched


@contextmanager
def _written(to: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all."""
    new = to.with_name(to.name + ".new")
    try:
        with new.open("wb") as f:
            yield f
        os.replace(new, to)
    finally:
        new.unlink(missing_ok=True)


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress:
        progress(stage, done, total)
