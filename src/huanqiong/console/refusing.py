"""Refusals that cost little: a page or a JSON word, made with no look at the records."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huanqiong.console.house import house


def refusal(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    """The API answers `{"message"}`, everything else the designed page in the language of the request."""
    if request.path.startswith("/api/"):
        return JsonResponse({"message": text}, status=status)
    drill = bool(settings.STORE_NAME) and house().store.is_drill
    context = {"status": status, "state_title": title, "text": text, "drill": drill}
    return render(None, "console/refused.html", context, status=status)


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: not a request that any page or program of ours sends."""
    return refusal(
        request, 400, _("That is no request"), _("The request is malformed and was not looked at.")
    )


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """413: more was sent than is read."""
    text = _("At most %(n)s kB are taken here. Send less, or in parts.") % {"n": f"{most // 1024:,}"}
    return refusal(request, 413, _("That is too much at once"), text)
