"""Questions about periods of weather: which run, who declared them, what lies in shelter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Q

from huanqiong.core.errors import MissingError
from huanqiong.core.place import haversine_m
from huanqiong.desk.registry.calendar import Period


@dataclass(frozen=True, slots=True)
class Shelter:
    """A harbour: `radius_m` around a place in degrees WGS-84."""

    name: str
    lat: float
    lon: float
    radius_m: float
    en: str = ""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period of weather, in the store's time but for `declared_at`; `ended_at` None: it ends as planned."""

    id: int
    kind: str
    name: str
    begins_at: datetime
    ends_at: datetime
    source: str
    declared_by: str
    declared_at: datetime
    ended_at: datetime | None
    ended_by: str
    shelters: tuple[Shelter, ...]

    @property
    def until(self) -> datetime:
        """When it is over: as ended, else as planned."""
        return self.ends_at if self.ended_at is None else min(self.ends_at, self.ended_at)

    def runs(self, at: datetime) -> bool:
        """Whether it runs at a store's time."""
        return self.begins_at <= at < self.until

    def shelter_of(self, lat: float | None, lon: float | None) -> Shelter | None:
        """The nearest shelter the place lies in; None: in none, or no place."""
        if lat is None or lon is None or not self.shelters:
            return None
        near, dist = nearest(self.shelters, [lat], [lon])
        found = self.shelters[int(near[0])]
        return found if dist[0] <= 0.0 else None


def nearest(
    shelters: Iterable[Shelter], lat: Iterable[float], lon: Iterable[float]
) -> tuple[np.ndarray, np.ndarray]:
    """For each place the index of the nearest shelter's edge and the metres to it, int64[n] and float64[n];
    inside one the metres are 0 or less."""
    rows = tuple(shelters)
    a, b = np.asarray(list(lat), np.float64)[:, None], np.asarray(list(lon), np.float64)[:, None]
    to = haversine_m(a, b, np.array([s.lat for s in rows]), np.array([s.lon for s in rows]))
    to = to - np.array([s.radius_m for s in rows])
    at = np.argmin(to, axis=1)
    return at, to[np.arange(len(at)), at]


def periods(*, t0: datetime | None = None, t1: datetime | None = None) -> list[PeriodRow]:
    """Periods that touch [t0, t1] as planned, newest first; None: no bound."""
    rows = Period.objects.select_related("declared_by", "ended_by")
    if t0 is not None:
        rows = rows.filter(Q(ends_at__gt=t0))
    if t1 is not None:
        rows = rows.filter(begins_at__lte=t1)
    return [_row(p) for p in rows.order_by("-begins_at", "-id")]


def period(period_id: int) -> PeriodRow:
    """One period; MissingError where there is none."""
    row = Period.objects.select_related("declared_by", "ended_by").filter(pk=period_id).first()
    if row is None:
        raise MissingError(f"There is no period {period_id}.")
    return _row(row)


def _row(p: Period) -> PeriodRow:
    return PeriodRow(
        id=p.pk,
        kind=p.kind,
        name=p.name,
        begins_at=p.begins_at,
        ends_at=p.ends_at,
        source=p.source,
        declared_by=p.declared_by.display_name,
        declared_at=p.declared_at,
        ended_at=p.ended_at,
        ended_by=p.ended_by.display_name if p.ended_by else "",
        shelters=tuple(Shelter(**s) for s in p.shelters),
    )
