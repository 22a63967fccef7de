"""The keys under which a boat's name is filed and looked up: two names of one boat share at least one."""

from __future__ import annotations

from collections.abc import Iterator

from huanqiong.lines.names.boats import BoatName, Reading, parse
from huanqiong.lines.names.book import book
from huanqiong.lines.names.fold import plain

LONGEST = 80
"""Characters of a key."""


def keys(name: str | BoatName) -> tuple[str, ...]:
    """The keys of a name, each once, the narrowest first; () for a text of no letter and no digit.

    `=PLAIN` the folded name (and its first twenty characters, where AIS would cut it); `PLACE#NUMBER` for
    each place its readings name; `#NUMBER`; `PLACE KIND~DIGITS` where AIS would cut its number, or has. Of a
    proper name also its number with its first and with its last letters: one slip spoils one of them only.
    """
    n = parse(name) if isinstance(name, str) else name
    if not n.plain:
        return ()
    found = [f"={n.plain}"]
    if len(n.text) > book().air_most and n.text.isascii():
        found.append(f"={plain(n.text[: book().air_most])}")
    found += [f"{r.port}#{r.digits}" for r in n.readings if r.port and not r.has("cut")]
    found += [f"#{r.digits}" for r in n.readings if not r.has("cut")]
    found += [key for r in n.readings for key in _cut(r)]
    found += [] if n.readings else _ends(n.plain)
    return tuple(dict.fromkeys(k[:LONGEST] for k in found))


def _ends(chars: str) -> list[str]:
    letters, few = chars.rstrip("0123456789"), book().ends_letters
    digits = chars[len(letters) :]
    if len(letters) < 2 * few:
        return []
    return [f"<{digits}:{letters[:few]}", f">{digits}:{letters[-few:]}"]


def _cut(r: Reading) -> Iterator[str]:
    """Keys by the digits that are left where twenty characters are all there is."""
    if not r.port:
        return
    if r.has("cut"):
        yield f"{r.port}{r.kind}~{r.number}"
        return
    for head in _spelled(r):
        left = book().air_most - len(head)
        if 0 < left < len(r.number):
            yield f"{r.port}{r.kind}~{r.number[:left]}"


def _spelled(r: Reading) -> Iterator[str]:
    """What stands before the number, in pinyin with more and with fewer spaces."""
    b = book()
    said = "" if r.has("province") else r.province
    province = next((p.pinyin for p in b.provinces if p.write == said), "")
    kind = next((k.pinyin for k in b.kinds if k.write == r.kind), "")
    form = next((f.pinyin for f in b.forms if f.place.key == r.port and f.write == r.place), "")
    parts = [p for p in (province, form, kind) if p]
    words = [p.replace(" ", "") for p in parts]
    for text in (" ".join(parts), " ".join(words), "".join(words)):
        yield text + " "
        yield text
