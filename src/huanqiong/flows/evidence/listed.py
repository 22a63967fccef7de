"""Does a bundle's list of electronic data name exactly what the bundle holds? And what it says, line by
line."""

from __future__ import annotations

from collections.abc import Iterator

from huanqiong.core.errors import IntegrityError
from huanqiong.flows.evidence import form
from huanqiong.flows.evidence.opening import Check, Opened
from huanqiong.flows.evidence.signing import clocks

NAME = "electronic data"


def check_list(o: Opened) -> Iterator[Check]:
    """A line a member; then what is said of AIS and of the receivers' clocks. Nothing of a bundle of
    format 2, which has no list. IntegrityError: the list, or a page to sign, is not of these members."""
    if o.manifest["format"] != form.FORMAT:
        yield Check(NAME, "note", f"a bundle of {o.manifest['format']}: it brings no list to sign")
        return
    [listed] = form.read_lines(o.members[form.LIST], form.LIST)
    there = o.manifest["files"].keys() - {*form.LISTS, form.AUDIT}
    named = {item["name"] for item in listed["items"]}
    if len(named) != len(listed["items"]) or named != there:
        wrong = sorted(named ^ there)
        raise IntegrityError(
            f"{form.LIST}: it does not name the members of this bundle: {', '.join(wrong[:3])}."
        )
    pages = {name: o.members[name].decode() for name in (form.SIGN_TEXT, form.SIGN_HTML)}
    for item in listed["items"]:
        name, data = item["name"], o.members[item["name"]]
        if (item["bytes"], item["sha256"]) != (len(data), form.sha256(data)):
            raise IntegrityError(f"{form.LIST}: {name} is not of the size and SHA-256 listed.")
        for page, text in pages.items():
            if name not in text or item["sha256"] not in text:
                raise IntegrityError(f"{page}: it does not list {name} with its SHA-256.")
        received = f"received {item['received_at']}" if item["received_at"] else "made here"
        source = item["from_en"] or "-"
        text = (
            f"{name}: {item['en']}; {len(data):,} bytes; SHA-256 {item['sha256']}; from {source}; {received}"
        )
        yield Check(NAME, "ok", text)
    if any(listed["ais"][lang] not in pages[form.SIGN_TEXT] for lang in ("zh", "en")):
        raise IntegrityError(f"{form.LIST}: what it says of AIS is not what the page to sign says.")
    yield Check("ais", "ok", listed["ais"]["en"])
    for _zh, en in clocks(listed):
        yield Check("clock", "ok", en)
