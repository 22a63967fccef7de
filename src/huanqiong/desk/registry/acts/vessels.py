"""Acts on vessels and the devices they carry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from huanqiong.core.errors import MissingError, UsageError
from huanqiong.core.ids import holder
from huanqiong.desk.registry.acts.bulk import add_terms
from huanqiong.desk.registry.models import Device, Vessel
from huanqiong.desk.registry.search import terms
from huanqiong.desk.trust.act import act
from huanqiong.desk.trust.actor import Actor

CHUNK = 400
DEVICE_KINDS = ("ais", "beidou", "radar", "camera", "report")


def _carriers(mmsis: Iterable[int]) -> dict[int, int]:
    idents = sorted({str(m) for m in mmsis})
    out: dict[int, int] = {}
    for i in range(0, len(idents), CHUNK):
        rows = Device.objects.filter(kind="ais", ident__in=idents[i : i + CHUNK], valid_to=None)
        out |= {int(ident): pk for ident, pk in rows.values_list("ident", "vessel_id")}
    return out


def ensure_vessels(mmsis: Iterable[int], *, by: Actor) -> dict[int, int]:
    """{mmsi: vessel key} of the vessels that carry these MMSIs now; makes those that were never heard."""
    wanted = set(mmsis)
    have = _carriers(wanted)
    missing = sorted(wanted - have.keys())
    if not missing:
        return have
    with act("registry.heard", by=by, permission="registry.record") as a:
        new = [Vessel(mmsi=m, holder=holder(m)) for m in missing]
        Vessel.objects.bulk_create(new, batch_size=500)
        Device.objects.bulk_create(
            [Device(vessel=v, kind="ais", ident=str(v.mmsi)) for v in new], batch_size=500
        )
        add_terms(a, (t for v in new for t in terms(v.pk, [("mmsi", v.mmsi)])))
        a.details = {"vessels": len(new), "first": new[0].code, "last": new[-1].code}
    return have | {m: v.pk for m, v in zip(missing, new, strict=True)}


def register_vessel(
    *,
    by: Actor,
    code: str = "",
    mmsi: int | None = None,
    name_zh: str = "",
    name_en: str = "",
    home_port: str = "",
    flag: str = "",
    note: str = "",
    request_id: str | None = None,
) -> str:
    """Enters what a register says of a vessel, found by our `code` or its MMSI, or of a new one; returns the
    code. An empty text leaves what stands.
    """
    facts = {"name_zh": name_zh, "name_en": name_en, "home_port": home_port, "flag": flag, "note": note}
    facts = {k: v.strip() for k, v in facts.items() if v.strip()}
    with act(
        "registry.register",
        by=by,
        permission="registry.edit",
        asked=[code, mmsi, facts],
        request_id=request_id,
    ) as a:
        if a.repeated:
            return str(a.result)
        vessel = _find(code, mmsi)
        for column, value in facts.items():
            setattr(vessel, column, value)
        vessel.save()
        if mmsi is not None and not vessel.devices.filter(kind="ais", valid_to=None).exists():
            Device(vessel=vessel, kind="ais", ident=str(mmsi)).save()
        new = terms(
            vessel.pk, [("mmsi", mmsi), ("name_zh", name_zh), ("name", name_en), ("home_port", home_port)]
        )
        add_terms(a, new)
        a.subject, a.details = f"vessel:{vessel.code}", dict(facts)
        a.tell("vessel", codes=[vessel.code])
        a.result = vessel.code
    return str(a.result)


def _find(code: str, mmsi: int | None) -> Vessel:
    if code:
        vessel = Vessel.objects.select_for_update().filter(code=code).first()
        if vessel is None:
            raise MissingError(f"There is no vessel {code!r}. It may be of another store.")
        return vessel
    key = _carriers([mmsi]).get(mmsi) if mmsi is not None else None
    if key is not None:
        return Vessel.objects.select_for_update().get(pk=key)
    return Vessel(mmsi=mmsi, holder=holder(mmsi) if mmsi is not None else "ship")


def carry_device(
    code: str,
    kind: str,
    ident: str,
    since: datetime | None,
    *,
    by: Actor,
    request_id: str | None = None,
) -> None:
    """From `since` (None: always) the vessel carries this device; the one that carried it until then ends."""
    if kind not in DEVICE_KINDS:
        raise UsageError(f"Device kind {kind!r}: use one of {', '.join(DEVICE_KINDS)}.")
    if kind == "ais" and not (ident.isdigit() and len(ident) <= 9):
        raise UsageError(f"MMSI {ident!r}: use up to nine digits.")
    asked = [code, kind, ident, since]
    with act("registry.carry", by=by, permission="registry.edit", asked=asked, request_id=request_id) as a:
        if a.repeated:
            return
        vessel = _find(code, None)
        before = Device.objects.select_for_update().filter(kind=kind, ident=ident, valid_to=None).first()
        a.subject, a.details = f"vessel:{code}", {"kind": kind, "device": ident, "since": since}
        if before is not None and before.vessel_id == vessel.pk:
            a.idle = True
            return
        if before is not None:
            if since is None or (before.valid_from is not None and before.valid_from >= since):
                raise UsageError(f"Another vessel carries {kind} {ident}. Say since when it changed hands.")
            before.valid_to = since
            before.save()
            a.details["from"] = before.vessel.code
            if kind == "ais":
                Vessel.objects.filter(pk=before.vessel_id, mmsi=int(ident)).update(mmsi=None)
        Device(vessel=vessel, kind=kind, ident=ident, valid_from=since).save()
        if kind == "ais":
            vessel.mmsi, vessel.holder = int(ident), holder(int(ident))
            vessel.save()
        add_terms(a, terms(vessel.pk, [("mmsi" if kind == "ais" else kind, ident)]))
        a.tell("vessel", codes=[vessel.code])
