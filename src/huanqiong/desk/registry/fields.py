"""A geometry in a model: WKB (EPSG:4326, lon lat) in a small binary field, shapely in Python."""

from __future__ import annotations

from typing import Any

import shapely
from django.db import models
from shapely.geometry.base import BaseGeometry


class ShapeField(models.BinaryField):
    """Holds a shapely geometry; stored as little-endian WKB so that equal shapes have equal bytes."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> BaseGeometry | None:
        return None if value is None else shapely.from_wkb(bytes(value))

    def to_python(self, value: Any) -> BaseGeometry | None:
        if value is None or isinstance(value, BaseGeometry):
            return value
        return shapely.from_wkb(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, BaseGeometry):
            value = shapely.to_wkb(value, byte_order=1)
        return super().get_db_prep_value(value, connection, prepared)
