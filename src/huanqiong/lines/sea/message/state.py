"""What the scanner carries from one block to the next, so that any cut of a stream gives the same rows.

Two flat arrays, for a kernel that is handed many arrays spends its time counting references: `ints` and
`octets`. Names below are places in them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from huanqiong.lines.sea.message.bits import MAX_WORDS
from huanqiong.lines.sea.message.rows import NONE, RECEIVER_MAX, REJECT_TEXT

SLOTS: Final = 64
PARTS: Final = 9
PART_MAX: Final = 256
GROUPS: Final = 256

WINDOW_LINES: Final = 1_000
"""A message's parts follow each other within so many lines: sequence numbers run 0 to 9 and come round."""
WINDOW_US: Final = 30_000_000
"""... and within 30 s where times are known."""
REORDER_LINES: Final = 8
"""A later part may overtake an earlier one by so many lines (UDP)."""

# ints
LINE: Final = 0  # lines read so far
STICKY_T: Final = 1  # the last time line's time
HEADER_T: Final = 2  # a $PGHP line waiting for its sentence ...
HEADER_LEN: Final = 3  # ... and the length of its station's name
TAG_SET: Final = 4  # a tag block stood alone on its line
TAG_T: Final = 5
TAG_LEN: Final = 6
TAG_GROUP: Final = 7
ARRIVED: Final = 8  # when this feed's bytes came in
BASE: Final = 9  # t0 as given
ROLL: Final = 10  # t0 rolled on by the seconds that position reports carry
SENTENCES: Final = 11  # VDM and VDO sentences
MESSAGES: Final = 12  # sound messages (a message of several sentences is one)
UNUSED_N: Final = 13  # of them, of types that no table takes
SKIPPED: Final = 14  # lines that are sound but hold no AIS: blank, comment, other sentences
CAUSE_0: Final = 16  # how many were set aside, by cause
GROUP_0: Final = CAUSE_0 + 32  # tag block groups: id, time, length of the source
GROUP_WIDTH: Final = 3
SLOT_0: Final = GROUP_0 + GROUPS * GROUP_WIDTH  # messages whose parts are still coming

# ints of a slot, from SLOT_0 + SLOT_WIDTH * number
ORDER: Final = 0  # line at which the last part came; 0: the slot is free
KEY: Final = 1
GROUP: Final = 2
TOTAL: Final = 3
SEEN: Final = 4  # bit n: part n + 1 is here
OFFSET: Final = 5
FIRST_LINE: Final = 6
FIRST_T: Final = 7
RECEIVER_LEN: Final = 8
TEXT_LEN: Final = 9
PART_LEN: Final = 10
PART_FILL: Final = PART_LEN + PARTS
SLOT_WIDTH: Final = PART_FILL + PARTS
N_INTS: Final = SLOT_0 + SLOTS * SLOT_WIDTH

# octets
HEADER: Final = 0  # station of the waiting $PGHP line
TAG: Final = 32  # source of the waiting tag block
OWN: Final = 64  # source of the tag block on the line at hand
TRAILER: Final = 96  # station behind the checksum
GROUP_SOURCE: Final = 128
SLOT_RECEIVER: Final = GROUP_SOURCE + GROUPS * RECEIVER_MAX
SLOT_TEXT: Final = SLOT_RECEIVER + SLOTS * RECEIVER_MAX  # the first line, for the side file
SLOT_PART: Final = SLOT_TEXT + SLOTS * REJECT_TEXT  # armoured characters
N_OCTETS: Final = SLOT_PART + SLOTS * PARTS * PART_MAX


class State(NamedTuple):
    """Arrays that the kernels change in place."""

    ints: np.ndarray
    octets: np.ndarray
    words: np.ndarray  # the payload at hand


def make_state(t0_us: int | None) -> State:
    """A fresh state; `t0_us` is the base time for streams that carry none."""
    ints = np.zeros(N_INTS, dtype=np.int64)
    ints[[STICKY_T, HEADER_T, TAG_T, ARRIVED]] = NONE
    ints[[BASE, ROLL]] = NONE if t0_us is None else t0_us
    ints[GROUP_0:SLOT_0:GROUP_WIDTH] = -1
    return State(ints, np.zeros(N_OCTETS, np.uint8), np.zeros(MAX_WORDS + 4, np.int64))
