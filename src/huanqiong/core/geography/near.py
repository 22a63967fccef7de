"""The bundled distances at cell centres: read if made for just these shorelines, else made anew."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from huanqiong.core.geography.build import TILE_STEP_M, Box, Near
from huanqiong.core.geography.kernels import FAR_M, STEP_M, SUB, TILE_DEG

_SHAPE = (round(180 / TILE_DEG), round(360 / TILE_DEG))


def near_key(theatre_sha256: str, world_sha256: str, box: Box) -> str:
    """What the distances depend on: both shorelines, the box and the grid."""
    return f"2 {theatre_sha256} {world_sha256} {box} {TILE_DEG} {SUB} {FAR_M} {STEP_M} {TILE_STEP_M}"


def pack_near(near: Near, key: str) -> bytes:
    """The distances as a compact file: second differences of whole steps."""
    tile = np.round(near.tile_m.reshape(_SHAPE) / TILE_STEP_M).astype(np.uint16)
    cells = near.near.reshape(-1, SUB, SUB)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        key=np.frombuffer(key.encode(), np.uint8),
        tile=np.diff(np.diff(tile, axis=1, prepend=np.uint16(0)), axis=0, prepend=np.uint16(0)),
        cells=np.diff(np.diff(cells, axis=2, prepend=np.uint8(0)), axis=1, prepend=np.uint8(0)),
    )
    return out.getvalue()


def read_near(file: Path, theatre_sha256: str, world_sha256: str, box: Box) -> Near | None:
    """The distances in a file, or None where it was made for other shorelines."""
    if not file.is_file():
        return None
    with np.load(file, allow_pickle=False) as z:
        if z["key"].tobytes().decode() != near_key(theatre_sha256, world_sha256, box):
            return None
        tile = np.cumsum(np.cumsum(z["tile"], axis=0, dtype=np.uint16), axis=1, dtype=np.uint16)
        cells = np.cumsum(np.cumsum(z["cells"], axis=1, dtype=np.uint8), axis=2, dtype=np.uint8)
    return Near(tile.ravel() * np.float32(TILE_STEP_M), cells.ravel())
