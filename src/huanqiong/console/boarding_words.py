"""The boarding record in words: what a person typed as a record, what it lacks, and a record for page and
JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import texts
from huanqiong.core.coordinates import degree_minute, parse_coordinates
from huanqiong.core.errors import InputError, UsageError
from huanqiong.core.time import iso, parse_typed, show
from huanqiong.desk.trust.law import LawVersion, law_versions
from huanqiong.desk.watch.boarded import BoardingRow
from huanqiong.desk.watch.boarding import (
    FLAG_UNKNOWN,
    STATELESS,
    Basis,
    Hand,
    IncompleteError,
    Officer,
    Record,
    Waters,
    boarding_book,
)

TYPED = ("began", "ended", "consent_at", "clock_at")


def record_of_form(form: Mapping[str, Any], now: datetime) -> Record:
    """What was typed as a record. Times as `parse_typed` reads them at `now`, the store's clock when they
    were typed; `where` is a position in any usual form, "" = not told. UsageError names all that cannot be
    read."""
    wrong, times = [], {}
    for name in TYPED:
        text = str(form[name]).strip()
        try:
            times[name] = parse_typed(text, now) if text else None
        except InputError:
            wrong.append(f"{lack(name, '')}: {text}")
    lat = lon = None
    if where := str(form["where"]).strip():
        try:
            lat, lon = parse_coordinates(where)
        except InputError:
            wrong.append(f"{lack('position', '')}: {where}")
    if wrong:
        raise UsageError(_("Cannot be read: %s") % "; ".join(wrong))
    plain = {k: v.strip() for k, v in form.items() if isinstance(v, str) and k in Record.__dataclass_fields__}
    return Record(
        **{k: v for k, v in plain.items() if k not in TYPED},
        **times,
        lat=lat,
        lon=lon,
        aboard=form["aboard"],
        clock_offset_s=form["clock_offset_s"],
        basis=tuple(Basis(**b) for b in form["basis"]),
        officers=tuple(Officer(o["name"].strip(), o["badge"].strip()) for o in form["officers"]),
        crew=tuple(Hand(**{k: v.strip() for k, v in h.items()}) for h in form["crew"]),
    )


def lacking(error: IncompleteError) -> UsageError:
    """The refusal in the page's language: everything that lacks, at once."""
    said = "; ".join(lack(code, detail) for code, detail in error.lacks)
    return UsageError(_("The boarding record lacks: %s") % said)


def lack(code: str, detail: str) -> str:
    """One thing that lacks, in words."""
    words = {
        "agency": _("the agency"),
        "began": _("when the boarding began"),
        "ended": _("when it ended"),
        "consent_at": _("when the consent was given"),
        "clock_at": _("when the clock was checked"),
        "flag": _("the flag"),
        "searched": _("what was searched"),
        "found": _("what was found"),
        "recording": _("the number of the recording"),
        "for_crew": _("what speaks for the crew"),
        "cause": _("why it was not possible (of such an outcome alone)"),
        "basis": _("the legal basis"),
        "law": _("a text of the law that was in force that day"),
        "present": _("who was present, or why nobody"),
        "clock": _("the recorder's clock: its offset in seconds, and when it was checked"),
        "clock_when": _("a clock checked before the end, and not longer before the boarding than"),
        "ahead": _("times that are past: one is still to come"),
        "order": _("an end after the beginning"),
        "consent": _("the flag state's consent, or why none is needed"),
        "consent_whole": _("of the consent who, when and its reference; of none needed, why"),
        "consent_refused": _("a consent: it was refused"),
        "position": _("a position that can be read"),
    }
    if code == "officers":
        two = _("two officers, each with a name and a badge of their own")
        return two if detail == "2" else _("an officer with name and badge")
    if code == "clock_when":
        return f"{words[code]} {detail} h"
    return f"{words[code]} ({detail})" if detail else words[code]


def waters_name(code: str) -> str:
    """Legal waters by code; "" is not determined."""
    return {
        "internal": _("internal waters"),
        "territorial": _("territorial sea"),
        "contiguous": _("contiguous zone"),
        "eez": _("exclusive economic zone"),
        "high_seas": _("high seas"),
        "other": _("other waters"),
    }.get(code, _("not determined"))


