"""The outline of a set of cells, as polygons for a map."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from huanqiong.lines.sea.reach.grid import Grid


def outline(grid: Grid, cells: NDArray[np.bool_]) -> MultiPolygon:
    """The cells' union in (lon, lat) degrees: each row's runs as boxes, joined. Empty: no cell."""
    padded = np.zeros((cells.shape[0], cells.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = cells
    step = np.diff(padded, axis=1)
    row, first = np.nonzero(step == 1)
    _, last = np.nonzero(step == -1)
    if not len(row):
        return MultiPolygon()
    west, south = grid.lon - grid.dlon * (grid.half + 0.5), grid.lat - grid.dlat * (grid.half + 0.5)
    boxes = shapely.box(
        west + first * grid.dlon,
        south + row * grid.dlat,
        west + last * grid.dlon,
        south + (row + 1) * grid.dlat,
    )
    joined = shapely.union_all(boxes)
    return MultiPolygon([joined]) if isinstance(joined, Polygon) else MultiPolygon(joined)
