"""Copies the pinned browser libraries into the console: `python tools/vendor.py`.

Runs `npm ci --ignore-scripts` in `frontend/`, takes the few files the pages load, draws the icon sprite
and writes `VENDOR.json` (name, version, licence, files with SHA-256). Only whoever changes a version
needs Node; the copied files are committed and a test holds them to their hashes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
VENDOR = ROOT / "src" / "huanqiong" / "console" / "static" / "vendor"

FILES: dict[str, dict[str, str]] = {
    "maplibre-gl": {
        "dist/maplibre-gl.mjs": "maplibre/maplibre-gl.mjs",
        "dist/maplibre-gl-worker.mjs": "maplibre/maplibre-gl-worker.mjs",
        "dist/maplibre-gl-shared.mjs": "maplibre/maplibre-gl-shared.mjs",
        "dist/maplibre-gl.css": "maplibre/maplibre-gl.css",
        "LICENSE.txt": "maplibre/LICENSE.txt",
    },
    "echarts": {
        "dist/echarts.esm.min.mjs": "echarts/echarts.esm.min.mjs",
        "LICENSE": "echarts/LICENSE",
        "NOTICE": "echarts/NOTICE",
    },
    "@fontsource-variable/inter": {
        "files/inter-latin-wght-normal.woff2": "inter/inter-latin-wght-normal.woff2",
        "LICENSE": "inter/LICENSE",
    },
    "lucide-static": {"LICENSE": "lucide/LICENSE"},
}
ICONS = (FRONTEND / "icons.txt").read_text(encoding="utf-8").split()


def sprite() -> str:
    """The chosen icons as one SVG of symbols; colours come from the page's `currentColor`."""
    symbols = []
    for name in ICONS:
        svg = (MODULES / "lucide-static" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
        if body is None:
            sys.exit(f"lucide-static: icon {name} has no body")
        inner = re.sub(r"\s+", " ", body[1]).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    if "--no-install" not in sys.argv:
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=FRONTEND, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    listing = []
    for package, files in FILES.items():
        meta = json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))
        entry = {"name": package, "version": meta["version"], "licence": meta["license"], "files": {}}
        for source, target in files.items():
            path = VENDOR / target
            path.parent.mkdir(parents=True, exist_ok=True)
            data = (MODULES / package / source).read_bytes()
            # Source maps are not shipped: a browser asking for one would log an error.
            if path.suffix == ".mjs":
                data = re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", data)
            path.write_bytes(data)
            entry["files"][target] = sha256(path)
        if package == "lucide-static":
            path = VENDOR / "lucide" / "sprite.svg"
            path.write_text(sprite(), encoding="utf-8")
            entry["files"]["lucide/sprite.svg"] = sha256(path)
        listing.append(entry)
    (VENDOR / "VENDOR.json").write_text(json.dumps(listing, indent=1) + "\n", encoding="utf-8")
    print(f"{sum(len(e['files']) for e in listing)} files of {len(listing)} packages in {VENDOR}")


if __name__ == "__main__":
    main()
