"""What a clerk's device keeps of the program, so that the station's page opens without a network.

One list, one version: the hash of every file in it. The worker is served with both, so that a changed file is
a changed worker, which fetches everything anew beside the old and then lets the old go.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.urls import reverse

from huanqiong import __version__
from huanqiong.console.modules import ROOT, modules
from huanqiong.console.security import import_map

PAGE = "/station/"
ENTRY = "station/main.js"
WORKER = "js/station/worker.js"
STYLES = ("css/console.css", "css/station.css")
OTHERS = (
    "js/lib/theme.js",
    "img/mark.svg",
    "vendor/lucide/sprite.svg",
    "vendor/inter/inter-latin-wght-normal.woff2",
)
_HERE = Path(__file__).parent
_WORDS = (_HERE / "locale" / "zh_Hans" / "LC_MESSAGES" / "djangojs.mo",)
_PAGE = (_HERE / "templates" / "console" / "station.html",)


@cache
def files() -> tuple[str, ...]:
    """Paths under `static/` that the page needs."""
    return (*STYLES, *OTHERS, *modules(ENTRY))


@cache
def version() -> str:
    """Names this very content of page, scripts, styles and words."""
    digest = hashlib.sha256(f"{__version__} {import_map()}".encode())
    for path in (*(ROOT / f for f in (*files(), WORKER)), *_WORDS, *_PAGE):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def worker() -> str:
    """The worker's script, with what it is to keep."""
    words = [reverse("jsi18n", args=[language]) for language in ("zh-hans", "en")]
    kept = {"version": version(), "page": PAGE, "files": [*map(static, files()), *words]}
    return f"const KEPT = {json.dumps(kept)};\n{(ROOT / WORKER).read_text(encoding='utf-8')}"
