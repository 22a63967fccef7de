"""What a store's verdicts rested on, kept: the rules and the geography of every detection run.

    STORE/grounds/profiles/NAME-VERSION-SHA.toml    the exact bytes
    STORE/grounds/geography/FINGERPRINT/...         every file it was read from

An upgrade brings other rules and another geography; what was found before must still be found again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from huanqiong import data
from huanqiong.core.errors import HuanqiongError
from huanqiong.core.geography import Geography, load_geography
from huanqiong.core.geography import geography as geographies
from huanqiong.core.geography.anchorages import FILES as ANCHORAGES
from huanqiong.core.profile import Profile, load_profile
from huanqiong.flows.sea_geography import geography_of
from huanqiong.lake.durable import TEMPORARY, store_error, write_file
from huanqiong.lake.store import Store


def keep_grounds(store: Store, profile: Profile, geography: Geography) -> None:
    """Keeps the rules and the geography (`geography_of` the store) of a run; again changes nothing.

    StoreError: the disk is full and the like.
    """
    content = Path(profile.where).read_bytes()
    name = f"{profile.name}-{profile.version}-{hashlib.sha256(content).hexdigest()[:16]}.toml"
    file = _room(store, "profiles") / name
    if not file.exists():
        _write(file, content)
    place = _room(store, "geography") / geography.fingerprint
    if place.exists():
        return
    unfinished = place.with_name(f"{TEMPORARY}{os.getpid()}-{place.name}")
    try:
        for path in geography_files(store.geography if store.geography.is_dir() else None):
            _write(unfinished / path.name, path.read_bytes())
        # The store's own files may have changed in between: then the next run keeps them.
        if load_geography(store.theatre, unfinished).fingerprint == geography.fingerprint:
            unfinished.replace(place)
    except OSError as e:
        if not place.exists():  # else another process was faster
            raise store_error(e, place) from e
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def geography_files(own: Path | None) -> list[Path]:
    """The files a geography is read from: those of the store's own directory before the bundled ones."""
    out = []
    for name in geographies.FILES:
        names = geographies.SHORELINES if name == "shoreline" else (name,)
        places = [d / n for d in (own, data.path("geography")) if d is not None for n in names]
        out.append(next(p for p in places if p.is_file()))
    if own is not None:
        out += [p for n in ANCHORAGES if (p := own / n).is_file()][:1]
    return out


def kept_profiles(store: Store, name: str, version: str) -> Iterator[Profile]:
    """The rules of that name and version: the program's own first, then those the store kept."""
    seen = set()
    kept = sorted(_room(store, "profiles").glob("*.toml"))
    for where in (name, *kept):
        try:
            profile = load_profile(where)
            content = Path(profile.where).read_bytes()
        except HuanqiongError:
            continue
        if (profile.name, profile.version) == (name, version) and content not in seen:
            seen.add(content)
            yield profile


def kept_geographies(store: Store) -> Iterator[tuple[Geography, Path | None]]:
    """(geography, the files it was read from): the store's of today (None: the bundled one), then those
    kept, the newest first."""
    now = geography_of(store)
    yield now, store.geography if store.geography.is_dir() else None
    kept = [p for p in _room(store, "geography").glob("*") if not p.name.startswith(TEMPORARY)]
    for place in sorted(kept, key=lambda p: p.stat().st_mtime, reverse=True):
        if place.name == now.fingerprint:
            continue
        geography = load_geography(store.theatre, place)
        if geography.fingerprint == place.name:
            yield geography, place


def _room(store: Store, name: str) -> Path:
    return store.path / "grounds" / name


def _write(path: Path, content: bytes) -> None:
    def write(out: IO[bytes]) -> None:
        out.write(content)

    write_file(path, write)
