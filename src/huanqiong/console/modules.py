"""The scripts that a page needs: told at once, a browser need not find them one behind another."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

ROOT = Path(__file__).parent / "static"
NAMES = {
    "maplibre-gl": "vendor/maplibre/maplibre-gl.mjs",
    "echarts": "vendor/echarts/echarts.esm.min.mjs",
}
_IMPORT = re.compile(r'^(?:import|export)\s(?:[^"\';]*?\sfrom\s)?["\']([^"\']+)["\']', re.MULTILINE)


def file_of(name: str) -> str:
    """Where the module of an import map's name lies under `static/`."""
    return NAMES.get(name) or name.replace("huanqiong/", "js/", 1)


@cache
def modules(entry: str) -> tuple[str, ...]:
    """All modules that `js/{entry}` imports, those of modules it imports too; itself first."""
    found, left = [], [f"js/{entry}"]
    while left:
        file = left.pop(0)
        if file in found:
            continue
        found.append(file)
        if not file.startswith("vendor/"):
            left += [file_of(name) for name in _IMPORT.findall((ROOT / file).read_text(encoding="utf-8"))]
    return tuple(found)


def preloads(*entries: str) -> SafeString:
    """`<link rel="modulepreload">` for every module of the entries."""
    files = dict.fromkeys(f for e in entries for f in modules(e))
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', ((static(f),) for f in files))
