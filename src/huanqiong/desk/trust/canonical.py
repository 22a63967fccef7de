"""One text for one value: the bytes that are hashed and signed. No Django here.

Keys sorted, no spaces, UTF-8, no floats (a float is written as its shortest text, a time as ISO 8601 UTC).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson


def plain(value: Any) -> Any:
    """The value made of dict, list, str, int, bool and None alone; ValueError on NaN and naive times."""
    if value is None or isinstance(value, (str, bool, int)):  # asked for every value
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} has no canonical form; use None for 'not available'")
        return repr(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(v) for v in value]
        return sorted(items, key=canonical) if isinstance(value, set | frozenset) else items
    return str(value)


def canonical(value: Any) -> str:
    """The canonical JSON text of a value."""
    flat = plain(value)
    try:
        return orjson.dumps(flat, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:  # a number beyond 64 bits, half a character: the same text, slowly
        return json.dumps(flat, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_hex(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
