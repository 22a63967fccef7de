"""Tables as a receiver network would have written them: AIVDM lines in time order, with tag blocks.

Class A static data goes out as type 5 in two parts; class B as type 24, part A a row with a name, part B a
row without. Decoding the lines gives the tables back, row for row.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from huanqiong.core.units import US
from huanqiong.lines.sea.message import encode
from huanqiong.lines.sea.message.armour import I8, Bits, rows_of_bytes, tagged_rows, vdm, vdm_pair


class _Lines:
    """Lines gathered by kind, then put in time order."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.t: list[I8] = []

    def add(self, bits: Bits, t: I8, station: str, channel: str = "A") -> None:
        """Single-part messages."""
        self.lines += rows_of_bytes(tagged_rows(vdm(bits, channel), t, station))
        self.t.append(t)

    def add_pairs(self, bits: Bits, t: I8, station: str, sequence: I8) -> None:
        """Two-part messages, on the other channel."""
        self.lines += rows_of_bytes(tagged_rows(vdm_pair(bits, sequence, "B"), t, station))
        self.t.append(t)

    def joined(self) -> bytes:
        order = np.argsort(np.concatenate(self.t), kind="stable") if self.t else np.empty(0, dtype=np.int64)
        return b"".join([self.lines[i] for i in order])


def _ints(column: pa.ChunkedArray, none: int) -> I8:
    return np.asarray(pc.fill_null(column, none).to_numpy(), dtype=np.int64)


def _raw(column: pa.ChunkedArray, times: float, none: int) -> I8:
    v = pc.cast(column, pa.float64())
    return np.where(
        np.asarray(pc.is_null(v).to_numpy()),
        none,
        np.rint(np.asarray(pc.fill_null(v, 0.0).to_numpy()) * times),
    ).astype(np.int64)


def _unix(table: pa.Table) -> I8:
    return np.asarray(table["t"].cast(pa.int64()).to_numpy(), dtype=np.int64) // US


def _texts(column: pa.ChunkedArray) -> NDArray[np.object_]:
    return np.array([s or "" for s in column.to_pylist()], dtype=object)


def to_sentences(positions: pa.Table, static: pa.Table, other: pa.Table) -> bytes:
    """All rows as lines ending in CR LF. Positions: message types 1 and 18; other: types 14 and 21."""
    out = _Lines()
    station = _texts(positions["receiver"])
    _positions(out, positions, station)
    _static(out, positions, static, station)
    _other(out, other)
    return out.joined()


def _positions(out: _Lines, p: pa.Table, station: NDArray[np.object_]) -> None:
    t, mmsi, kind = _unix(p), _ints(p["mmsi"], 0), _ints(p["msg_type"], 0)
    lat, lon = _raw(p["lat"], 600_000, encode.LAT_NONE), _raw(p["lon"], 600_000, encode.LON_NONE)
    sog, cog = _raw(p["sog_kn"], 10, encode.SOG_NONE), _raw(p["cog_deg"], 10, encode.COG_NONE)
    heading, status = _ints(p["heading"], encode.HEADING_NONE), _ints(p["nav_status"], 15)
    for name in sorted(set(station)):
        for a in (True, False):
            i = np.flatnonzero((station == name) & (kind == (1 if a else 18)))
            if not len(i):
                continue
            if a:
                bits = encode.class_a(
                    mmsi[i], status[i], sog[i], lon[i], lat[i], cog[i], heading[i], t[i] % 60
                )
            else:
                bits = encode.class_b(mmsi[i], sog[i], lon[i], lat[i], cog[i], heading[i], t[i] % 60)
            out.add(bits, t[i], name)


def _static(out: _Lines, p: pa.Table, s: pa.Table, station: NDArray[np.object_]) -> None:
    if not s.num_rows:
        return
    t, mmsi = _unix(s), _ints(s["mmsi"], 0)
    of_a = set(_ints(p["mmsi"], 0)[_ints(p["msg_type"], 0) == 1].tolist())
    heard = dict(zip(zip(_ints(p["mmsi"], 0).tolist(), _unix(p).tolist(), strict=True), station, strict=True))
    where = np.array(
        [heard.get(k, "D-NET") for k in zip(mmsi.tolist(), t.tolist(), strict=True)], dtype=object
    )
    name, call, to = _texts(s["name"]), _texts(s["callsign"]), _texts(s["destination"])
    imo, kind = _ints(s["imo"], 0), _ints(s["ship_type"], 0)
    length, beam, draught = _ints(s["length_m"], 0), _ints(s["beam_m"], 0), _raw(s["draught_m"], 10, 0)
    class_a = np.array([m in of_a for m in mmsi.tolist()])
    for at in sorted(set(where)):
        here = where == at
        i = np.flatnonzero(here & class_a)
        if len(i):
            bits = encode.static_a(
                mmsi[i], imo[i], call[i].tolist(), name[i].tolist(), kind[i], length[i], beam[i], draught[i],
                to[i].tolist(),
            )  # fmt: skip
            out.add_pairs(bits, t[i], at, i)
        i = np.flatnonzero(here & ~class_a & (name != ""))
        if len(i):
            out.add(encode.static_b_name(mmsi[i], name[i].tolist()), t[i], at, "B")
        i = np.flatnonzero(here & ~class_a & (name == ""))
        if len(i):
            bits = encode.static_b_rest(mmsi[i], kind[i], call[i].tolist(), length[i], beam[i])
            out.add(bits, t[i], at, "B")


def _other(out: _Lines, o: pa.Table) -> None:
    t, mmsi, kind = _unix(o), _ints(o["mmsi"], 0), _ints(o["msg_type"], 0)
    lat, lon = _raw(o["lat"], 600_000, encode.LAT_NONE), _raw(o["lon"], 600_000, encode.LON_NONE)
    name, text, station = _texts(o["name"]), _texts(o["text"]), _texts(o["receiver"])
    for at in sorted(set(station)):
        i = np.flatnonzero((kind == 21) & (station == at))
        if len(i):
            out.add(encode.aid(mmsi[i], name[i].tolist(), lon[i], lat[i]), t[i], at)
        for said in sorted(set(text[(kind == 14) & (station == at)])):
            i = np.flatnonzero((kind == 14) & (station == at) & (text == said))
            out.add(encode.safety(mmsi[i], said), t[i], at)
