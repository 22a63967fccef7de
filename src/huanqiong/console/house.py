"""The store this process serves: its name, its clock, its sources, its picture of the sea."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huanqiong.console import feed_words
from huanqiong.console.live import live_desk
from huanqiong.core.errors import StoreError, UsageError
from huanqiong.core.time import iso
from huanqiong.flows.sea_picture import Picture
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store, open_store

WINDOW_H = 6.0
"""A vessel not heard for this long leaves the map."""
DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Moments outside are slips; so far from the calendar's ends hours and days may be added to any."""


@dataclass(frozen=True)
class House:
    """The open store with what reads it."""

    store: Store
    lake: Lake
    picture: Picture


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the store stands. `mode`: live (the world's time), feed (a played feed's own time), as_of (an
    archive's). `at` is now there, `t0`..`t1` what can be replayed; `parts` are the stretches of days that
    hold data, newest first.
    """

    mode: str
    at: datetime
    t0: datetime
    t1: datetime
    parts: tuple[tuple[datetime, datetime], ...]


@cache
def house() -> House:
    """The one store of this process; StoreError when it was started without one."""
    if not settings.STORE_NAME:
        raise StoreError("This process was started without a store. Start the console with `hq demo`.")
    store = open_store(settings.STORE_NAME)
    lake = Lake(store.lake)
    return House(store, lake, Picture(lake))


def _stretches(lake: Lake) -> list[tuple[datetime, datetime]]:
    """Stretches of days with data, newest first; a pause of two days or more parts them."""
    spans = sorted(
        (p.t0, p.t1) for p in lake.manifest().of("positions") if p.t0 is not None and p.t1 is not None
    )
    out: list[list[int]] = []
    for t0, t1 in spans:
        if out and t0 - out[-1][1] < 2 * DAY_US:
            out[-1][1] = max(out[-1][1], t1)
        else:
            out.append([t0, t1])
    return [
        (_EPOCH + timedelta(microseconds=a), _EPOCH + timedelta(microseconds=b)) for a, b in reversed(out)
    ]


def clock() -> Clock:
    """The store's clock now."""
    h = house()
    parts = tuple(_stretches(h.lake))
    now = datetime.now(UTC)
    desk = live_desk()
    heard = desk.clock.now if desk else None
    if desk and heard is not None and desk.clock.mode == "feed":
        t0 = next((a for a, b in parts if a <= heard <= b + timedelta(days=2)), heard - timedelta(hours=1))
        return Clock("feed", heard, max(t0, heard - timedelta(days=7)), heard, parts)
    if h.store.clock == "live" or (desk and desk.clock.mode == "live"):
        first = parts[-1][0] if parts else now - timedelta(days=1)
        return Clock("live", now, max(first, now - timedelta(days=7)), now, parts)
    if not parts:
        return Clock("as_of", now, now - timedelta(days=1), now, ())
    at = parts[0][1] if h.store.clock == "end" else datetime.fromisoformat(h.store.clock)
    t0, t1 = next(((a, b) for a, b in parts if a <= at), parts[-1])
    return Clock("as_of", min(at, t1), t0, t1, parts)


def at_of(text: str | None) -> datetime:
    """The asked moment (ISO 8601 or seconds since 1970), else the store's clock.

    UsageError: no such moment.
    """
    if not text:
        return clock().at
    try:
        if text.replace(".", "", 1).isdigit():
            t = datetime.fromtimestamp(float(text), UTC)
        else:
            t = datetime.fromisoformat(text)
        t = t if t.tzinfo else t.replace(tzinfo=UTC)
        if _FIRST <= t <= _LAST:
            return t
    except (ValueError, OverflowError, OSError):
        pass
    raise UsageError(f"{text[:60]!r} is no moment: give ISO 8601, or seconds since 1970.")


def latest(at: datetime, window_h: float) -> dict[str, np.ndarray]:
    """Each vessel's latest report up to `at`; on a live feed also what is not in the lake yet."""
    h = house()
    found = h.picture.latest(at, window_h)
    desk = live_desk()
    if desk is None or desk.clock.now is None or at < desk.clock.now - timedelta(seconds=5):
        return found
    _cursor, new = desk.now.since(0)
    a, b = at.timestamp() - window_h * 3600, at.timestamp() + 60
    keep = (new["t"] >= a) & (new["t"] <= b)
    both = {k: np.concatenate([np.asarray(found[k], np.float64), new[k][keep]]) for k in found}
    order = np.lexsort((both["t"], both["mmsi"]))
    mmsi = both["mmsi"][order]
    last = order[np.append(mmsi[1:] != mmsi[:-1], True)] if len(order) else order
    return {k: v[last] for k, v in both.items()}


def sources() -> list[dict[str, Any]]:
    """Sources and how old their last report is; of an archive the time up to which it was read.

    `state`: see `feed_words.STATES`; `said`: what the source is doing, in the page's language.
    """
    h = house()
    desk = live_desk()
    rows = [
        r | {"state": "cut" if r["state"] == "lost" else r["state"]} for r in (desk.health() if desk else [])
    ]
    if h.lake.span() is not None and h.store.kind != "live" and all(r["state"] == "never" for r in rows):
        name = _("drill AIS") if h.store.is_drill else _("AIS archive")
        rows = [{"name": name, "last_t": iso(clock().t1), "age_s": 0.0, "state": "ended", "late_s": None}]
    return [
        r | {"state_name": feed_words.state_name(r["state"]), "said": feed_words.said(r.get("detail", ""))}
        for r in rows
    ]


def title(store: Store) -> str:
    """The store's title in the language of the page."""
    return store.title_en if get_language() == "en" else store.title_zh


def neighbours() -> list[dict[str, str]]:
    """Other stores that are served beside this one: title and address."""
    out = []
    for name, url in json.loads(os.environ.get("HUANQIONG_NEIGHBOURS") or "{}").items():
        try:
            out.append({"name": name, "title": title(open_store(name)), "url": url})
        except StoreError:
            continue
    return out


def view_box(store: Store) -> list[float] | None:
    """West, south, east, north that a map opens on; None: where the vessels are."""
    return [107.9, 17.75, 112.1, 21.1] if store.theatre == "hainan" and store.kind != "archive" else None


def described() -> dict[str, Any]:
    """The store as pages and `/api/store` show it. Times of the clock are whole seconds."""
    h = house()
    c = clock()
    return {
        "name": h.store.name,
        "kind": h.store.kind,
        "title": title(h.store),
        "drill": h.store.is_drill,
        "is_drill": h.store.is_drill,
        "window_h": WINDOW_H,
        "view": view_box(h.store),
        "clock": {
            "mode": c.mode,
            "at": c.at.timestamp(),
            "as_of": iso(c.at),
            "t0": c.t0.timestamp(),
            "t1": c.t1.timestamp(),
            "parts": [[a.timestamp(), b.timestamp()] for a, b in c.parts],
        },
        "sources": sources(),
        "others": neighbours(),
    }


def warm() -> None:
    """Reads geography and the newest day, so that the first page need not wait for them."""
    from huanqiong.core.geography import load_geography

    h = house()
    load_geography(h.store.theatre).describe(19.0, 110.0, "zh")
    h.picture.latest(clock().at, WINDOW_H)
