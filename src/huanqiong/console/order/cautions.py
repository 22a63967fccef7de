"""What to be careful about: what an alert's kinds mean, its state, and how others on her turned out."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext as _

from huanqiong import data
from huanqiong.console.texts import lang
from huanqiong.desk.watch.rows import AlertRow


@cache
def _book() -> dict[str, object]:
    return data.toml("watch/order.toml")


def marking() -> str:
    """The words that every order carries at head and foot; "" for none."""
    return str(_book()["marking"][lang()])  # type: ignore[index]


def cautions(alert: AlertRow, others: list[AlertRow]) -> list[str]:
    """In the page's language, most pressing first. `others`: the vessel's alerts, this one too or not."""
    said = [
        str(c[lang()])
        for c in _book()["caution"]  # type: ignore[attr-defined]
        if not {alert.kind, *alert.kinds}.isdisjoint(c["kinds"])
    ]
    if alert.other_mmsi:
        name = f"{alert.other_vessel} · MMSI {alert.other_mmsi}" if alert.other_vessel else alert.other_mmsi
        said.append(_("Two vessels: the other is %s.") % name)
    if alert.provisional:
        said.append(_("The verdict is provisional: it may yet be withdrawn."))
    if alert.changed_since:
        said.append(_("Data came in after an officer acted: look at the alert again."))
    if alert.test:
        said.append(_("The signal is one of a test."))
    said += _judged(alert, others)
    return said


def _judged(alert: AlertRow, others: list[AlertRow]) -> list[str]:
    """What people made of this alert and of the vessel's others."""
    out = []
    if alert.judgement in ("false", "unclear"):
        word = {"false": _("false"), "unclear": _("unclear")}[alert.judgement]
        out.append(_("An officer judged this alert: %s.") % word)
    earlier = [a for a in others if a.id != alert.id]
    true = sum(a.judgement == "true" for a in earlier)
    false = sum(a.judgement == "false" for a in earlier)
    hits = sum(a.outcome == "hit" for a in earlier)
    if true or false or hits:
        told = {"true": true, "false": false, "hits": hits}
        out.append(
            _("Her other alerts: %(true)s true, %(false)s false; inspections with a hit: %(hits)s.") % told
        )
    return out
