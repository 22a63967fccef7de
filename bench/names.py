"""Boat names spoiled in many ways, looked up in an invented register of 20,000 boats: what is found first.

    python bench/names.py [--seeds 401,402,403] [--boats 20000] [--tries 250]

Each seed makes a register of its own in a throw-away home: Chinese names as registers write them, numbers
of six digits that were never issued, so no boat of it is real. Then names of it are spoiled as radio, clerks
and transmitters do, and searched through the registry's own search, in its database. Printed for each way of
spoiling: the boat stands first; another stands first (and how often that one was not marked as a guess); the
boat is among the first twenty; nothing is found. The last row asks for boats that the register does not hold.
Seeds below 400 were looked at while the rules were made; the others never were. Register and spoiled names
come from the one book that reads them: the table says how forms meet, not how real registers are written.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

FRESH = "401,402,403"
LOW, HIGH = 900_001, 905_001
"""Numbers of the drill's range: few, so that each is borne by four boats."""
HOME = ("琼", "琼", "琼", "粤", "粤", "桂", "闽", "浙")
UNKNOWN = ("粤惠来 YUE HUI LAI", "粤澄海 YUE CHENG HAI", "闽漳浦 MIN ZHANG PU", "浙定海 ZHE DING HAI")
"""Real counties the book does not hold: their boats must be found all the same."""
SHIPS = (
    "演 YAN",
    "海 HAI",
    "风 FENG",
    "星 XING",
    "顺 SHUN",
    "达 DA",
    "安 AN",
    "运 YUN",
    "鸿 HONG",
    "江 JIANG",
)
Boat = dict[str, str]


def register(rng: random.Random, boats: int) -> list[Boat]:
    """Invented boats: {zh, province, place, kind, number, pinyin of each}; ships have a name of their own."""
    from huanqiong.lines.names.book import book

    b = book()
    pinyin = {p.write: p.pinyin for p in b.provinces}
    forms: dict[str, list[Any]] = {}
    for f in b.forms:
        forms.setdefault(f.place.province, []).append(f)
    kinds = [k for k in b.kinds if k.fishing and k.write.startswith("渔")]
    out: dict[str, Boat] = {}
    while len(out) < boats:
        number = str(rng.randrange(LOW, HIGH))
        kind = kinds[0] if rng.random() < 0.85 else rng.choice(kinds)
        if rng.random() < 0.05:
            parts = [w.split() for w in rng.sample(SHIPS, 3)]
            zh, latin = "".join(p[0] for p in parts), " ".join(p[1] for p in parts)
            number = str(rng.randrange(1, 1000))
            boat = {"zh": zh + number, "en": f"{latin} {number}", "ship": "1"}
        elif rng.random() < 0.05:
            zh, *latin_parts = rng.choice(UNKNOWN).split()
            boat = {"province": zh[0], "place": zh[1:], "kind": kind.write, "number": number}
            boat |= {"p": latin_parts[0], "l": " ".join(latin_parts[1:]), "k": kind.pinyin}
        else:
            form = rng.choice(forms[rng.choice(HOME)])
            old = len(form.write) > 1 and rng.random() < 0.5  # as 琼临高10021: two characters and no kind
            boat = {"province": form.place.province, "place": form.write, "number": number}
            boat |= {"p": pinyin[form.place.province], "l": form.pinyin, "port": form.place.key}
            boat |= {"kind": "", "k": ""} if old else {"kind": kind.write, "k": kind.pinyin}
        boat.setdefault("zh", "".join(boat.get(x, "") for x in ("province", "place", "kind", "number")))
        # A county gives a number once a kind; names without a kind are fishing boats' of old.
        place = boat.get("port") or boat.get("place") or boat["zh"]
        out.setdefault(f"{place} {boat.get('kind') or '渔'} {number}", boat)
    return list(out.values())


def words(boat: Boat, province: bool = True) -> str:
    """The name in pinyin, syllables apart, as many transmitters send it."""
    return " ".join(x for x in (boat["p"] if province else "", boat["l"], boat["k"], boat["number"]) if x)


