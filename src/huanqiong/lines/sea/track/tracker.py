"""The tracker: released rows in, tracks out, with all ships' states between batches.

Invariant: `advance` is given rows that are newer than every row before and not newer than the watermark; what
it returns over all calls is the same however the rows were cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from huanqiong.core.ids import holder
from huanqiong.core.profile import Profile
from huanqiong.lines.sea.track import segment as sg
from huanqiong.lines.sea.track import state as st
from huanqiong.lines.sea.track.columns import F4, F8, I8, NAT, Columns, Devices
from huanqiong.lines.sea.track.order import (
    I4,
    ROW,
    Rows,
    by_ship,
    last_usable,
    number_rows,
    rebuild,
    rising,
    settle_ties,
)
from huanqiong.lines.sea.track.room import Scratch, grown, zeros

FIRST_ROOM = 1024
"""Ships that every part of the kernels has room for at first."""


class Track(NamedTuple):
    """Handed-on rows in ship order: row j of `ships[a]` lies in `start[a] <= j < start[a + 1]`."""

    ships: I4
    start: I8
    t: I8
    lat: F8
    lon: F8
    sog: F4
    slot: I4
    dt: I8
    step_m: F8


class Batch(NamedTuple):
    """What one advance made: the track, samples for encounters, signs of life, and segments that closed."""

    track: Track
    samples: tuple[I8, I4, F8, F8]  # slot number, ship, lat, lon
    signs: tuple[I8, F8, F8]  # bin, lat, lon
    closed: I4
    row_segment: I4  # input row -> segment number, where wanted


def rules_of(p: Profile) -> st.Rules:
    """The profile's segmenting numbers; those that bound state are cut to what the state holds."""
    n, us = p.number, p.micros
    buffer_h, factor = n("segment", "buffer_hours"), n("segment", "lookback_factor")
    alpha0 = n("segment", "max_knots") / n("segment", "penalty_speed")
    older = max(1.0, 2.0 * factor)
    return st.Rules(
        round(n("segment", "max_hours") * 3_600_000_000),
        n("segment", "penalty_hours"),
        buffer_h,
        n("segment", "max_knots"),
        alpha0,
        n("segment", "shape_factor"),
        min(int(n("segment", "lookback")), st.LOOK),
        factor,
        n("segment", "short_rows"),
        n("segment", "ambiguity"),
        n("segment", "very_slow_kn"),
        min(int(n("segment", "max_open")), st.OPEN),
        min(int(n("segment", "repeat_memory")), st.REPEAT),
        int(n("segment", "overlap_rows")),
        us("segment", "hold_s"),
        bool(p.value("segment", "keep_unknown_motion")),
        us("encounter", "step_s"),
        us("encounter", "max_interp_s"),
        us("reception", "bin_s"),
        min(round(older * buffer_h * 3_600_000_000), round(n("segment", "max_hours") * 3_600_000_000)),
        1.0 / (buffer_h * max(1.0, factor)),
        1.0 / (buffer_h * older),
        (alpha0 * n("segment", "shape_factor") / (buffer_h * n("segment", "max_knots"))) ** 2,
    )


