"""Documentation names every command, setting, role and event kind; a new one without a word fails here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer.main

from huanqiong import data
from huanqiong.cli.app import app
from huanqiong.lines.sea.kernels import KINDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SOURCES = [*(ROOT / "src").rglob("*.py"), ROOT / "hq"]


def commands() -> Iterator[str]:
    def walk(group: object, path: str) -> Iterator[str]:
        for name, command in getattr(group, "commands", {}).items():
            if command.hidden:
                continue
            if hasattr(command, "commands"):
                yield from walk(command, f"{path} {name}")
            else:
                yield f"{path} {name}"

    return walk(typer.main.get_command(app), "hq")


def test_every_command_is_documented() -> None:
    text = (DOCS / "commands.md").read_text()
    assert not [c for c in commands() if f"`{c}" not in text]


def test_every_documented_command_exists() -> None:
    there = set(commands())
    named = set(re.findall(r"^\| `(hq(?: [a-z]+)+)", (DOCS / "commands.md").read_text(), re.MULTILINE))
    assert named
    assert not {n for n in named if not any(n == c or n.startswith(c + " ") for c in there)}


def test_every_setting_is_documented() -> None:
    used = {m for f in SOURCES for m in re.findall(r"\bHUANQIONG_[A-Z]+(?:_[A-Z]+)*\b", f.read_text())}
    text = (DOCS / "settings.md").read_text()
    assert not {name for name in used if f"`{name}`" not in text}


def test_every_role_is_documented() -> None:
    text = (DOCS / "roles.md").read_text()
    assert not [code for code in data.toml("roles/roles.toml")["roles"] if f"`{code}`" not in text]


def test_every_kind_of_a_profile_is_documented() -> None:
    text = (DOCS / "detectors.md").read_text()
    kinds = set(KINDS) & {
        section for p in data.path("profiles").glob("*.toml") for section in data.toml(f"profiles/{p.name}")
    }
    assert len(kinds) > 5
    assert not [k for k in KINDS if f"[{k}]" not in text and f". {k}" not in text]
