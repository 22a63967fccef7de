"""A standing alert tried on the past days, before anybody is woken by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from huanqiong.desk.registry.access import access_zone
from huanqiong.desk.registry.reads import ship_types
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.watch.access import access_occasions
from huanqiong.desk.watch.wished import Occasion, counted
from huanqiong.desk.watch.wishes import Wish, class_of, in_hours
from huanqiong.flows.sea_picture import Picture
from huanqiong.flows.zone_passes import zone_passes

DAYS: Final = 7


def try_standing(picture: Picture, wish: Wish, at: datetime, *, by: Actor) -> dict[str, Any]:
    """What it would have raised in the week up to `at`, in numbers (`watch.wished.counted`).

    Visits of its zone are found anew in the positions, by the kernel: the zone may have been drawn just now.
    UsageError says what the wish lacks.
    """
    wish.require()
    t0 = at - timedelta(days=DAYS)
    found = access_occasions(by, wish, t0, at)
    if wish.zone is not None and (not wish.kinds or "zone_visit" in wish.kinds):
        found = [o for o in found if o.kind != "zone_visit"] + _visits(picture, wish, t0, at, by)
    found.sort(key=lambda o: (o.t0, o.subject))
    return counted(found, t0, at) | {"days_held": _held(picture, t0, at)}


def _visits(picture: Picture, wish: Wish, t0: datetime, at: datetime, by: Actor) -> list[Occasion]:
    zone = access_zone(by, wish.zone or 0)
    rows = zone_passes(picture, zone.geometry, t0, at)
    types = ship_types({v["mmsi"] for v in rows}) if wish.ships else {}
    out = []
    for v in rows:
        a, b = (datetime.fromtimestamp(v[k], UTC) for k in ("t0", "t1"))
        if wish.vessels and v["mmsi"] not in wish.vessels:
            continue
        if wish.ships and class_of(types.get(v["mmsi"])) not in wish.ships:
            continue
        hours = (wish.from_min, wish.to_min)
        if hours[0] is not None and hours[1] is not None and not in_hours(a, b, hours[0], hours[1]):
            continue
        out.append(Occasion("zone_visit", f"mmsi:{v['mmsi']}", v["mmsi"], a, b, None))
    return out


def _held(picture: Picture, t0: datetime, at: datetime) -> int:
    """How many of the days the store holds positions of: a trial over two days is no week."""
    return sum(1 for d in picture.days() if t0.date() < d <= at.date())