def _loose(rng: random.Random, text: str) -> str:
    out = []
    for c in text:
        c = c.lower() if rng.random() < 0.3 else c
        wide = rng.random() < 0.3 and c != " "
        out.append(chr(ord(c) + 0xFEE0) if wide else rng.choice([" ", "", "-", "."]) if c == " " else c)
    return "".join(out)


def _exchange(rng: random.Random, text: str) -> str:
    swap = {"O": "0", "0": "O", "I": "1", "1": "I"}
    places = [i for i, c in enumerate(text) if c in swap]
    if not places:
        return text
    chosen = set(rng.sample(places, min(len(places), rng.choice([1, 1, 2, 3]))))
    return "".join(swap[c] if i in chosen else c for i, c in enumerate(text))


def _slip(rng: random.Random, text: str) -> str:
    """One letter before the number wrong, left out, doubled, or exchanged with the next."""
    letters = [i for i, c in enumerate(text) if c.isalpha()]
    i = rng.choice(letters)
    c = text[i]
    way = rng.randrange(4)
    if way == 0:
        return text[:i] + rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ".replace(c, "")) + text[i + 1 :]
    if way == 1:
        return text[:i] + text[i + 1 :]
    if way == 2 or i + 1 not in letters or text[i + 1] == c:
        return text[:i] + c + text[i:]
    return text[:i] + text[i + 1] + c + text[i + 2 :]


def _traditional(text: str) -> str:
    from huanqiong.lines.names.book import book

    back = {v: k for k, v in book().simplified.items()}
    return "".join(back.get(c, c) for c in text)


def _other_form(boat: Boat) -> str | None:
    from huanqiong.lines.names.book import book

    others = [f for f in book().forms if f.place.key == boat.get("port") and f.write != boat["place"]]
    return f"{boat['province']}{others[0].write}{boat['kind']}{boat['number']}" if others else None


def _joined(boat: Boat) -> str:
    return words(boat).replace(" ", "")


def _cut(boat: Boat) -> str | None:
    text = words(boat)
    return text[:20] if len(text) > 20 and text[:20][-1].isdigit() else None


Spoil = Callable[[random.Random, Boat], "str | None"]
WAYS: dict[str, Spoil] = {
    "as registered": lambda r, b: b["zh"],
    "traditional characters": lambda r, b: _traditional(b["zh"]),
    "characters, province left out": lambda r, b: b["zh"][1:],
    "characters, place in its other form": lambda r, b: _other_form(b),
    "characters, kind left out": lambda r, b: (
        f"{b['province']}{b['place']}{b['number']}" if b["kind"] else None
    ),
    "pinyin in one word": lambda r, b: _joined(b),
    "pinyin, syllables apart": lambda r, b: words(b),
    "pinyin, odd spacing, case, width": lambda r, b: _loose(r, words(b)),
    "pinyin, province left out": lambda r, b: words(b, province=False),
    "pinyin, O/0 and I/1 exchanged": lambda r, b: _exchange(r, _joined(b)),
    "pinyin, filled with @": lambda r, b: _joined(b) + "@" * r.randrange(1, 5) + r.choice(["", "K7"]),
    "pinyin, one letter wrong": lambda r, b: _slip(r, _joined(b)),
    "pinyin, a buoy's suffix": lambda r, b: f"{_joined(b)}-{r.randrange(1, 30)}",
    "pinyin, cut after 20 letters within the number": lambda r, b: _cut(b),
    "number alone": lambda r, b: b["number"],
}
SHIP_WAYS: dict[str, Spoil] = {
    "ship's own name, odd spacing, O/0, I/1": lambda r, b: _exchange(r, _loose(r, b["en"]).upper()),
    "ship's own name, one letter wrong": lambda r, b: _slip(r, b["en"]),
}
ABSENT = "pinyin in one word, boat not in the register"


