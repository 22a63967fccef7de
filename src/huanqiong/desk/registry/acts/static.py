"""Recording what devices say of themselves, thousands of vessels at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from huanqiong.desk.registry.acts.bulk import add_terms, repeat_claims
from huanqiong.desk.registry.acts.vessels import CHUNK, ensure_vessels
from huanqiong.desk.registry.models import Device, SearchTerm, StaticRecord, Vessel
from huanqiong.desk.registry.search import terms
from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.canonical import canonical, sha256_hex

_VALUES = ("name", "callsign", "imo", "ship_type", "length_m", "beam_m", "draught_m", "destination")
_TEXTS = ("name", "callsign", "destination")
_SAID = {
    "said_name": "name",
    "said_callsign": "callsign",
    "said_imo": "imo",
    "said_type": "ship_type",
    "said_length_m": "length_m",
}


class _Heard:
    """One set of values of one number in this batch."""

    __slots__ = ("eta", "first", "last", "values")

    def __init__(self, values: dict[str, Any], t: datetime, eta: str) -> None:
        self.values, self.first, self.last, self.eta = values, t, t, eta


def _gather(rows: Iterable[Mapping[str, Any]]) -> dict[int, dict[tuple[Any, ...], _Heard]]:
    heard: dict[int, dict[tuple[Any, ...], _Heard]] = {}
    for row in rows:
        mmsi, t = row["mmsi"], row["t"]
        if mmsi is None or t is None:
            continue
        values = {c: row.get(c) for c in _VALUES}
        for c in _TEXTS:
            values[c] = (values[c] or "").strip()[:40]
        values["callsign"] = values["callsign"][:20]
        if values["draught_m"] is not None:
            values["draught_m"] = round(values["draught_m"], 1)  # sent in steps of 0.1 m
        if not any(values.values()):
            continue
        key = tuple(values.values())
        known = heard.setdefault(mmsi, {}).get(key)
        if known is None:
            heard[mmsi][key] = _Heard(values, t, row.get("eta") or "")
            continue
        known.first = min(known.first, t)
        if t >= known.last:
            known.last, known.eta = t, row.get("eta") or ""
    return heard


def record_static(rows: Iterable[Mapping[str, Any]], *, by: Actor) -> dict[str, int]:
    """Records rows of `core.schema.STATIC` (times aware; rows without a time are left out).

    A set of values a device sent before only stretches its times; another set is a new row. The same rows
    again, in any order, change nothing. Returns {vessels: heard, new: sets, stretched: sets}.
    """
    heard = _gather(rows)
    out = {"vessels": len(heard), "new": 0, "stretched": 0}
    with act("registry.static", by=by, permission="registry.record") as a:
        vessels = ensure_vessels(heard, by=by)
        devices: dict[int, int] = {}
        stored: dict[tuple[int, str], StaticRecord] = {}
        idents = sorted(heard)
        for i in range(0, len(idents), CHUNK):
            part = [str(m) for m in idents[i : i + CHUNK]]
            on = Device.objects.filter(kind="ais", ident__in=part, valid_to=None)
            devices |= {int(ident): pk for ident, pk in on.values_list("ident", "pk")}
            for r in StaticRecord.objects.filter(device__in=on.values("pk")):
                stored[r.device_id, r.values_sha256] = r
        changed: list[StaticRecord] = []
        named: list[SearchTerm] = []
        for mmsi, sets in heard.items():
            for h in sets.values():
                digest = sha256_hex(canonical(h.values))
                old = stored.get((devices[mmsi], digest))
                if old is None:
                    out["new"] += 1
                    old = StaticRecord(
                        device_id=devices[mmsi],
                        values_sha256=digest,
                        first_seen=h.first,
                        last_seen=h.last,
                        eta=h.eta[:20],
                        **h.values,
                    )
                    named += _terms(vessels[mmsi], h.values)
                elif h.first < old.first_seen or h.last > old.last_seen:
                    out["stretched"] += 1
                    old.first_seen = min(old.first_seen, h.first)
                    if h.last > old.last_seen:
                        old.last_seen, old.eta = h.last, h.eta[:20]
                else:
                    continue
                changed.append(old)
        new = [r for r in changed if r.pk is None]
        StaticRecord.objects.bulk_create(new, batch_size=500)
        StaticRecord.objects.bulk_create(
            [r for r in changed if r.pk is not None],
            batch_size=500,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["first_seen", "last_seen", "eta"],
        )
        add_terms(a, named)
        repeat_claims(a, _newest(heard, vessels))
        a.idle = not changed
        a.details = dict(out)
        if out["new"]:
            a.tell("vessel", count=out["new"])
    return out


def _terms(vessel_id: int, values: Mapping[str, Any]) -> list[SearchTerm]:
    return terms(vessel_id, [(c, values[c]) for c in ("name", "callsign", "imo")])


def _newest(
    heard: Mapping[int, Mapping[tuple[Any, ...], _Heard]], vessels: Mapping[int, int]
) -> dict[int, dict[str, Any]]:
    """The newest claim of each vessel, by its key, where it is newer than what stands on the vessel."""
    by_key = {vessels[mmsi]: max(sets.values(), key=lambda h: h.last) for mmsi, sets in heard.items()}
    keys = sorted(by_key)
    out: dict[int, dict[str, Any]] = {}
    for i in range(0, len(keys), CHUNK):
        for old in Vessel.objects.filter(pk__in=keys[i : i + CHUNK]).values("pk", "said_at", *_SAID):
            h = by_key[old["pk"]]
            if old["said_at"] is not None and old["said_at"] >= h.last:
                continue
            # A short report (class B part A) leaves what a fuller one said.
            new = {
                said: h.values[c] if h.values[c] not in (None, "") else old[said] for said, c in _SAID.items()
            }
            out[old["pk"]] = new | {"said_at": h.last}
    return out
