"""Sentences made bit by bit, for tests that need messages no feed happens to carry."""

from __future__ import annotations

from collections.abc import Iterable

Field = tuple[int, int]
"""Value (negative ones in two's complement) and width in bits."""


def bits(fields: Iterable[Field]) -> str:
    """The fields one behind the other, as 0s and 1s."""
    return "".join(format(value & ((1 << width) - 1), f"0{width}b") for value, width in fields)


def letters(text: str, count: int) -> list[Field]:
    """A text in six-bit characters, filled with `@`."""
    return [(ord(c) & 0x3F if ord(c) >= 64 else ord(c), 6) for c in text.ljust(count, "@")]


def armour(stream: str) -> tuple[str, int]:
    """Payload and fill bits."""
    fill = -len(stream) % 6
    stream += "0" * fill
    values = [int(stream[k : k + 6], 2) for k in range(0, len(stream), 6)]
    return "".join(chr(v + 48 if v < 40 else v + 56) for v in values), fill


def line(body: str) -> str:
    """A sentence with its checksum; `body` is without `!` or `$`, which is given by its talker."""
    checksum = 0
    for c in body.encode():
        checksum ^= c
    start = "!" if body[2:5] in ("VDM", "VDO") else "$"
    return f"{start}{body}*{checksum:02X}"


def tag(body: str) -> str:
    """A tag block."""
    checksum = 0
    for c in body.encode():
        checksum ^= c
    return f"\\{body}*{checksum:02X}\\"


def sentences(stream: str, *, parts: int = 1, sequence: int = 0, talker: str = "AIVDM") -> list[str]:
    """The message in so many sentences."""
    payload, fill = armour(stream)
    if parts == 1:
        return [line(f"{talker},1,1,,A,{payload},{fill}")]
    size = -(-len(payload) // parts)
    pieces = [payload[k : k + size] for k in range(0, size * parts, size)]
    fills = [0] * (parts - 1) + [fill]
    return [
        line(f"{talker},{parts},{n + 1},{sequence},A,{piece},{last}")
        for n, (piece, last) in enumerate(zip(pieces, fills, strict=True))
    ]


def position(
    mmsi: int = 412000001, lat: float = 20.0, lon: float = 110.0, *, second: int = 60, kind: int = 1
) -> str:
    """A Class A position report as one sentence: 12.3 kn, course 45.6, heading 46, under way."""
    fields = [(kind, 6), (0, 2), (mmsi, 30), (0, 4), (128, 8), (123, 10), (0, 1)]
    fields += [(round(lon * 600_000), 28), (round(lat * 600_000), 27), (456, 12), (46, 9), (second, 6)]
    return sentences(bits([*fields, (0, 25)]))[0]


def ship(name: str, mmsi: int = 412000001) -> str:
    """The bits of a type 5 message: 100 m by 20 m, bound for HAIKOU."""
    fields = [(5, 6), (0, 2), (mmsi, 30), (0, 2), (9074729, 30), *letters("BXYZ", 7), *letters(name, 20)]
    fields += [(70, 8), (60, 9), (40, 9), (10, 6), (10, 6), (1, 4), (12, 4), (24, 5), (8, 5), (30, 6)]
    return bits([*fields, (55, 8), *letters("HAIKOU", 20), (0, 2)])
