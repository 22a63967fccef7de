"""Vendored files are what VENDOR.json says, and the lock names no registry host."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src" / "huanqiong" / "console" / "static"
VENDOR = STATIC / "vendor"


def listing() -> list[dict[str, object]]:
    return json.loads((VENDOR / "VENDOR.json").read_text(encoding="utf-8"))


def test_every_file_has_its_hash_and_no_other_is_there() -> None:
    named = {"VENDOR.json"}
    for package in listing():
        assert package["licence"]
        for name, sha in package["files"].items():  # type: ignore[attr-defined]
            named.add(name)
            assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == sha, name
    there = {str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.is_file()}
    assert there == named


def test_versions_are_the_pinned_ones() -> None:
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert {p["name"]: p["version"] for p in listing()} == wanted
    assert all(v[0].isdigit() for v in wanted.values()), "exact versions only"


def test_the_lock_names_no_host() -> None:
    lock = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert '"integrity"' in lock


def test_our_own_files_load_nothing_from_elsewhere() -> None:
    for file in [*STATIC.glob("js/**/*.js"), *STATIC.glob("css/*.css")]:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, file
        assert "https://" not in text, file


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    import re

    sprite = (VENDOR / "lucide" / "sprite.svg").read_text(encoding="utf-8")
    there = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    used: set[str] = set()
    for file in STATIC.glob("js/**/*.js"):
        text = file.read_text(encoding="utf-8")
        used |= set(re.findall(r'\bicon\("([\w-]+)"', text)) | set(re.findall(r'sign: "([\w-]+)"', text))
    for file in (STATIC.parent / "templates").rglob("*.html"):
        used |= set(re.findall(r'\{% icon "([\w-]+)"', file.read_text(encoding="utf-8")))
    kinds = (STATIC / "js" / "lib" / "kinds.js").read_text(encoding="utf-8")
    used |= set(re.findall(r': "([\w-]+)"', kinds))
    assert len(used) > 40
    assert used <= there, used - there
