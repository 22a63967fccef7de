"""Small marks that templates repeat: icons, severity, times, links to a page of a list."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from huanqiong.console.modules import preloads

register = template.Library()

_SHAPES = {
    9: "M5 1h6l4 4v6l-4 4H5l-4-4V5z",
    3: "M8 0.5 15.5 8 8 15.5 0.5 8z",
    2: "M8 1.2 15.4 14.5H0.6z",
    1: "M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3z",
}


@register.simple_tag
def scripts(*entries: str) -> SafeString:
    """Lets the browser fetch these scripts and all they import at once."""
    return preloads(*entries)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the vendored sprite, in the colour of the text around it."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("vendor/lucide/sprite.svg"),
        name,
    )


@register.simple_tag
def severity(level: int, distress: bool = False) -> SafeString:
    """Severity as shape, colour and word."""
    words = {1: _("Low"), 2: _("Medium"), 3: _("High"), 9: _("Distress")}
    n = 9 if distress else min(3, max(1, level))
    return format_html(
        '<svg class="sev sev-{}" viewBox="0 0 16 16" role="img" aria-label="{}">'
        '<path d="{}" fill="currentColor"/></svg>',
        n,
        words[n],
        _SHAPES[n],
    )


@register.filter
def shown(value: datetime | str | None) -> str:
    """A time in China's zone, to the minute; a dash for None."""
    if not value:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return localtime(value).strftime("%Y-%m-%d %H:%M")


@register.filter
def to_second(value: datetime | None) -> str:
    """A time in China's zone, to the second."""
    return localtime(value).strftime("%Y-%m-%d %H:%M:%S") if value else "–"


@register.filter
def grouped(value: int | None) -> str:
    """A count with its thousands parted; a dash for None."""
    return "–" if value is None or value == "" else f"{int(value):,}"


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """This page's query string with some values changed; empty ones go."""
    query = context["request"].GET.dict() | {k: str(v) for k, v in changes.items()}
    return "?" + urlencode({k: v for k, v in query.items() if v})


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """`mapping[key]`, None where it is absent."""
    return mapping.get(key)
