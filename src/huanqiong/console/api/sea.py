"""The sea at a moment: latest positions, what moved, a vessel's way, how much was heard when."""

from __future__ import annotations

import gzip
import json
import math
import threading
import time
from datetime import timedelta
from typing import Any

import numpy as np
from django.http import HttpRequest, HttpResponse
from ninja import Router

from huanqiong.console.api.bounds import Count, Mmsi, Moment
from huanqiong.console.house import WINDOW_H, at_of, clock, house, latest
from huanqiong.console.live import live_desk
from huanqiong.core.errors import UsageError
from huanqiong.desk.registry.access import access_labels
from huanqiong.desk.trust.access import allow
from huanqiong.desk.watch.access import access_standing, access_timeline, access_verdict_points

router = Router()
_LABELS_S = 10.0
_labels: tuple[float, dict[int, tuple[str, int | None]]] = (0.0, {})
_lock = threading.Lock()
MAX_TRACK_DAYS = 31
PACKED = 10_000
"""Bytes from which an answer is packed."""


def bulk(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    """Large answers are packed lightly: fifty thousand vessels must not wait for the last tenth of a size."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    response = HttpResponse(text, content_type="application/json")
    if len(text) > PACKED and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.content = gzip.compress(text, compresslevel=1)
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding, Cookie"
    return response


def _column(values: Any, digits: int) -> list[float | None]:
    """Floats rounded for the wire; NaN is null."""
    a = np.asarray(values, dtype=np.float64)
    return [None if v != v else v for v in np.round(a, digits).tolist()]


def labels(person: Any) -> dict[int, tuple[str, int | None]]:
    """Names and types of all vessels, read again after a few seconds: every browser asks for the same."""
    global _labels
    with _lock:
        if time.monotonic() - _labels[0] > _LABELS_S:
            _labels = (time.monotonic(), access_labels(person))
        return _labels[1]


def _columns(picture: dict[str, Any], person: Any, *, bare: bool) -> dict[str, Any]:
    mmsi = [int(m) for m in picture["mmsi"]]
    out: dict[str, Any] = {
        "n": len(mmsi),
        "mmsi": mmsi,
        "lat": _column(picture["lat"], 5),
        "lon": _column(picture["lon"], 5),
        "cog": _column(picture["cog"], 1),
        "sog": _column(picture["sog"], 1),
        "heading": _column(picture["heading"], 0),
        "t": [int(t) for t in picture["t"]],
    }
    if not bare:
        known = labels(person)
        said = [known.get(m, ("", None)) for m in mmsi]
        out["name"] = [s[0] for s in said]
        out["type"] = [s[1] for s in said]
    return out


@router.get("/picture")
def picture(
    request: HttpRequest, at: Moment | None = None, window_h: float = WINDOW_H, bare: bool = False
) -> HttpResponse:
    """Each vessel's latest report in the `window_h` hours up to `at`; `bare` leaves names and types out."""
    allow(request.user, "watch.view")
    if not 0 < window_h <= 72:
        raise UsageError("window_h: between 0 and 72 hours.")
    moment = at_of(at)
    desk = live_desk()
    cursor = desk.now.cursor if desk else 0
    found = latest(moment, window_h)
    out = _columns(found, request.user, bare=bare)
    standing = access_standing(request.user, at=moment)
    out["at"] = int(moment.timestamp())
    out["cursor"] = cursor
    out["alert"] = [standing.get(m, (0, 0))[1] for m in out["mmsi"]]
    return bulk(request, out)


@router.get("/changes")
def changes(request: HttpRequest, since: Count = 0) -> HttpResponse:
    """Vessels that moved on the live feed since the cursor of the last answer: the same columns."""
    allow(request.user, "watch.view")
    desk = live_desk()
    if desk is None:
        return bulk(request, {"n": 0, "cursor": 0, "at": int(clock().at.timestamp()), "mmsi": []})
    cursor, moved = desk.now.since(since)
    now = clock()
    out = _columns(moved, request.user, bare=False)
    return bulk(request, out | {"cursor": cursor, "at": int(now.at.timestamp()), "mode": now.mode})


@router.get("/track/{mmsi}")
def track(request: HttpRequest, mmsi: Mmsi, t0: Moment, t1: Moment, most: Count = 4000) -> HttpResponse:
    """One vessel's reports from t0 to t1; of more than `most` every so-manyth (`thinned` says which)."""
    allow(request.user, "watch.view")
    a, b = at_of(t0), at_of(t1)
    if b - a > timedelta(days=MAX_TRACK_DAYS):
        raise UsageError(f"A track covers at most {MAX_TRACK_DAYS} days. Ask for a shorter time.")
    found = house().picture.track(mmsi, a, b)
    n = len(found["t"])
    step = max(1, math.ceil(n / max(2, most)))
    rows = np.arange(0, n, step)
    if n and rows[-1] != n - 1:
        rows = np.append(rows, n - 1)
    return bulk(
        request,
        {
            "mmsi": mmsi,
            "n": n,
            "thinned": step,
            "t": [int(x) for x in np.asarray(found["t"])[rows]],
            "lat": _column(np.asarray(found["lat"])[rows], 5),
            "lon": _column(np.asarray(found["lon"])[rows], 5),
            "sog": _column(np.asarray(found["sog"])[rows], 1),
            "cog": _column(np.asarray(found["cog"])[rows], 1),
        },
    )


@router.get("/activity")
def activity(request: HttpRequest, t0: Moment, t1: Moment, bins: int = 240) -> dict[str, Any]:
    """Positions and alerts (by severity, 4 = distress) per bin of [t0, t1)."""
    a, b = at_of(t0), at_of(t1)
    if b <= a or not 1 <= bins <= 2000:
        raise UsageError("Give an end after the start and 1 to 2000 bins.")
    alerts = access_timeline(request.user, a, b, bins)
    heard = house().picture.activity(a, b, bins)
    return {
        "t0": a.timestamp(),
        "t1": b.timestamp(),
        "positions": [int(n) for n in heard["positions"]],
        "alerts": {str(k): v for k, v in alerts.items()},
    }


@router.get("/events")
def events(request: HttpRequest, t0: Moment, t1: Moment) -> list[dict[str, Any]]:
    """Every verdict's place in a time, quiet ones too."""
    return access_verdict_points(request.user, at_of(t0), at_of(t1))
