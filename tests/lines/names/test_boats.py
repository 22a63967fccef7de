"""Reading boat names: every form of one boat, what is guessed, what stays open; against a plain reference."""

from __future__ import annotations

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huanqiong import data
from huanqiong.lines.names.boats import BoatName, Reading, parse
from huanqiong.lines.names.book import FILE, book
from huanqiong.lines.names.fold import plain
from huanqiong.lines.names.keys import keys

BOAT = ("琼", "琼临高", "渔", "11479")


@pytest.mark.parametrize(
    "text",
    [
        "琼临渔11479",
        "瓊臨漁11479",
        "QIONGLINYU11479",
        "QIONG LIN YU 11479",
        "qiong lin yu-11479",
        "ＱＩＯＮＧＬＩＮＹＵ１１４７９",
        "QIONGLINYU11479@@@@@",
        "QIONG LIN YU11479@X9",
        "琼LIN渔 11479",
        "琼临渔11479号",
        "QIONG LIN YU NO.11479",
    ],
)
def test_every_way_to_write_a_name_reads_as_one_boat(text: str) -> None:
    [r] = parse(text).readings
    assert (r.province, r.port, r.kind, r.number) == BOAT
    assert r.guessed == ()


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("QI0NGL1NYU11479", "letters"),
        ("QIONGLINYUII479", "letters"),
        ("QOINGLINYU11479", "spelling"),
        ("QIONGKINYU11479", "spelling"),
        ("QIONG LIN YU 11 479", "joined"),
    ],
)
def test_what_is_guessed_is_said(text: str, guess: str) -> None:
    [r] = parse(text).readings
    assert (r.province, r.port, r.kind, r.number) == BOAT
    assert [code for code, _ in r.guessed] == [guess]


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("临渔11479", {"琼临高", "浙临海"}),
        ("LINYU11479", {"琼临高", "浙临海"}),
        ("琼海渔01234", {"琼琼海", "琼海口"}),
        ("QIONGHAIYU01234", {"琼琼海", "琼海口"}),
        ("琼琼海渔01234", {"琼琼海"}),
        ("YANGYU12345", {"琼洋浦", "粤阳江"}),
        ("LIANYU12345", {"粤廉江", "闽连江"}),
        ("东渔01234", {"琼东方", "桂东兴", "闽东山", "辽东港"}),
        ("粤阳西渔01234", {"粤阳西"}),
        ("琼临高10021", {"琼临高"}),
        ("浙岭渔运31011", {"浙温岭"}),
        ("福鼎渔2319", {"闽福鼎"}),
        ("粤汇来渔22287", set()),
        ("11479", set()),
        ("QIONGLNYU11479", {"琼临高", "琼乐东"}),  # a letter left out, or one wrong
    ],
)
def test_a_name_of_several_places_keeps_them_all(text: str, ports: set[str]) -> None:
    found = parse(text)
    assert {p.key for p in found.places} == ports
    assert found.readings


@pytest.mark.parametrize(
    "text",
    [
        "YAN HAI FENG 918",
        "HAI OU 8",
        "YUE DIAN 58",
        "粤电8",
        "CT4-1773",
        "412000001",
        "9123456",
        "OI",
        "",
        "@@@",
    ],
)
def test_a_proper_name_and_other_numbers_have_no_reading(text: str) -> None:
    assert parse(text).readings == ()


def test_a_place_the_book_does_not_know_is_none_of_those_it_knows() -> None:
    [r] = parse("YUE HUI LAIYU 22287").readings
    assert (r.province, r.place, r.port, r.kind, r.number) == ("粤", "HUILAI", "", "渔", "22287")


def test_a_number_that_twenty_letters_cut_is_said_to_be_cut() -> None:
    [r] = parse("QIONG DONG FANG YU 1").readings
    assert (r.port, r.number, r.has("cut")) == ("琼东方", "1", True)
    assert not set(keys(parse("QIONG DONG FANG YU 1"))) & {"#1", "琼东方#1"}


def test_a_buoys_suffix_is_no_part_of_the_number() -> None:
    found = {(r.number, r.tail) for r in parse("QIONGLINYU11479-3").readings}
    assert ("11479", "3") in found
    assert "#11479" in keys("QIONGLINYU11479-3")


