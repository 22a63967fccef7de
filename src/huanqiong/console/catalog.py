"""The browser's translations, by language in the address, so that a cached one never shows the other."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.i18n import JavaScriptCatalog


def catalog(request: HttpRequest, language: str) -> HttpResponse:
    """`gettext`, `ngettext` and `interpolate` for the page's scripts."""
    if language not in ("en", "zh-hans"):
        raise Http404
    with translation.override(language):
        response = JavaScriptCatalog.as_view(packages=["huanqiong.console"])(request)
    response["Cache-Control"] = "private, max-age=300"
    return response
