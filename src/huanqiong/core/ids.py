"""Identifiers: what an MMSI says about its holder, and stable names for events."""

from __future__ import annotations

import hashlib
from typing import Literal

Holder = Literal[
    "ship", "group", "coast_station", "aircraft", "aid", "auxiliary", "handheld", "distress", "unknown"
]


def holder(mmsi: int) -> Holder:
    """What kind of station an MMSI claims to be.

    Source: ITU-R M.585-9, annex 1 (ships 2-7, groups 0, coast stations 00, aircraft 111, aids 99,
    auxiliary craft 98, handheld radios 8, distress devices 970 SART, 972 MOB, 974 EPIRB). A number that
    fits no block is `unknown`. Net buoys carry numbers of any block: a number alone does not prove one.
    """
    if not 0 <= mmsi <= 999_999_999:
        return "unknown"
    s = f"{mmsi:09d}"
    if s[:3] in ("970", "972", "974"):
        return "distress"
    if s[:2] == "00":
        return "coast_station"
    if s[0] == "0":
        return "group"
    if s[:3] == "111":
        return "aircraft"
    if s[:2] == "99":
        return "aid"
    if s[:2] == "98":
        return "auxiliary"
    if s[0] == "8":
        return "handheld"
    if s[0] in "234567":
        return "ship"
    return "unknown"


def stable_id(prefix: str, *parts: object) -> str:
    """A short id that the same parts always give: `prefix` and 16 hex digits of SHA-256."""
    text = "\x1f".join(str(p) for p in parts)
    return f"{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
