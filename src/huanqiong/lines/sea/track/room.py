"""Room for the folds' arrays: large ones lie in maps of their own, so that room not used costs nothing.

What NumPy takes from the heap is cleared as a whole and given back page by page, at more than a fold costs.
"""

from __future__ import annotations

import math
import mmap
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_LARGE = 1 << 20
_PRIVATE = getattr(mmap, "MAP_PRIVATE", None)  # none on Windows
_ANONYMOUS = getattr(mmap, "MAP_ANONYMOUS", 0)


def zeros(shape: int | tuple[int, ...], dtype: DTypeLike = np.float64) -> NDArray[Any]:
    """Zeros, as `numpy.zeros` gives them; large ones without touching their memory."""
    kind = np.dtype(dtype)
    size = math.prod(shape if isinstance(shape, tuple) else (shape,)) * kind.itemsize
    if size < _LARGE or _PRIVATE is None:
        return np.zeros(shape, dtype=kind)
    room = mmap.mmap(-1, size, flags=_PRIVATE | _ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        room.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(room, dtype=kind).reshape(shape)


def grown(a: NDArray[Any], n: int) -> NDArray[Any]:
    """The array with room for at least n rows; new rows are zero."""
    if len(a) >= n:
        return a
    out = zeros((max(n, 4 * len(a)), *a.shape[1:]), a.dtype)
    out[: len(a)] = a
    return out


class Scratch(dict[str, NDArray[Any]]):
    """Arrays kept between batches: what one held in the last batch is gone."""

    def __call__(self, name: str, n: int, dtype: DTypeLike, width: int = 0) -> NDArray[Any]:
        """Room for n values, or for n rows of `width`."""
        wide = max(width, 1)
        if name not in self or len(self[name]) < n * wide:
            self[name] = zeros((n + n // 4) * wide, dtype)
        flat = self[name][: n * wide]
        return flat.reshape(n, width) if width else self[name]