@dataclass
class Tracker:
    """All ships' segmenting states. `known[:n]` are the subjects' keys by ship number."""

    rules: st.Rules
    noise: F8
    skip_holders: frozenset[str]
    devices: Devices

    def __init__(self, profile: Profile, devices: Devices | None = None) -> None:
        self.rules = rules_of(profile)
        self.noise = np.array(profile.value("input", "noise_sog_kn"), dtype=np.float64)
        self.skip_holders = frozenset(profile.value("input", "skip_holders"))
        self.devices = devices or Devices()
        self.n = 0
        self.want_segments = False
        self.last_t = NAT
        self.buffers = Scratch()
        self.known = np.zeros(FIRST_ROOM, dtype=np.int64)
        self.table = np.full((4096, 2), -1, dtype=np.int64)
        self.skip = np.zeros(FIRST_ROOM, dtype=np.bool_)
        self.ship_i = np.zeros((FIRST_ROOM, st.SHIP_I), dtype=np.int64)
        self.ship_f = np.zeros((FIRST_ROOM, st.SHIP_F))
        self.pool_i = np.zeros((2048, st.SEG_I), dtype=np.int64)
        self.pool_f = np.zeros((2048, st.SEG_F))
        self.free = np.arange(2047, -1, -1, dtype=np.int32)
        self.n_free = 2048
        counted = ("rows", "unusable", "skipped", "duplicates", "noise", "repeats", "withdrawn")
        self.counts = dict.fromkeys(counted, 0)

    def reserve(self, ships: int) -> None:
        """Makes room for a segment a ship, before the first row."""
        self.pool_i, self.pool_f = zeros((ships, st.SEG_I), np.int64), zeros((ships, st.SEG_F))
        self.free, self.n_free = np.arange(ships - 1, -1, -1, dtype=np.int32), ships

    def number(self, c: Columns) -> I4:
        """Ship numbers for rows (-1: unusable), new ships taken on."""
        ids = self.buffers("ids", len(c.t), np.int32)[: len(c.t)]
        done, old = 0, self.n
        while True:
            done, self.n = number_rows(c.key, c.t, c.lat, c.lon, done, self.table, self.known, self.n, ids)
            if done == len(c.t):
                break
            self.known = grown(self.known, self.n + 1)
            self.table = np.full((2 * len(self.table), 2), -1, dtype=np.int64)
            rebuild(self.known, self.n, self.table)
        self.skip, self.ship_i = grown(self.skip, self.n), grown(self.ship_i, self.n)
        self.ship_f = grown(self.ship_f, self.n)
        if self.skip_holders:
            for s in range(old, self.n):
                key = int(self.known[s])
                self.skip[s] = key >= 0 and holder(key) in self.skip_holders
        return ids

    def advance(self, c: Columns, watermark: int) -> Batch:
        """Folds rows (any order within the batch) into the states and returns what they hand on."""
        self.counts["rows"] += len(c.t)
        back = None
        if not rising(c.t):
            back = np.argsort(c.t, kind="stable")
            c = c.take(back)
        n = len(c.t)
        ids = self.number(c)
        at = last_usable(ids)
        if at >= 0:
            self.last_t = max(self.last_t, int(c.t[at]))
        rec = self.buffers("rec", n, ROW)
        order = np.empty(n if self.want_segments else 0, dtype=np.int32)
        ships, start = np.empty(min(n, self.n), dtype=np.int32), np.empty(min(n, self.n) + 1, dtype=np.int64)
        active, unusable, skipped = by_ship(
            ids, self.n, self.skip, c.t, c.lat, c.lon, c.sog, c.cog, rec, order,
            np.zeros(self.n + 1, dtype=np.int64), ships, start,
        )  # fmt: skip
        ships, start = ships[:active], start[: active + 1]
        self.counts["unusable"] += unusable
        self.counts["skipped"] += skipped
        self.counts["duplicates"] += settle_ties(rec, start, order)
        late = sg.overdue(self.ship_i, self.n, watermark, self.rules.hold_us)
        if len(late):
            late = late[~np.isin(late, ships)] if len(ships) else late
            ships = np.concatenate([ships, late])
            start = np.concatenate([start, np.full(len(late), start[-1])])
        batch = self._fold(n, rec, ships, start, order, watermark)
        if back is not None and self.want_segments:
            batch.row_segment[back] = batch.row_segment.copy()
        return batch

    def _fold(self, rows: int, rec: Rows, ships: I4, start: I8, order: I4, watermark: int) -> Batch:
        n = int(start[-1])
        room = n + len(ships)
        samples = room * (int(self.rules.interp_us // self.rules.step_us) + 1)
        i8, f8, f4, i4 = np.int64, np.float64, np.float32, np.int32
        b = self.buffers
        out = st.Out(
            b("t", room, i8), b("lat", room, f8), b("lon", room, f8), b("sog", room, f4), b("slot", room, i4),
            b("dt", room, i8), b("step", room, f8), np.zeros(len(ships) + 1, i8),
            b("gs", samples, i8), b("gi", samples, i4), b("gy", samples, f8),
            b("gx", samples, f8), b("sb", n, i8), b("sy", n, f8), b("sx", n, f8),
            b("closed", n + len(self.pool_i), i4), np.full(rows if len(order) else 0, -1, i4),
            np.zeros(7, i8),
        )  # fmt: skip
        done = 0
        while True:
            done, self.n_free = sg.segment_pass(
                ships, start, rec, order, self.noise, self.rules, self.ship_i,
                self.ship_f, self.pool_i, self.pool_f, self.free, self.n_free, done, watermark, out,
                np.empty(st.OPEN),
            )  # fmt: skip
            if done == len(ships):
                break
            self._more(int(start[done + 1] - start[done]))
        k = out.n
        self.counts["noise"] += int(k[st.N_NOISE])
        self.counts["repeats"] += int(k[st.N_REPEAT])
        self.counts["withdrawn"] += int(k[st.N_WITHDRAWN])
        m, g, s = int(k[st.N_ROW]), int(k[st.N_SAMPLE]), int(k[st.N_SIGN])
        track = Track(
            ships, out.start, out.t[:m], out.lat[:m], out.lon[:m], out.sog[:m], out.slot[:m], out.dt[:m],
            out.step_m[:m],
        )  # fmt: skip
        return Batch(
            track,
            (out.g_slot[:g], out.g_ship[:g], out.g_lat[:g], out.g_lon[:g]),
            (out.s_bin[:s], out.s_lat[:s], out.s_lon[:s]),
            out.closed[: int(k[st.N_CLOSED])],
            out.row_segment,
        )

    def _more(self, need: int) -> None:
        """Makes room in the pool of segments."""
        old = len(self.pool_i)
        new = old + max(old, need)
        self.pool_i, self.pool_f = grown(self.pool_i, new), grown(self.pool_f, new)
        new = len(self.pool_i)
        free = np.empty(new, dtype=np.int32)
        extra = np.arange(new - 1, old - 1, -1, dtype=np.int32)
        free[: len(extra)] = extra
        free[len(extra) : len(extra) + self.n_free] = self.free[: self.n_free]
        self.free, self.n_free = free, self.n_free + len(extra)

    def release(self, closed: I4) -> None:
        """Gives the slots of closed segments back, once every pass has read them."""
        self.free[self.n_free : self.n_free + len(closed)] = closed
        self.n_free += len(closed)
