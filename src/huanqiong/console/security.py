"""The headers that shut a page's doors, and the import map whose hash the policy allows.

No inline script or style runs; the map's worker needs `blob:` (without it the map hangs with no error).
Source: W3C CSP Level 3; MapLibre's documentation of its worker; Fetch standard, 3.7 (resource policy).
Django's own middleware adds nosniff, the opener policy, no framing, and behind TLS strict transport.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static

from huanqiong.console.modules import NAMES


@cache
def import_map() -> str:
    """The names under which modules import the vendored libraries and our own files."""
    return json.dumps(
        {
            "imports": {
                **{name: static(file) for name, file in NAMES.items()},
                "huanqiong/": static("js/"),
            }
        }
    )


@cache
def policy() -> str:
    """The header's value."""
    digest = base64.b64encode(hashlib.sha256(import_map().encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'sha256-{digest}'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class ContentPolicyMiddleware:
    """Adds them to every answer, errors too (so it stands first), and keeps records out of caches."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy())
        headers.setdefault("Permissions-Policy", "geolocation=(), camera=(), microphone=()")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.path.startswith("/login/"):
            # The address itself is the secret: no page it leads to may be told more than our name.
            headers["Referrer-Policy"] = "strict-origin"
        if not request.path.startswith(("/static/", "/jsi18n/")):
            headers.setdefault("Cache-Control", "no-store")
        return response
