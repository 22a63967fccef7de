"""Short texts of records: what does not fit is refused in words, alike on both databases."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from huanqiong.core.errors import UsageError


class LineField(models.CharField):
    """A text of at most `max_length` characters. Writing a longer one is a UsageError that names the field.

    PostgreSQL would end the act with an error no person can read, and SQLite would keep the text whole.
    Searching for a longer text is allowed: it finds nothing.
    """

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if isinstance(value, str) and self.max_length is not None and len(value) > self.max_length:
            name = str(self.verbose_name).capitalize()
            raise UsageError(f"{name}: {len(value)} characters, at most {self.max_length} fit. Shorten it.")
        return super().get_db_prep_save(value, connection)

    def deconstruct(self) -> Any:
        """To migrations it is Django's field: the column is the same."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
