"""What truly happened in a drill, as a table; and the seal that keeps it honest until it is opened.

A seal is a promise, not a secret: whoever knows the seed can make the world again. The commitment (an HMAC
of the canonical rows) goes into the store when the drill begins, the sealed file lies beside it and no page
reads it before the drill is closed. Then anyone can see that the truth was not changed afterwards. The key
blinds the commitment, so that nobody finds the seed by trying; it travels inside the sealed file.
"""

from __future__ import annotations

import hmac
import json
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow as pa

from huanqiong.core.errors import IntegrityError
from huanqiong.core.schema import T

TRUTH: Final = pa.schema(
    [
        ("story", pa.string()),  # rendezvous-1, mothership-1, or the name of an innocent look-alike
        ("kind", pa.string()),  # the event kind that would name it
        ("mmsi", pa.int64()),
        ("other_mmsi", pa.int64()),  # null unless a pair
        ("t0", T),
        ("t1", T),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("severity", pa.int8()),  # 1 to 3; 0 for the innocent
        ("params", pa.string()),  # JSON: what was drawn for it
        ("innocent", pa.bool_()),
        ("note_zh", pa.string()),
        ("note_en", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened; times in seconds from the window's start."""

    story: str
    kind: str
    mmsi: int
    t0: float
    t1: float
    lat: float
    lon: float
    note_zh: str
    note_en: str
    other_mmsi: int | None = None
    severity: int = 0
    innocent: bool = True
    params: dict[str, Any] = field(default_factory=dict)


def table(facts: list[Fact], start: datetime, end_s: float, metadata: dict[str, str]) -> pa.Table:
    """Facts that end inside the window and begin after its start, in time order."""
    kept = sorted(
        (f for f in facts if f.t0 >= 0 and f.t1 <= end_s), key=lambda f: (f.t0, f.mmsi, f.kind, f.t1)
    )
    rows = [
        {
            **{name: getattr(f, name) for name in TRUTH.names if name not in ("t0", "t1", "params")},
            "t0": start + timedelta(seconds=round(f.t0)),
            "t1": start + timedelta(seconds=round(f.t1)),
            "lat": round(float(f.lat), 5),
            "lon": round(float(f.lon), 5),
            "params": json.dumps(f.params, sort_keys=True, ensure_ascii=False),
        }
        for f in kept
    ]
    return pa.Table.from_pylist(rows, schema=TRUTH.with_metadata(metadata))


@dataclass(frozen=True, slots=True)
class Sealed:
    """`commitment` (64 hex digits) is published at once; `content` is opened when the drill is over."""

    commitment: str
    content: bytes


def _canonical(truth: pa.Table) -> bytes:
    def plain(v: Any) -> Any:
        return v.isoformat() if isinstance(v, datetime) else v

    meta = {k.decode(): v.decode() for k, v in (truth.schema.metadata or {}).items()}
    rows = [{k: plain(v) for k, v in row.items()} for row in truth.to_pylist()]
    doc = {"metadata": meta, "rows": rows}
    return json.dumps(doc, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _commit(body: bytes, key: bytes) -> str:
    return hmac.new(key, body, "sha256").hexdigest()


def seal(truth: pa.Table, key: bytes) -> Sealed:
    """The promise and the sealed file; the same truth and key give the same bytes. Key: 16 bytes or more."""
    if len(key) < 16:
        raise ValueError("a seal's key has at least 16 bytes")
    body = _canonical(truth)
    return Sealed(_commit(body, key), zlib.compress(key.hex().encode() + b"\n" + body, 9))


def unseal(content: bytes, commitment: str) -> pa.Table:
    """The truth, if the sealed file keeps the promise; else `IntegrityError`."""
    try:
        key_hex, body = zlib.decompress(content).split(b"\n", 1)
        kept = hmac.compare_digest(_commit(body, bytes.fromhex(key_hex.decode())), commitment)
    except (zlib.error, ValueError) as error:
        raise IntegrityError(
            "The sealed truth cannot be read: take the drill's result as unproven."
        ) from error
    if not kept:
        raise IntegrityError("The sealed truth is not the one promised: take the drill's result as unproven.")
    doc = json.loads(body)
    rows = [
        {**r, "t0": datetime.fromisoformat(r["t0"]), "t1": datetime.fromisoformat(r["t1"])}
        for r in doc["rows"]
    ]
    return pa.Table.from_pylist(rows, schema=TRUTH.with_metadata(doc["metadata"]))
