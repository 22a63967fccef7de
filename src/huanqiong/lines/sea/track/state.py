"""What segmenting keeps: the places of a ship's and a segment's numbers in their arrays, rules, outputs."""

from __future__ import annotations

from typing import NamedTuple

from huanqiong.lines.sea.track.columns import F4, F8, I8
from huanqiong.lines.sea.track.order import I4

LOOK = 5  # rows a segment remembers at most
REPEAT = 4  # rows the repeat rule remembers at most
OPEN = 10  # segments open at once at most

# A ship's whole numbers, then its floats.
FULL, N_OPEN, NEXT_NO, SIGN_NEXT, HELD, HELD_T, HELD_SLOT, REP_N, REP_AT, OPEN_AT = range(10)
SHIP_I = OPEN_AT + OPEN
H_LAT, H_LON, H_SOG, H_COS, REP_F = range(5)
SHIP_F = REP_F + 4 * REPEAT
# A segment's whole numbers, then its floats.
S_NO, S_SHIP, S_COUNT, S_BORN, S_HEAD, S_N, S_LAST, S_NEXT, S_T = range(9)
SEG_I = S_T + LOOK
P_LAT, P_LON, P_COS, RING = range(4)
R_LAT, R_LON, R_V, R_C, R_COSY, R_METRIC, RING_W = range(7)
# A metric below 0 says: at least that much, not yet worked out.
SEG_F = RING + RING_W * LOOK


class Rules(NamedTuple):
    """The profile's numbers as the kernel wants them."""

    max_us: int
    penalty_h: float
    buffer_h: float
    max_kn: float
    alpha0: float  # max_kn / penalty speed
    shape: float
    lookback: int
    factor: float
    short_rows: float
    ambiguity: float
    slow_kn: float
    max_open: int
    repeat: int
    overlap_rows: int
    hold_us: int
    keep_unknown: bool
    step_us: int  # slots for encounters
    interp_us: int
    bin_us: int  # bins for signs of life
    # What the short cut of matching needs, worked out once:
    near_us: int  # after a longer silence it cannot hold
    best_second: float  # the best an older row can reach, for the newest row's elder and the one before
    best_third: float
    near2: float  # (alpha0 * shape / (buffer_h * max_kn))^2, per square nautical mile


class Out(NamedTuple):
    """Where a batch's results are written; `n` counts them by the N_ numbers below."""

    t: I8
    lat: F8
    lon: F8
    sog: F4
    slot: I4
    dt: I8  # since the segment's row before, us; -1: none
    step_m: F8
    start: I8  # where each active ship's rows begin
    g_slot: I8  # samples: slot number, ship, place
    g_ship: I4
    g_lat: F8
    g_lon: F8
    s_bin: I8  # signs of life: bin, place
    s_lat: F8
    s_lon: F8
    closed: I4
    row_segment: I4  # for each input row its segment number, where wanted; -1: in none
    n: I8


N_ROW, N_SAMPLE, N_SIGN, N_CLOSED, N_NOISE, N_REPEAT, N_WITHDRAWN = range(7)
