"""Translations: every message of the sources has its Chinese, and the compiled files are those of the .po."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import pytest

CONSOLE = Path(__file__).resolve().parents[2] / "src" / "huanqiong" / "console"
MESSAGES = CONSOLE / "locale" / "zh_Hans" / "LC_MESSAGES"
TOOL = Path(__file__).resolve().parents[2] / "tools" / "messages.py"
DOMAINS = ("django", "djangojs")
HAN = re.compile("[\u4e00-\u9fff]")
SAME_IN_BOTH: set[str] = set()


def entries(file: Path) -> dict[str, list[str]]:
    """{msgid: [msgstr, ...]} of a .po; fuzzy ones fail at once."""
    out: dict[str, list[str]] = {}
    for block in file.read_text(encoding="utf-8").split("\n\n")[1:]:
        assert "#, fuzzy" not in block, block
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            found = re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?|msgctxt) (".*")$', line)
            if found:
                key = found[1]
                parts[key] = literal_eval(found[2])
            elif line.startswith('"'):
                parts[key] += literal_eval(line)
        if "msgid" in parts:
            out[parts["msgid"]] = [v for k, v in parts.items() if k.startswith("msgstr")]
    return out


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_message_is_chinese(domain: str) -> None:
    for msgid, texts in entries(MESSAGES / f"{domain}.po").items():
        for text in texts:
            assert text.strip(), msgid
            assert HAN.search(text) or msgid in SAME_IN_BOTH, f"{msgid!r} is not translated: {text!r}"
            holes = sorted(re.findall(r"%\(\w+\)s|%s", msgid))
            assert sorted(re.findall(r"%\(\w+\)s|%s", text)) == holes, f"{msgid!r}: {text!r}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_file_is_the_po(domain: str) -> None:
    with (MESSAGES / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for msgid, texts in entries(MESSAGES / f"{domain}.po").items():
        said = compiled.ngettext(msgid, msgid, 2) if len(texts) > 1 else compiled.gettext(msgid)
        if said == msgid:
            said = compiled.ngettext(msgid, msgid, 1)
        assert said == texts[0], f"{msgid!r}: run tools/messages.py"


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")
def test_no_message_of_the_sources_is_missing(tmp_path: Path) -> None:
    copy = tmp_path / "src" / "huanqiong" / "console"
    leave = shutil.ignore_patterns("vendor", "geo", "__pycache__", "*.mo")
    shutil.copytree(CONSOLE, copy, ignore=leave)
    (tmp_path / "tools").mkdir()
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import messages; from pathlib import Path\n"
        "messages.CONSOLE = Path(sys.argv[2])\n"
        "messages.MESSAGES = messages.CONSOLE / 'locale/zh_Hans/LC_MESSAGES'\n"
        "messages.extract()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(TOOL.parent), str(copy)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for domain in DOMAINS:
        fresh = copy / "locale" / "zh_Hans" / "LC_MESSAGES" / f"{domain}.po"
        text = fresh.read_text(encoding="utf-8").replace("#, fuzzy\n", "").replace("#, fuzzy, ", "#, ")
        fresh.write_text(text, encoding="utf-8")
        assert set(entries(fresh)) == set(entries(MESSAGES / f"{domain}.po")), "run tools/messages.py"
