r"""Digitraffic's JSON: REST locations and vessels, and lines as MQTT gives them, as columns.

A document is read with one character a byte, so that an index in it is a byte offset: a byte beyond ASCII is
a lone surrogate, apart from what an escape (`\u00c4`) says. Strings are turned into text after.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa

from huanqiong.core.errors import InputError
from huanqiong.feed.files.assemble import Assembler, Faults
from huanqiong.feed.files.batch import Batch, Reject, add_counts, shown
from huanqiong.feed.files.raw import Raw
from huanqiong.feed.files.records import LONGEST, Records

LARGEST: Final = 256 << 20
"""Largest single JSON document, bytes: all vessels of Digitraffic are under 10 MB."""
PIECE: Final = 50_000
COLUMNS: Final = (
    *("mmsi", "lat", "lon", "sog", "cog", "heading", "navStat", "time", "timestampExternal", "name", "imo"),
    *("callSign", "shipType", "length", "beam", "draught", "destination", "eta"),
)
_TOPIC: Final = re.compile(r"\s*vessels(?:-v2)?/(\d{1,12})/(\w+)\s+(?=\{)")
WRAPPED: Final = 4
"""How deep an object may lie within envelopes; the service uses one."""
_SPACE: Final = re.compile(r"[\s,]*")
Item = tuple[int, int, dict[str, Any] | None, str]
"""(byte offset, number from 1, the flat object or None, the text where it is None)."""


def flatten(found: Any, topic_mmsi: int | None = None) -> dict[str, Any] | None:
    """One location or vessel, in any of the service's forms, as a flat object; None where it is neither.

    REST features, REST vessels (`referencePointA`), MQTT payloads (`refA`, mmsi in the topic), or
    `{"topic": ..., "payload": ...}`.
    """
    for _ in range(WRAPPED):
        if not isinstance(found, dict):
            return None
        if isinstance(found.get("topic"), str) and "payload" in found:
            m = re.match(r"vessels(?:-v2)?/(\d{1,12})/", found["topic"])
            topic_mmsi = int(m[1]) if m else topic_mmsi
            try:
                payload = found["payload"]
                found = json.loads(payload) if isinstance(payload, str) else payload
            except (ValueError, RecursionError):
                return None
        elif isinstance(found.get("data"), dict) and "type" in found:
            found = found["data"]
        else:
            break
    if not isinstance(found, dict):
        return None
    flat = dict(found)
    if isinstance(found.get("properties"), dict):
        flat.update(found["properties"])
        geometry = found.get("geometry")
        at = geometry.get("coordinates") if isinstance(geometry, dict) else None
        flat["lon"], flat["lat"] = at[:2] if isinstance(at, list) and len(at) >= 2 else (None, None)
    if topic_mmsi is not None:
        flat.setdefault("mmsi", topic_mmsi)
    if "mmsi" not in flat:
        return None
    position = "lat" in flat and "lon" in flat
    if not position:
        flat["timestampExternal"] = flat.get("timestampExternal", flat.get("timestamp"))
        flat["shipType"] = flat.get("shipType", flat.get("type"))
        for out, ends in (("length", "AB"), ("beam", "CD")):
            parts = [flat.get(f"referencePoint{e}", flat.get(f"ref{e}")) for e in ends]
            flat[out] = sum(parts) if all(isinstance(p, int) for p in parts) else None
    return flat


def read_json(raw: Raw, chunks: Iterator[bytes], assemble: Assembler) -> Iterator[Batch]:
    """All locations and vessels of a document or of lines."""
    lined = _is_lined(raw.head(1 << 20))
    items = _lines(chunks) if lined else _document(chunks, assemble.where)
    piece: list[Item] = []
    for item in items:
        piece.append(item)
        if len(piece) >= PIECE:
            yield _batch(piece, assemble)
            piece = []
    if piece:
        yield _batch(piece, assemble)


def _is_lined(head: bytes) -> bool:
    if _TOPIC.match(head.decode("latin-1")):
        return True
    line = head.split(b"\n", 1)[0]
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return b"\n" in head.strip() or not (isinstance(found, list) or "features" in found)


def _lines(chunks: Iterator[bytes]) -> Iterator[Item]:
    for block in Records(b"\0", LONGEST).cut(c.replace(b'"', b"\x01") for c in chunks):
        for r in block.rejects:
            yield 0, r.row or 0, None, r.text
        for i in range(len(block.start)):
            text = block.text(i).replace(b"\x01", b'"').decode("utf-8", errors="replace")
            m = _TOPIC.match(text)
            try:
                flat = flatten(json.loads(text[m.end() :] if m else text), int(m[1]) if m else None)
            except (ValueError, RecursionError):
                flat = None
            yield int(block.offset[i]), int(block.row[i]), flat, text


def _document(chunks: Iterator[bytes], where: str) -> Iterator[Item]:
    data = b""
    for chunk in chunks:
        data += chunk
        if len(data) > LARGEST:
            raise InputError(
                f"one JSON document of more than {LARGEST >> 20} MB",
                where=where,
                remedy="Give it one object a line",
            )
    text = data.decode("ascii", errors="surrogateescape")
    features = re.search(r'"features"\s*:\s*\[', text)
    at = features.end() if features else text.find("[") + 1
    if at == 0:
        raise InputError(
            "the JSON holds no list", where=where, remedy="Give Digitraffic locations or vessels"
        )
    decoder, number = json.JSONDecoder(), 1
    while True:
        at = _SPACE.match(text, at).end()  # type: ignore[union-attr]
        if at >= len(text):
            yield len(data), number, None, "the list never ends: the file is cut off"
            return
        if text[at] == "]":
            return
        try:
            found, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield at, number, None, _utf8(text[at : at + 200])
            return
        try:
            flat = flatten(_utf8(found))
        except (UnicodeDecodeError, RecursionError):
            flat = None
        yield at, number, flat, _utf8(text[at : at + 200])
        at, number = end, number + 1


def _utf8(value: Any) -> Any:
    """Strings of a document read byte by byte, as the text that its bytes and its escapes are."""
    if isinstance(value, str):
        try:
            raw = value.encode("utf-8", errors="surrogateescape")
        except UnicodeEncodeError:  # half of an escaped pair
            raw = value.encode("utf-8", errors="replace")
        return raw.decode("utf-8", errors="replace")
    if isinstance(value, dict):
        return {k: _utf8(v) for k, v in value.items()}
    return value


def _batch(items: list[Item], assemble: Assembler) -> Batch:
    rejects = [_reject(i, "no location or vessel of Digitraffic", None) for i in items if i[2] is None]
    good = [i for i in items if i[2] is not None]
    counts = {"rows": len(items), "rejected": len(rejects)}
    add_counts(counts, {"no location or vessel of Digitraffic": len(rejects)} if rejects else {})
    out = Batch(counts=counts, rejects=rejects, layout="digitraffic")
    for moving in (True, False):
        part = [i for i in good if ("lat" in (i[2] or {})) is moving]
        if not part:
            continue
        columns = {c: pa.array([_text((i[2] or {}).get(c)) for i in part], pa.string()) for c in COLUMNS}
        if columns["timestampExternal"].null_count == len(part):
            columns["timestampExternal"] = columns["time"]
        faults = Faults(np.zeros(len(part), bool))
        positions, static, other = assemble(columns, np.array([i[0] for i in part], np.int64), faults)
        if not moving:
            positions = positions.slice(0, 0)
            faults.counts.pop("position not available", None)
        add_counts(counts, faults.counts)
        counts["rejected"] += len(faults.found)
        rejects += [_reject(part[row], why, column) for row, column, why in faults.found]
        out = Batch(
            pa.concat_tables([out.positions, positions]),
            pa.concat_tables([out.static, static]),
            pa.concat_tables([out.other, other]),
            rejects,
            counts,
            layout="digitraffic",
        )
    return out


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _reject(item: Item, cause: str, column: str | None) -> Reject:
    return Reject(f"object {item[1]}, byte {item[0]}", cause, shown(item[3] or str(item[2])), item[1], column)