def waters_said(w: Waters) -> dict[str, str]:
    """The waters in a sentence, and where that comes from."""
    why = {
        "no_position": _("no position was given"),
        "no_layer": _("no official layer of waters is loaded here"),
        "unreadable": _("the layer of waters cannot be read"),
        "outside": _("the layer says nothing of this place"),
    }.get(w.why, "")
    name = (w.name_en or w.name_zh) if texts.lang() == "en" else (w.name_zh or w.name_en)
    near = _("%s m from the layer's nearest line") % f"{w.edge_m:,}" if w.edge_m is not None else ""
    source = f"{w.source}, {w.day}" if w.source else ""
    return {
        "name": waters_name(w.code),
        "own": _("own waters") if w.own else "",
        "more": " · ".join(x for x in (why, name, near, source) if x),
    }


def flag_name(flag: str) -> str:
    """A flag as it is shown."""
    return {STATELESS: _("no flag (三无)"), FLAG_UNKNOWN: _("flag not known")}.get(flag, flag)


def consent_name(code: str) -> str:
    """What became of the flag state's consent."""
    names = {"given": _("given"), "refused": _("refused"), "not_needed": _("not needed")}
    return str(names.get(code, _("not spoken of")))


def laws(day: date) -> list[dict[str, Any]]:
    """Texts in force that day, for the form."""
    en = texts.lang() == "en"
    return [
        {
            "law": x.name,
            "version": x.version,
            "name": x.en if en else x.name,
            "unchecked": x.unchecked,
            "until": str(x.until or ""),
        }
        for x in law_versions()
        if x.in_force(day)
    ]


def offered(day: date) -> list[dict[str, Any]]:
    """The articles that the form offers first, of texts in force that day."""
    there = {(x["law"], x["version"]): x for x in laws(day)}
    return [
        b | {"name": there[b["law"], b["version"]]["name"], "words": b[texts.lang()]}
        for b in boarding_book()["basis"]
        if (b["law"], b["version"]) in there
    ]


def agencies() -> list[str]:
    """The agencies that the form offers."""
    return [str(a[texts.lang()]) for a in boarding_book()["agencies"]]


def row(b: BoardingRow) -> dict[str, Any]:
    """One version as JSON, and what the sheet shows."""
    r = b.record
    en = texts.lang() == "en"
    known = {(x.name, x.version): x for x in law_versions()}
    said = r.told() | {
        "where": degree_minute(r.lat, r.lon) if r.lat is not None and r.lon is not None else "",
        "place": texts.place(r.lat, r.lon) if r.lat is not None else "",
        "flag_name": flag_name(r.flag),
        "consent_name": consent_name(r.consent),
        "basis": [_ground(x, known.get((x.law, x.version)), en=en) for x in r.basis],
        "clock_offset_s": r.clock_offset_s,
        "lat": r.lat,
        "lon": r.lon,
    }
    said |= {f"{n}_shown": show(t) if (t := getattr(r, n)) else "" for n in TYPED}
    w = b.waters
    return said | {
        "id": b.id,
        "order": b.order_id,
        "number": b.number,
        "why": b.why,
        "by": b.by,
        "made_at": iso(b.made_at),
        "waters": {"code": w.code, "own": w.own, "why": w.why, "said": waters_said(w)},
        "blanked": b.blanked,
    }


def _ground(b: Basis, known: LawVersion | None, *, en: bool) -> dict[str, Any]:
    """A legal basis; a text that laws.toml no longer holds is shown by its own name."""
    name = (known.en if en else known.name) if known else b.law
    unchecked = bool(known and known.unchecked)
    return {"law": b.law, "version": b.version, "article": b.article, "name": name, "unchecked": unchecked}


def form_values(b: BoardingRow | None) -> dict[str, Any]:
    """What the form begins with when a record is corrected; {} for a new one."""
    if b is None:
        return {}
    times = {n: getattr(b.record, n) for n in TYPED}
    return row(b) | {n: show(t) if t else "" for n, t in times.items()}
