"""Who acts: a person, or one of the two machine accounts that are nobody's login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine account. It may do only what `roles.toml` lists under `machines`."""

    code: str
    is_active: bool = True
    is_authenticated: bool = False
    pk: None = None

    @property
    def username(self) -> str:
        return self.code

    @property
    def display_name(self) -> str:
        return self.code


SYSTEM: Final = Machine("system")
"""The program itself: raises alerts, records what devices say. It may not judge, silence or order."""
OPERATOR: Final = Machine("operator")
"""Whoever sits at this machine's own command line: manages accounts, exports the log."""

Actor: TypeAlias = "Machine | Any"
"""A `Machine`, or a signed-in `trust.Person` (the console never imports the model)."""
