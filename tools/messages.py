"""Extracts and compiles the console's translations: `python tools/messages.py`.

English msgids stand in templates, Python and scripts; Chinese in `locale/zh_Hans/LC_MESSAGES/*.po`. Needs
GNU gettext. The compiled `.mo` files are committed, so that users need none; a test holds them to the `.po`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CONSOLE = Path(__file__).resolve().parents[1] / "src" / "huanqiong" / "console"
MESSAGES = CONSOLE / "locale" / "zh_Hans" / "LC_MESSAGES"


def extract() -> None:
    """Brings the .po files up to date with the sources."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huanqiong.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    os.chdir(CONSOLE)
    for domain in ("django", "djangojs"):
        call_command(
            "makemessages",
            locale=["zh_Hans"],
            domain=domain,
            ignore_patterns=["static/vendor/*"],
            no_location=True,
            no_obsolete=True,
            no_wrap=True,
            verbosity=0,
        )
    for file in MESSAGES.glob("*.po"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        # A date changes with every run and says nothing.
        file.write_text("".join(x for x in lines if "POT-Creation-Date" not in x), encoding="utf-8")


def compile_all() -> None:
    """Writes each .mo; a message that is missing or doubtful stops."""
    for file in sorted(MESSAGES.glob("*.po")):
        target = file.with_suffix(".mo")
        subprocess.run(["msgfmt", "--check", "-o", str(target), str(file)], check=True)
        command = ["msgattrib", "--untranslated", "--no-obsolete", str(file)]
        left = subprocess.run(command, capture_output=True, text=True, check=True).stdout.count("\nmsgid ")
        print(f"{file.name}: {max(0, left - 1)} untranslated")


if __name__ == "__main__":
    if "--compile-only" not in sys.argv:
        extract()
    compile_all()
