"""Times: aware UTC inside, Asia/Shanghai in front of people, and the short forms a duty officer types."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from huanqiong.core.errors import InputError

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_REMEDY: Final = "Write for example 2026-11-23T02:30:00Z or 2026-11-23 10:30 +08:00"
_SHORT: Final = re.compile(
    r"(?:(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})[日号]\s*)?(?P<hour>\d{1,2})[:时]?(?P<minute>\d{2})分?(?P<zulu>Z)?"
)


def parse_time(text: str, *, zone: ZoneInfo | None = None) -> datetime:
    """A time as aware UTC: ISO 8601, or seconds or milliseconds since 1970.

    A time without a zone is read in `zone`; without `zone` InputError asks, for the writer may mean UTC or
    local time and eight hours lie between.
    """
    plain = text.strip()
    if re.fullmatch(r"\d{9,10}(\.\d+)?", plain):
        return datetime.fromtimestamp(float(plain), UTC)
    if re.fullmatch(r"\d{12,13}", plain):
        return datetime.fromtimestamp(int(plain) / 1000, UTC)
    try:
        t = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", plain))
    except ValueError as e:
        raise InputError(f"not a time: {text!r}", remedy=_REMEDY) from e
    if t.tzinfo is None:
        if zone is None:
            raise InputError(f"{text!r} names no time zone", remedy=_REMEDY)
        t = t.replace(tzinfo=zone)
    return t.astimezone(UTC)


def parse_typed(text: str, clock: datetime, *, sense: Literal["past", "future"] = "past") -> datetime:
    """What a person at the desk means by `0230`, `02:30`, `17日0230` or `11月17日 2时30分`: aware UTC.

    Read in Asia/Shanghai (a final Z says UTC), as the last such moment at or before `clock` (a log entry) or
    the next one at or after it (a deadline). Full times go to `parse_time` in Asia/Shanghai.
    """
    text = unicodedata.normalize("NFKC", text)  # a Chinese keyboard's digits are digits
    plain = text.strip().upper()
    match = _SHORT.fullmatch(plain)
    if match is None:
        return parse_time(text, zone=SHANGHAI)
    zone = UTC if match["zulu"] else SHANGHAI
    hour, minute = int(match["hour"]), int(match["minute"])
    day = int(match["day"]) if match["day"] else None
    month = int(match["month"]) if match["month"] else None
    if hour > 23 or minute > 59:
        raise InputError(f"no such time of day: {text!r}", remedy="Write hours and minutes, e.g. 0230")
    here = clock.astimezone(zone)
    step = timedelta(days=1 if sense == "future" else -1)
    at = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
    for _ in range(9 * 366):  # 29 February may be eight years away
        later = at >= here if sense == "future" else at <= here
        if later and day in (None, at.day) and month in (None, at.month):
            return at.astimezone(UTC)
        at += step
    raise InputError(f"no such day: {text!r}", remedy="Write day and time, e.g. 17日0230")


def show(t: datetime, *, seconds: bool = False) -> str:
    """`2026-11-23 10:30` in Asia/Shanghai; naive times raise ValueError."""
    if t.tzinfo is None:
        raise ValueError("a naive time cannot be shown: its zone is unknown")
    return t.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def iso(t: datetime) -> str:
    """`2026-11-23T02:30:00Z`, with microseconds only where there are any."""
    if t.tzinfo is None:
        raise ValueError("a naive time has no place in a record: its zone is unknown")
    return t.astimezone(UTC).isoformat().replace("+00:00", "Z")
