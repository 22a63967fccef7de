"""The Chromium that browser tests and benches drive, and how it starts: software GL, no calls home."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The browser to drive: `$HUANQIONG_CHROMIUM`, else the first known one on the path."""
    wished = os.environ.get("HUANQIONG_CHROMIUM")
    return wished or next((found for n in NAMES if (found := shutil.which(n))), None)
