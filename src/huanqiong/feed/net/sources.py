"""Public day files: who publishes them, where, under what terms.

Source: the publishers' own indexes: https://hub.marinecadastre.gov/pages/vesseltraffic,
https://github.com/ocm-marinecadastre/ais-vessel-traffic, http://aisdata.ais.dk/.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from huanqiong.core.errors import MissingError, UsageError

Packing = Literal["zip", "zst", "parquet"]


@dataclass(frozen=True, slots=True)
class Place:
    """One address a day may be found at."""

    base: str
    path: str

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]

    @property
    def packing(self) -> Packing:
        return cast("Packing", self.path.rsplit(".", 1)[-1])

    def url(self, base: str | None = None) -> str:
        """The address; `base` stands in for the publisher's host (a mirror, a test)."""
        return f"{(base or self.base).rstrip('/')}/{self.path}"


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher of day files. `variable` names the environment variable with another base address."""

    name: str
    title: str
    licence: str
    attribution: str
    first: date
    delay: str
    variable: str


NOAA = Source(
    "noaa",
    "MarineCadastre, United States waters",
    "CC0 1.0 (public domain)",
    "U.S. Coast Guard Navigation Center, Bureau of Ocean Energy Management, "
    "NOAA Office for Coastal Management",
    date(2015, 1, 1),
    "about a quarter of a year",
    "HUANQIONG_NOAA_URL",
)
DMA = Source(
    "dma",
    "Danish Maritime Authority, Danish waters",
    "Danish public data, free re-use with attribution",
    "Contains data from the Danish Maritime Authority that is used in accordance with the conditions for "
    "the use of Danish public data",
    date(2006, 3, 1),
    "a few days",
    "HUANQIONG_DMA_URL",
)
SOURCES = {s.name: s for s in (NOAA, DMA)}

_COAST = "https://coast.noaa.gov"
_OCM = "https://noaaocm.blob.core.windows.net"
_GEO = "https://ocmgeodatastor1.blob.core.windows.net"
_DK_NEW = "https://web.ais.dk"
_DK = "http://aisdata.ais.dk"
DMA_DAYS_FROM = date(2024, 3, 1)
"""Before it the authority publishes whole months (about 17 GB each)."""


def source_named(name: str) -> Source:
    """The publisher; UsageError lists those known."""
    try:
        return SOURCES[name]
    except KeyError:
        raise UsageError(f"No day files are known under {name!r}. Known: {', '.join(SOURCES)}.") from None


def places(source: Source, day: date) -> list[Place]:
    """Where the day may be, likeliest first.

    UsageError for a day before the first; MissingError for a Danish day published only in a month.
    """
    if day < source.first:
        raise UsageError(f"{day}: {source.title} begins with {source.first}. Choose a later day.")
    y, iso = day.year, day.isoformat()
    if source is DMA:
        if day < DMA_DAYS_FROM:
            raise MissingError(
                f"{day}: before {DMA_DAYS_FROM} the authority publishes whole months only. Fetch "
                f"{_DK}/{y}/aisdk-{day:%Y-%m}.zip (about 17 GB), unpack the day's CSV and load it: "
                "hq sea load FILE."
            )
        name = f"aisdk-{iso}.zip"
        return [Place(_DK_NEW, f"aisdata/{name}"), Place(_DK, name), Place(_DK, f"{y}/{name}")]
    packed = Place(_OCM, f"ais/csv2/csv{y}/ais-{iso}.csv.zst")
    if y >= 2025:
        return [packed, Place(_COAST, f"htdata/CMSP/AISDataHandler/{y}/ais-{iso}.csv.zst")]
    found = [packed]
    if y >= 2018:
        found.append(Place(_COAST, f"htdata/CMSP/AISDataHandler/{y}/AIS_{day:%Y_%m_%d}.zip"))
    if y == 2024:
        found.append(Place(_GEO, f"marinecadastre/ais2024/ais-{iso}.parquet"))
    return found
