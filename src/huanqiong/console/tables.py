"""Rows as CSV that a spreadsheet opens as it should: UTF-8 with its mark, no formula injection."""

from __future__ import annotations

import csv as writer
import io
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse

from huanqiong.console.house import house


def _safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe: names come from the radio."""
    if isinstance(value, str) and value[:1] in "=+-@\t\r":
        return "'" + value
    return value


def csv(name: str, rows: Iterable[Mapping[str, Any]], columns: Iterable[str] | None = None) -> HttpResponse:
    """A download. A drill's file says so in its name and in every row."""
    drill = house().store.is_drill
    found = list(rows)
    heads = list(columns or (found[0].keys() if found else ()))
    out = io.StringIO()
    w = writer.writer(out, lineterminator="\r\n")
    w.writerow((["drill"] if drill else []) + heads)
    for row in found:
        w.writerow((["演练 DRILL"] if drill else []) + [_safe(row.get(h)) for h in heads])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{"DRILL-" if drill else ""}{name}"'
    return response
