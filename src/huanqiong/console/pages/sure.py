"""The step before an act that is not easily undone: what will happen, and the same form again."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def is_sure(request: HttpRequest) -> bool:
    """Whether the person has seen the step."""
    return request.POST.get("sure") == "1"


def sure(
    request: HttpRequest,
    *,
    title: str,
    text: str,
    yes: str,
    back: str,
    facts: Sequence[tuple[str, str]] = (),
    mood: str = "primary",
) -> HttpResponse:
    """The step. `facts`: (name, value); `mood`: "alarm" for what takes something away."""
    kept = [(k, v) for k in request.POST for v in request.POST.getlist(k)]
    kept = [(k, v) for k, v in kept if k not in ("sure", "csrfmiddlewaretoken")]
    context = {"title": title, "text": text, "facts": facts, "yes": yes, "back": back}
    return render(request, "console/sure.html", context | {"mood": mood, "kept": kept})
