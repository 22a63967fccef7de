"""An order as it is read over the radio in 20 seconds: to whom, what, which vessel, where, by when, number.

Pure. Chinese has at most 100 characters (5 a second), English 50 words (150 a minute); every digit is a word.
The number, the position, the MMSI and the deadline always stand in it; of the unit's name and the instruction
as much as there is room for. The vessel's name stands whole or not at all: half a name is another boat's.
`cut` names what was shortened or left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from huanqiong.core.time import SHANGHAI

MOST: Final = {"zh": 100, "en": 50}
"""Characters, words. Source: 20 seconds at 5 characters, or two and a half words, a second."""
ZH: Final = "洞幺两三四五六拐八勾"
EN: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORD: Final = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]*\w[^\s\u3400-\u9fff]*")
_CLAUSE: Final = re.compile(r"[，。；、！？,;.!?]")
UNIT_MOST: Final = {"zh": 16, "en": 8}
NAME_MOST: Final = {"zh": 14, "en": 10}


@dataclass(frozen=True, slots=True)
class Order:
    """What is read. `vessel` "" and `mmsi` None: not known; `lat`, `lon` degrees, None: not known; `now` the
    store's clock: the deadline's day is said where it is not today's."""

    number: int
    unit: str
    what: str
    vessel: str
    mmsi: int | None
    lat: float | None
    lon: float | None
    deadline: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Spoken:
    """The parts in the order of the radio, the whole text, and what was shortened: unit, vessel, what."""

    parts: tuple[str, ...]
    text: str
    cut: frozenset[str]


def digits(text: str, lang: str) -> str:
    """The text with every figure as it is spoken: 0230 is 洞两三洞, "zero two three zero"."""
    plain = " ".join(text.split())
    plain = re.sub(r"(?<=\d)[.．](?=\d)", "点" if lang == "zh" else " point ", plain)
    plain = re.sub(r"(?<=\d)[:：](?=\d)", "", plain)
    if lang == "zh":
        said = "".join(ZH[unicodedata.decimal(c)] if c.isdecimal() else c for c in plain)
        return re.sub(r"(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])", "", said)
    said = "".join(f" {EN[unicodedata.decimal(c)]} " if c.isdecimal() else c for c in plain)
    return re.sub(r"\s+([.,;:!?)])", r"\1", " ".join(said.split()))


def size(text: str, lang: str) -> int:
    """Characters in Chinese; words in English, a Chinese character being one."""
    return len(text) if lang == "zh" else len(_WORD.findall(text))


def spoken(o: Order, lang: str) -> Spoken:
    """The order as it is read aloud, never longer than `MOST`."""
    zh = lang == "zh"
    number = digits(str(o.number), lang)
    mmsi = digits(str(o.mmsi), lang) if o.mmsi is not None else ""
    where, when = _where(o, lang), _when(o, lang)
    build: Callable[[str, str, str], tuple[str, ...]] = lambda unit, what, name: (  # noqa: E731
        f"{unit}，" if zh else f"{unit}.",
        f"{what}。" if zh else f"{what}.",
        _which(name, mmsi, lang),
        where,
        when,
        f"复诵编号{number}。" if zh else f"Say again order {number}.",
    )
    joined: Callable[[tuple[str, ...]], str] = lambda parts: ("" if zh else " ").join(parts)  # noqa: E731
    least = "按书面命令" if zh else "as written"
    name = digits(o.vessel, lang) or ("船名不明" if zh else "Vessel unnamed")
    cut: set[str] = set()

    def fit(text: str, room: int, part: str) -> str:
        if size(text, lang) <= room:
            return text
        cut.add(part)
        return _first(text, room, lang)

    left = MOST[lang] - size(joined(build("", least, "")), lang)
    unit = fit(digits(o.unit, lang), min(UNIT_MOST[lang], left), "unit")
    room = min(NAME_MOST[lang], left - size(unit, lang))
    if size(name, lang) > room:
        cut.add("vessel")
        name = _first("船名见书面" if zh else "name as written", room, lang)
    left = MOST[lang] - size(joined(build(unit, "", name)), lang)
    what = digits(o.what, lang).rstrip("。.；; ")
    if size(what, lang) > left or not what:
        cut.add("what")
        what = _shortened(what, left, lang) or least
    parts = build(unit, what, name)
    return Spoken(parts, joined(parts), frozenset(cut))


def _where(o: Order, lang: str) -> str:
    if o.lat is None or o.lon is None:
        return "位置不明。" if lang == "zh" else "Position not known."
    (a, b), (c, d) = (divmod(round(abs(v) * 60), 60) for v in (o.lat, o.lon))
    lat, lon = [digits(t, lang) for t in (f"{a:02d}", f"{b:02d}")], [digits(f"{c:03d}", lang)]
    lon.append(digits(f"{d:02d}", lang))
    if lang == "zh":
        ns, ew = "南" if o.lat < 0 else "北", "西" if o.lon < 0 else "东"
        return f"{ns}纬{lat[0]}度{lat[1]}分，{ew}经{lon[0]}度{lon[1]}分。"
    ns, ew = "south" if o.lat < 0 else "north", "west" if o.lon < 0 else "east"
    return f"{' '.join(lat).capitalize()} {ns}, {' '.join(lon)} {ew}."


def _when(o: Order, lang: str) -> str:
    at, now = o.deadline.astimezone(SHANGHAI), o.now.astimezone(SHANGHAI)
    time, day = digits(f"{at:%H%M}", lang), digits(f"{at:%d}", lang)
    other = at.date() != now.date()
    if lang == "zh":
        return f"{day + '日' if other else ''}{time}前完成。"
    return f"By {time}{' day ' + day if other else ''}."


def _which(name: str, mmsi: str, lang: str) -> str:
    if lang == "zh":
        return f"目标{name}{'，识别码' + mmsi if mmsi else ''}。"
    return f"{name}{', MMSI ' + mmsi if mmsi else ''}."


def _first(text: str, room: int, lang: str) -> str:
    """The first characters or words for which there is room; "" for none."""
    if room <= 0:
        return ""
    if lang == "zh":
        return text[:room]
    ends = [m.end() for m in _WORD.finditer(text)]
    return text[: ends[room - 1]].rstrip(",;:") if room <= len(ends) else text


def _shortened(text: str, room: int, lang: str) -> str:
    """The first clauses, and that the rest is in writing; "" where nothing fits before that."""
    rest = "，余见书面" if lang == "zh" else ", rest written"
    head = _first(text, room - size(rest, lang), lang)
    ends = [m.start() for m in _CLAUSE.finditer(head)]
    if ends and ends[-1] * 2 > len(head):  # a whole clause, where that keeps most of what fits
        head = head[: ends[-1]]
    head = head.rstrip("，。；、,;.: ")
    return head + rest if head else ""