def look(seed: int, boats: int, tries: int) -> dict[str, Any]:
    """One seed in the home of this process: counts by way of spoiling."""
    from huanqiong.cli.django import open_records
    from huanqiong.lake.store import create_store

    create_store("names", kind="drill", title_zh="船名", title_en="Names", clock="end")
    open_records("names")
    from huanqiong.desk.registry import acts
    from huanqiong.desk.registry.search import search
    from huanqiong.desk.trust.act import together
    from huanqiong.desk.trust.actor import OPERATOR

    rng = random.Random(seed)
    every = register(rng, boats + tries)
    held, absent = every[:boats], every[boats:]
    started = time.perf_counter()
    code: dict[str, str] = {}
    for i in range(0, len(held), 1000):
        with together():
            for b in held[i : i + 1000]:
                code[b["zh"]] = acts.register_vessel(name_zh=b["zh"], name_en=b.get("en", ""), by=OPERATOR)
    filed_s = time.perf_counter() - started
    fishing, ships = [b for b in held if "ship" not in b], [b for b in held if "ship" in b]
    out: dict[str, Any] = {"filed_s": filed_s, "ways": {}, "ms": []}
    jobs = [(w, spoil, fishing) for w, spoil in WAYS.items()]
    jobs += [(w, spoil, ships) for w, spoil in SHIP_WAYS.items()]
    jobs += [(ABSENT, lambda r, b: _joined(b), [b for b in absent if "ship" not in b])]
    for way, spoil, among in jobs:
        n = right = wrong = sure_wrong = listed = nothing = 0
        for b in rng.sample(among, min(len(among), tries * 20 if "cut" in way else tries)):
            q = spoil(rng, b)
            if q is None or n >= tries:
                continue
            n += 1
            t0 = time.perf_counter()
            hits = search(q, limit=20)
            out["ms"].append((time.perf_counter() - t0) * 1000)
            mine = code.get(b["zh"])
            codes = [h.row.code for h in hits]
            if not hits:
                if os.environ.get("NAMES_SHOW"):
                    print(way, b["zh"], q, "-> nothing", file=sys.stderr)
                nothing += 1
            elif codes[0] == mine:
                right += 1
            else:
                if os.environ.get("NAMES_SHOW") and way != ABSENT:
                    print(way, b["zh"], q, "->", hits[0].text, hits[0].how, hits[0].reasons, file=sys.stderr)
                wrong += 1
                sure_wrong += hits[0].how in ("equal", "read")
            listed += mine in codes
        counts = {"n": n, "right": right, "wrong": wrong, "sure": sure_wrong}
        out["ways"][way] = counts | {"listed": listed, "nothing": nothing}
    out["ms"] = [statistics.median(out["ms"]), sorted(out["ms"])[int(len(out["ms"]) * 0.95)]]
    return out


def in_a_process(seed: int, boats: int, tries: int) -> dict[str, Any]:
    """The same in a process and home of its own: a process opens one store."""
    with tempfile.TemporaryDirectory(prefix="hqnames") as home:
        env = {**os.environ, "HUANQIONG_HOME": home, "HUANQIONG_STORE": "names"}
        command = [
            sys.executable,
            __file__,
            "--look",
            str(seed),
            "--boats",
            str(boats),
            "--tries",
            str(tries),
        ]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"seed {seed}: {done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(found: list[dict[str, Any]]) -> str:
    """The sum over the seeds, a row a way, in Markdown."""
    lines = [
        "| the name, spoiled | tried | it is first | another is first | that one said to be sure "
        "| it is in the list | nothing |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for way in found[0]["ways"]:
        s = {k: sum(f["ways"][way][k] for f in found) for k in found[0]["ways"][way]}
        share = {k: f"{100 * v / max(1, s['n']):.1f} %" for k, v in s.items()}
        right, listed = (share["right"], share["listed"]) if way != ABSENT else ("–", "–")
        cells = (way, f"{s['n']:,}", right, share["wrong"], share["sure"], listed, share["nothing"])
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", default=FRESH)
    parser.add_argument("--boats", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=250)
    parser.add_argument("--look", type=int, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.look is not None:
        print(json.dumps(look(a.look, a.boats, a.tries)))
        return
    seeds = [int(s) for s in a.seeds.split(",") if s]
    found = [in_a_process(seed, a.boats, a.tries) for seed in seeds]
    print(f"{a.boats:,} boats a seed, seeds {a.seeds}\n\n{table(found)}\n")
    for seed, f in zip(seeds, found, strict=True):
        print(
            f"seed {seed}: registered and filed in {f['filed_s']:.1f} s; "
            f"a search {f['ms'][0]:.1f} ms (median), {f['ms'][1]:.1f} ms (p95)"
        )


if __name__ == "__main__":
    main()
