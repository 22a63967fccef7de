"""The chain of escalation: who is told, and how, when an item waits too long. Data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Final

from huanqiong import data
from huanqiong.core.errors import InputError
from huanqiong.desk.trust.roles import role_book

WATCHED: Final = ("distress", "unclaimed", "unanswered", "overdue")
WAYS: Final = ("screen", "phone", "radio")
GIVER: Final = "giver"
"""Who gave the order: the one that a step may name beside roles."""


@dataclass(frozen=True, slots=True)
class Step:
    """Told `after` the item began to wait. `tell`: a role's code or `GIVER`; `contact` (zh, en): whom to
    call, "" on a screen."""

    after: timedelta
    tell: str
    how: str
    contact: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Rule:
    """The steps for items of one kind (`WATCHED`), first to last."""

    of: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """One version of the file. `hold`: how long an acknowledged item is left alone before the next step."""

    version: str
    author: str
    source: str
    valid_from: str
    hold: timedelta
    rules: tuple[Rule, ...]

    def rule(self, of: str) -> Rule:
        """The rule for that kind of item; one without steps where the chain names none."""
        return next((r for r in self.rules if r.of == of), Rule(of, ()))


@cache
def bundled_chain() -> Chain:
    """The chain that stands until a store has its own."""
    return chain_of(data.toml("watch/chain.toml"), "data/watch/chain.toml")


def chain_of(d: Mapping[str, Any], where: str) -> Chain:
    """The chain that a TOML file says. InputError names the rule and the step that cannot be."""

    def wrong(what: str) -> InputError:
        return InputError(what, where=where, remedy="docs/escalation.md shows a whole file")

    if missing := [k for k in ("version", "author", "source", "valid_from", "rule") if not d.get(k)]:
        raise wrong(f"no {', '.join(missing)}")
    rules: list[Rule] = []
    for r in d["rule"]:
        of = r.get("of")
        if of not in WATCHED:
            raise wrong(f"rule of {of!r}: say {', '.join(WATCHED)}")
        if of in {x.of for x in rules}:
            raise wrong(f"two rules of {of!r}")
        steps = [_step(s, f"rule of {of!r}, step {n}", wrong) for n, s in enumerate(r.get("step", ()), 1)]
        if not steps or steps != sorted(steps, key=lambda s: s.after):
            raise wrong(f"rule of {of!r}: its steps must be there, and in the order of after_min")
        if of in ("distress", "unclaimed") and any(s.tell == GIVER for s in steps):
            raise wrong(f"rule of {of!r}: only an order has a giver")
        rules.append(Rule(of, tuple(steps)))
    hold = d.get("acknowledged_holds_min", 0)
    if not _minutes(hold):
        raise wrong(f"acknowledged_holds_min = {hold!r}: give minutes, 0 or more")
    said = {k: str(d[k]) for k in ("version", "author", "source", "valid_from")}
    return Chain(hold=timedelta(minutes=hold), rules=tuple(rules), **said)


def _step(s: Mapping[str, Any], place: str, wrong: Any) -> Step:
    after, tell, how = s.get("after_min"), s.get("tell"), s.get("how")
    if not _minutes(after):
        raise wrong(f"{place}: after_min = {after!r}: give minutes, 0 or more")
    if tell != GIVER and tell not in role_book().roles:
        raise wrong(f"{place}: tell = {tell!r} is no role")
    if how not in WAYS:
        raise wrong(f"{place}: how = {how!r}: say {', '.join(WAYS)}")
    contact = s.get("contact", {})
    said = (str(contact.get("zh", "")).strip(), str(contact.get("en", "")).strip())
    if how != "screen" and not all(said):
        raise wrong(f"{place}: a call needs a contact in Chinese and English")
    return Step(timedelta(minutes=after), str(tell), str(how), said if how != "screen" else ("", ""))


def _minutes(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 7 * 1440
