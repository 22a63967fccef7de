"""In which legal waters a position lies: from STORE/geography/waters.geojson, else "not determined" and
why."""

from __future__ import annotations

from huanqiong.core.errors import InputError
from huanqiong.core.geography.waters import FILE, read_waters
from huanqiong.desk.watch.boarding import Waters
from huanqiong.lake.store import Store


def waters_at(store: Store, lat: float | None, lon: float | None) -> Waters:
    """What the deployment's official layer says of the position. Never raises: a boarding is filed
    whatever the layer is like, and `why` says what it lacked: no_position, no_layer, unreadable or
    outside."""
    if lat is None or lon is None:
        return Waters(why="no_position")
    file = store.geography / FILE
    try:
        layer = read_waters(file.read_bytes(), str(file))
    except FileNotFoundError:
        return Waters(why="no_layer")
    except (InputError, OSError):
        return Waters(why="unreadable")
    found = layer.at(lat, lon)
    of = {"source": layer.source, "day": layer.day, "sha256": layer.sha256}
    if found is None:
        return Waters(why="outside", **of)
    w = found.water
    return Waters(w.waters, w.own, w.name_zh, w.name_en, round(found.edge_m), "", **of)