def test_the_book_names_its_sources_and_what_is_to_be_checked() -> None:
    raw = data.toml(FILE)
    rows = [*raw["province"], *raw["kind"], *(f for p in raw["place"] for f in p["forms"])]
    for row in rows:
        assert row["from"] in raw["sources"], row
        seen = raw["sources"][row["from"]]["says"]
        # What rests on the rule alone was seen nowhere, unless it is a name the rule itself lists.
        if "pinyin" in row and row["from"] in ("general",):
            assert row.get("check") is True, row
        if row in [f for p in raw["place"] for f in p["forms"]] and not row.get("check"):
            spelled = row["pinyin"].replace(" ", "")
            assert row["write"] in seen or spelled in seen, row
    assert all(raw[k] for k in ("version", "author", "source", "valid_from"))


def test_divisions_of_the_book_are_those_bundled() -> None:
    lines = data.path("geography/divisions.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = {line.split(",")[0]: line.split(",")[1] for line in lines}
    named = [f.place for f in book().forms if f.place.division]
    assert len(named) > 50
    for place in named:
        assert names[place.division].startswith(place.zh), place


# --- against a plain reference: every head of the book spelled out in every mixture of the two scripts ---


def plain_reference() -> dict[str, set[tuple[str, str, str]]]:
    """{head: (province, port, kind) of all that spell exactly like it}."""
    b = book()
    out: dict[str, set[tuple[str, str, str]]] = {}
    for p, f, k in product((None, *b.provinces), (None, *b.forms), (None, *b.kinds)):
        if p and f and p.write != f.place.province:
            continue
        parts = [x for x in (p, f, k) if x is not None]
        for ways in product((False, True), repeat=len(parts)):
            head = "".join(
                x.pinyin.replace(" ", "") if latin else x.write for x, latin in zip(parts, ways, strict=True)
            )
            province = p.write if p else f.place.province if f else ""
            out.setdefault(head, set()).add((province, f.place.key if f else "", k.write if k else ""))
    return out


@pytest.mark.parametrize(("number", "every"), [("23456", 1), ("10345", 9)])
def test_readings_are_those_of_the_plain_reference(number: str, every: int) -> None:
    fishing = {k.write for k in book().kinds if k.fishing}
    heads = plain_reference()
    assert len(heads) > 20_000
    for head, all_of_it in sorted(heads.items())[::every]:
        # A kind that is no fishing boat's is read only with a province or a place.
        want = {w for w in all_of_it if w[0] or w[1] or w[2] in fishing or not any(w)}
        readings = [r for r in parse(head + number).readings if not r.has("cut") and not r.has("letters")]
        assert {(r.province, r.port, r.kind) for r in readings} == want, head


FORMS = st.sampled_from(book().forms)


def whole(name: BoatName) -> list[Reading]:
    """Readings of a number that is not cut: a name of just twenty letters may go on as well."""
    return [r for r in name.readings if not r.has("cut")]


@given(FORMS, st.integers(10000, 99999), st.data())
def test_spacing_width_and_case_change_nothing(form: object, number: int, data: st.DataObject) -> None:
    b = book()
    province = next(p for p in b.provinces if p.write == form.place.province)  # type: ignore[attr-defined]
    name = f"{province.pinyin} {form.pinyin} YU {number}".replace(" ", "")  # type: ignore[attr-defined]
    letters = len(name) - 5
    out = ""
    for i, c in enumerate(name):
        gap = data.draw(st.sampled_from(["", " ", "-", "."])) if 0 < i <= letters else ""
        wide = data.draw(st.booleans())
        small = data.draw(st.booleans())
        c = c.lower() if small else c
        out += gap + (chr(ord(c) + 0xFEE0) if wide else c)
    clean, spoiled = parse(name), parse(out)
    assert spoiled.plain == clean.plain
    assert whole(spoiled) == whole(clean)
    assert "#" + str(number) in keys(out)


@given(st.text(max_size=30))
def test_any_text_is_read_without_fault_and_folds_once(text: str) -> None:
    n = parse(text)
    assert plain(n.plain) == n.plain
    assert all(r.number.isascii() and r.number.isdigit() for r in n.readings)
    assert len(set(keys(text))) == len(keys(text))
    assert bool(keys(text)) == any(c.isalnum() for c in unicodedata.normalize("NFKD", text))
