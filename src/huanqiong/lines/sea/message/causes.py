"""Why a sentence was set aside, and what was passed over in good order.

The kernels know causes by number; the side file and the counts by word.
"""

from __future__ import annotations

from typing import Final

OK: Final = 0
UNUSED: Final = -1  # a sound message of a type that none of the tables takes

TRUNCATED: Final = 1
CHECKSUM: Final = 2
FIELDS: Final = 3
ARMOUR: Final = 4
ORPHAN: Final = 5
SHORT: Final = 6
UNKNOWN_TYPE: Final = 7
OVERLONG: Final = 8
TAG_BLOCK: Final = 9
TIME_LINE: Final = 10
NO_SENTENCE: Final = 11
PAYLOAD_LONG: Final = 12
FRAME: Final = 13
FEED_END: Final = 14

CAUSES: Final[dict[int, str]] = {
    TRUNCATED: "truncated",  # no checksum before the line's end or the next sentence
    CHECKSUM: "checksum",
    FIELDS: "fields",  # part numbers, commas or fill bits that make no sense
    ARMOUR: "armour",  # a character that carries no six bits
    ORPHAN: "orphan_part",  # its other parts never came, or came too late
    SHORT: "short_payload",
    UNKNOWN_TYPE: "unknown_type",
    OVERLONG: "overlong_line",
    TAG_BLOCK: "tag_block",  # the tag block alone: its sentence is decoded without it
    TIME_LINE: "time_line",
    NO_SENTENCE: "no_sentence",
    PAYLOAD_LONG: "long_payload",
    FRAME: "orphan_frame",  # NMEA 2000 fast packet with frames missing
    FEED_END: "truncated_file",  # reported by readers of files, for a .gz that ends early
}
N_CAUSES: Final = 15
