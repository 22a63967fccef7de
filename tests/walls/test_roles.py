"""docs/roles.md says exactly what the roles file says; every permission asked for in code exists there."""

from __future__ import annotations

import re
from pathlib import Path

from huanqiong.desk.trust.roles import role_book

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_the_file() -> None:
    book = role_book()
    text = (ROOT / "docs" / "roles.md").read_text(encoding="utf-8")
    for one in (*book.roles.values(), *book.machines.values()):
        assert f"| `{one.code}` | {one.zh} | {one.en} |" in text
    for one in book.roles.values():
        side = " ".join(book.sides[one.side])
        factor = "needed" if one.second_factor else ""
        desk = f"waits for {one.waits_for[1]}" if one.waits_for else "built"
        assert f"| {one.en} | {side} | {factor} | {desk} |" in text, one.code
    for rule in book.apart:
        assert f"{rule.en} {rule.zh}" in text
    columns = [r for r in (*book.roles.values(), *book.machines.values()) if r.permissions]
    assert "| permission | meaning | " + " | ".join(f"`{c.code}`" for c in columns) + " |" in text
    for permission, (zh, en) in book.permissions.items():
        cells = " | ".join("yes" if permission in c.permissions else "" for c in columns)
        assert f"| `{permission}` | {zh} {en} | {cells} |" in text
    rows = re.findall(r"^\| `([a-z]+\.[a-z]+)` \|", text, re.MULTILINE)
    assert rows == list(book.permissions)
    for number in (*book.sign_in.values(), *book.practice.values()):
        assert re.search(rf"\b{number}\b", text)


def test_permissions_in_code_are_in_the_file_and_each_is_somebodys() -> None:
    book = role_book()
    source = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    asked = set(re.findall(r'(?:permission=|allow\(\w+, |allowed\(\w+, )"([a-z.]+)"', source))
    assert asked
    assert not asked - book.permissions.keys()
    held = frozenset().union(*(r.permissions for r in [*book.roles.values(), *book.machines.values()]))
    assert held == book.permissions.keys()


def test_no_machine_judges_silences_or_orders() -> None:
    for machine in role_book().machines.values():
        assert not {p for p in machine.permissions if re.match(r"watch\.(?!view|raise)|zones", p)}


def test_a_role_may_something_or_waits_for_its_desk() -> None:
    for role in role_book().roles.values():
        assert bool(role.permissions) != (role.waits_for is not None), role.code


def test_every_role_of_the_least_set_is_there() -> None:
    assert len(role_book().roles) >= 30
    sides = {r.side for r in role_book().roles.values()}
    assert sides == role_book().sides.keys()


def test_care_and_enforcement_stand_apart() -> None:
    assert any(rule.sides == {"care", "enforcement"} for rule in role_book().apart)
