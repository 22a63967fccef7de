"""Members that would swell when read: refused before anything opens them.

The bundle itself holds nothing packed. But it may enclose Parquet rows and geography files that are packed in
their own way, and readers tell a file by its first bytes, not by its name.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.core.errors import IntegrityError
from huanqiong.lines.sea.context import Heard

UNPACKED_MOST: Final = 256 << 20
"""Bytes a packed member may come to; the bundled geography's largest comes to a tenth of it."""
HEARD_MOST: Final = 20_000_000
"""Ships heard, over all bins and cells."""
_PACKED: Final = (b"PAR1", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")


def check_bounds(name: str, data: bytes) -> None:
    """IntegrityError where reading the member would swell, or where it is packed and should not be."""
    try:
        if name.startswith("raw/") and name.endswith(".parquet"):
            size = _parquet(data)
        elif name.startswith("raw/") and data.startswith(_PACKED):
            raise IntegrityError(f"{name}: the excerpt is packed: no export writes it so.")
        elif data.startswith(b"PAR1"):
            size = _parquet(data)
        elif data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as z:
                size = sum(i.file_size for i in z.infolist())
        elif data.startswith(b"\x1f\x8b"):
            size = _gzip(data)
        else:
            return
    except (zipfile.BadZipFile, zlib.error, pa.ArrowInvalid, OSError) as e:
        raise IntegrityError(f"{name} cannot be read: {str(e).splitlines()[0]}.") from None
    if size > UNPACKED_MOST:
        raise IntegrityError(f"{name}: unpacked it comes to {size:,} bytes or more: no export writes it so.")


def check_heard(heard: Heard, name: str) -> None:
    """IntegrityError where the counts are none that reception can have."""
    low = all(len(c) == 0 or int(c.min()) >= 0 for c in heard)
    near = all(len(c) == 0 or int(c.max()) < 1 << 14 for c in (heard.row, heard.col))
    most = len(heard.ships) == 0 or int(heard.ships.max()) <= HEARD_MOST
    if not (low and near and most and float(np.sum(heard.ships, dtype=np.float64)) <= HEARD_MOST):
        raise IntegrityError(f"{name}: these are no counts of ships by time and cell.")


def _parquet(data: bytes) -> int:
    meta = pq.read_metadata(pa.BufferReader(data))
    return sum(meta.row_group(g).total_byte_size for g in range(meta.num_row_groups))


def _gzip(data: bytes) -> int:
    unpack, size = zlib.decompressobj(wbits=31), 0
    while data and not unpack.eof and size <= UNPACKED_MOST:
        size += len(unpack.decompress(data, 1 << 20))
        data = unpack.unconsumed_tail
    return size
