"""Roles and their permissions, read from `data/roles/roles.toml`: that file is the only truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from huanqiong import data
from huanqiong.core.errors import MissingError

Names = tuple[str, str]
"""What a thing is called: Chinese, English."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its names, its side of the house, what it may do.

    `second_factor`: who holds it must have one. `waits_for`: names of the desk that is not built yet, so that
    the role may nothing; None where it is. `side` of a machine account is "".
    """

    code: str
    zh: str
    en: str
    permissions: frozenset[str]
    side: str = ""
    second_factor: bool = False
    waits_for: Names | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """What one account never holds at one time: at most one of these sides, or of these roles."""

    sides: frozenset[str]
    roles: frozenset[str]
    zh: str
    en: str

    def broken_by(self, held: Iterable[Role]) -> bool:
        """Whether an account with these roles would hold two of them."""
        roles = list(held)
        sides = {r.side for r in roles} & self.sides
        return len(sides) > 1 or len({r.code for r in roles} & self.roles) > 1


@dataclass(frozen=True, slots=True)
class RoleBook:
    """All roles, machine accounts and permissions (code -> names) of one version of the file."""

    version: str
    roles: dict[str, Role]
    machines: dict[str, Role]
    permissions: dict[str, Names]
    sides: dict[str, Names]
    apart: tuple[Apart, ...]
    sign_in: dict[str, int]  # max_failed, lock_min, token_min, min_password, idle_min, absolute_h, ...
    practice: dict[str, int]  # what is laxer where records are invented or public: idle_min, absolute_h
    practice_kinds: frozenset[str]  # the kinds of stores where that holds

    def role(self, code: str) -> Role:
        """The role of that code; MissingError names the roles there are."""
        if code not in self.roles:
            raise MissingError(f"There is no role {code!r}. Roles: {', '.join(self.roles)}.")
        return self.roles[code]

    def conflict(self, held: Iterable[str], new: str) -> Apart | None:
        """The rule that an account with the roles `held` would break by `new`; None where it may have it."""
        roles = [self.roles[c] for c in (*held, new) if c in self.roles]
        return next((rule for rule in self.apart if rule.broken_by(roles)), None)

    def limits(self, kind: str) -> dict[str, int]:
        """The rules of sign-in and sessions in a store of that kind."""
        return self.sign_in | (self.practice if kind in self.practice_kinds else {})


def _names(table: Mapping[str, Any]) -> Names:
    return str(table["zh"]), str(table["en"])


@cache
def role_book() -> RoleBook:
    """The bundled roles; a role that names an unknown permission or side stops the start."""
    d = data.toml("roles/roles.toml")
    permissions = {code: _names(p) for code, p in d["permissions"].items()}
    sides = {code: _names(s) for code, s in d["sides"].items()}

    def read(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Role]:
        out = {}
        for code, r in table.items():
            named = frozenset(map(str, r["permissions"]))
            if unknown := named - permissions.keys():
                raise MissingError(
                    f"roles.toml: {code} names unknown permissions {sorted(unknown)}. Add them."
                )
            side = str(r.get("side", ""))
            if side and side not in sides:
                raise MissingError(f"roles.toml: {code} stands on an unknown side {side!r}. Add it.")
            waits = _names(r["waits_for"]) if "waits_for" in r else None
            factor = bool(r.get("second_factor", False))
            out[code] = Role(code, *_names(r), named, side, factor, waits)
        return out

    roles = read(d["roles"])
    apart = []
    for rule in d["apart"]:
        of_sides, of_roles = frozenset(rule.get("sides", ())), frozenset(rule.get("roles", ()))
        if unknown := (of_sides - sides.keys()) | (of_roles - roles.keys()):
            raise MissingError(f"roles.toml: a rule of what stands apart names unknown {sorted(unknown)}.")
        apart.append(Apart(of_sides, of_roles, *_names(rule["why"])))
    practice = {k: v for k, v in d["practice"].items() if k != "kinds"}
    return RoleBook(
        version=d["version"],
        roles=roles,
        machines=read(d["machines"]),
        permissions=permissions,
        sides=sides,
        apart=tuple(apart),
        sign_in=d["sign_in"],
        practice=practice,
        practice_kinds=frozenset(d["practice"]["kinds"]),
    )
