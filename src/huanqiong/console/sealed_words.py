"""The ground on which a sealed record is opened, and where a request stands, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import texts
from huanqiong.desk.trust.purposes import purpose_book
from huanqiong.desk.trust.sealing import Ground


def ground_of(scope: Mapping[str, Any]) -> Ground:
    """The ground that a request named."""
    return Ground(
        str(scope["purpose"]),
        str(scope["law"]),
        int(scope["article"]),
        str(scope["asker"]),
        str(scope["matter"]),
    )


def grounds(scope: Mapping[str, Any]) -> str:
    """A ground in one line; "" where the scope names none."""
    if "law" not in scope:
        return ""
    g = ground_of(scope)
    purpose = purpose_book().purposes.get(g.purpose, (g.purpose, g.purpose))[1 if texts.lang() == "en" else 0]
    article = _("art. %(n)s") % {"n": g.article}
    return f"{purpose} · 《{g.law}》{article} · {g.asker} · {g.matter}"


def state_name(state: str) -> str:
    """Where a request for a second person's word stands."""
    return {
        "waiting": _("waits for a decision"),
        "granted": _("granted"),
        "refused": _("refused"),
        "used": _("used"),
        "withdrawn": _("taken back"),
        "expired": _("expired"),
    }[state]
