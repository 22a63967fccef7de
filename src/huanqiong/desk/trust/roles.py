"""Roles and their permissions, read from `data/roles/roles.toml`: that file is the only truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from huanqiong import data
from huanqiong.core.errors import MissingError


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its code, its names and what it may do."""

    code: str
    zh: str
    en: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoleBook:
    """All roles, machine accounts and permissions (code -> (zh, en)) of one version of the file."""

    version: str
    roles: dict[str, Role]
    machines: dict[str, Role]
    permissions: dict[str, tuple[str, str]]
    sign_in: dict[str, int]  # max_failed, lock_min, token_min, min_password

    def role(self, code: str) -> Role:
        """The role of that code; MissingError names the roles there are."""
        if code not in self.roles:
            raise MissingError(f"There is no role {code!r}. Roles: {', '.join(self.roles)}.")
        return self.roles[code]


@cache
def role_book() -> RoleBook:
    """The bundled roles; a role that names an unknown permission stops the start."""
    d = data.toml("roles/roles.toml")
    permissions = {code: (p["zh"], p["en"]) for code, p in d["permissions"].items()}

    def read(table: dict[str, dict[str, object]]) -> dict[str, Role]:
        out = {}
        for code, r in table.items():
            named = frozenset(map(str, r["permissions"]))  # type: ignore[call-overload]
            if unknown := named - permissions.keys():
                raise MissingError(
                    f"roles.toml: {code} names unknown permissions {sorted(unknown)}. Add them."
                )
            out[code] = Role(code, str(r["zh"]), str(r["en"]), named)
        return out

    return RoleBook(d["version"], read(d["roles"]), read(d["machines"]), permissions, d["sign_in"])
