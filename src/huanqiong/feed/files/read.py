"""One file in, batches of tables out, whatever the file is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from huanqiong.core.errors import InputError
from huanqiong.feed.files.arrow import open_parquet, read_parquet
from huanqiong.feed.files.assemble import Assembler, utc_now
from huanqiong.feed.files.batch import Batch, Progress, Reject
from huanqiong.feed.files.digitraffic import COLUMNS, read_json
from huanqiong.feed.files.layout import Bound, bind, choose, load_layout
from huanqiong.feed.files.raw import Raw, open_raw, sha256_of
from huanqiong.feed.files.records import LONGEST
from huanqiong.feed.files.sentences import read_sentences
from huanqiong.feed.files.table import dialect_of, read_table
from huanqiong.lines.sea.message.n2k_lines import ACTISENSE, DUMP, LOG, YDRAW

Kind = Literal["parquet", "nmea0183", "n2k", "json", "csv"]
_SENTENCE: Final = re.compile(
    rb"^(?:\\[^\\\r\n]*\\)?[!$][A-Z][A-Z0-9]{2,6},[^\r\n]*\*[0-9A-Fa-f]{2}\s*$", re.M
)
_VDM: Final = re.compile(rb"![A-Z0-9]{2}VD[MO],\d")
_N2K: Final = re.compile(rb"[^\r\n]{10,40}[,Z ]\d{1,2},\d{5,6},\d{1,3},\d{1,3},\d{1,3}(?:,[0-9a-fA-F]{2})+")
_FRAMES: Final = (_N2K, LOG, DUMP, YDRAW, ACTISENSE)
_JSON: Final = re.compile(rb"\s*(?:[\[{]|vessels(?:-v2)?/\d+/\w+\s+\{)")


def kind_of(head: bytes) -> Kind:
    """What a text is, by its first bytes (unpacked)."""
    if head.startswith(b"PAR1"):
        return "parquet"
    if _VDM.search(head) or (_SENTENCE.search(head) and not _is_n2k(head)):
        return "nmea0183"
    if _is_n2k(head):
        return "n2k"
    if _JSON.match(head.removeprefix(b"\xef\xbb\xbf")):
        return "json"
    return "csv"


def _is_n2k(head: bytes) -> bool:
    """Most of the first lines are frames, in a form the decoder knows."""
    lines = [line.strip() for line in head.splitlines()[:20] if line.strip()]
    frames = sum(any(f.fullmatch(line) for f in _FRAMES) for line in lines)
    return 2 * frames > len(lines)


def read(
    path: Path | str,
    *,
    layout: str | None = None,
    t0: datetime | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
    longest: int = LONGEST,
) -> Iterator[Batch]:
    """The file's positions, static data and other reports, piece by piece, in file order.

    `layout` names a bundled layout or a TOML file; None: found from the columns. `t0` (aware) is the day of
    files whose times carry no date. `now` is the import's time, rows more than a day after it are set aside;
    None: the clock. `longest` is the longest line in bytes. `raw_sha256` is of the file as stored;
    `raw_offset` counts bytes of the unpacked text, or rows of a Parquet file.
    Errors: InputError where the file cannot be used at all, LayoutError where its columns are not understood.
    """
    path = Path(path)
    raw = open_raw(path)
    head = raw.head()
    if not head.strip():
        raise InputError(
            raw.damage or "the file holds only blank space",
            where=str(path),
            remedy="Fetch or export it again",
        )
    kind = kind_of(head)
    sha256 = sha256_of(path, progress)
    if kind in ("nmea0183", "n2k"):
        batches = read_sentences(
            raw.chunks(progress=progress),
            raw_sha256=sha256,
            t0=t0,
            now=now or utc_now(),
            form="n2k" if kind == "n2k" else "nmea0183",
        )
        yield from _with_damage(raw, batches, (), kind)
        return

    def assembler(bound: Bound) -> Assembler:
        return Assembler(bound, sha256, t0, now or utc_now(), str(path))

    if kind == "parquet":
        file = open_parquet(path)
        assemble = assembler(choose(file.schema_arrow.names, layout, str(path)))
        batches = read_parquet(file, assemble, progress)
    elif kind == "json":
        assemble = assembler(bind(load_layout("digitraffic"), list(COLUMNS)))
        batches = read_json(raw, raw.chunks(progress=progress), assemble)
    else:
        dialect = dialect_of(head, str(path))
        assemble = assembler(choose(list(dialect.names), layout, str(path)))
        batches = read_table(raw, raw.chunks(progress=progress), dialect, assemble, longest=longest)
    note = assemble.bound.layout.note
    yield from _with_damage(raw, batches, (note,) if note else (), assemble.bound.layout.name)


def _with_damage(raw: Raw, batches: Iterator[Batch], notes: tuple[str, ...], layout: str) -> Iterator[Batch]:
    for batch in batches:
        yield replace(batch, notes=notes) if notes else batch
    if raw.damage:
        lost = Reject("end of file", raw.damage, "")
        counts = {"rejected": 1, "file is cut off or broken": 1}
        note = f"{raw.damage}; the rows before that are kept"
        yield Batch(rejects=[lost], counts=counts, notes=(*notes, note), layout=layout)
