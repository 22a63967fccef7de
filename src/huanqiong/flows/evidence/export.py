"""From an alert to a file that stands on its own: gather, prove that it is enough, log the act, sign, write.

Read top to bottom. Nothing of another ship leaves the store but counts of how many were heard.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

import huanqiong
from huanqiong import data
from huanqiong.core.errors import UsageError
from huanqiong.core.geography import geography as geographies
from huanqiong.core.geography.anchorages import FILES as ANCHORAGE_FILES
from huanqiong.core.schema import OTHER
from huanqiong.desk.trust import reads as trust_reads
from huanqiong.desk.trust.actor import Actor
from huanqiong.desk.trust.keys import signing_key
from huanqiong.desk.trust.note import origin_of, parse_checkpoint
from huanqiong.desk.trust.sequencer import sequence
from huanqiong.desk.trust.suites import suite_of
from huanqiong.desk.watch import acts
from huanqiong.desk.watch.access import access_evidence, access_evidence_boardings
from huanqiong.desk.watch.boarded import BoardingRow
from huanqiong.desk.watch.found import found
from huanqiong.desk.watch.rows import AlertDetail, VerdictRow
from huanqiong.flows.evidence import form, tables
from huanqiong.flows.evidence.excerpt import Excerpt, excerpt
from huanqiong.flows.evidence.listing import electronic_data
from huanqiong.flows.evidence.own import Ships, own_calls, own_days
from huanqiong.flows.evidence.readme import readme
from huanqiong.flows.evidence.receivers import receivers
from huanqiong.flows.evidence.replay import content, distress_verdicts
from huanqiong.flows.evidence.reread import by_file, reread
from huanqiong.flows.evidence.search import Progress, Search, row_of, window_of
from huanqiong.flows.evidence.signing import page_html, page_text
from huanqiong.lake import bundle
from huanqiong.lake.objects import Objects
from huanqiong.lake.positions import Lake
from huanqiong.lake.store import Store

_GEOGRAPHY_FILES = frozenset((*geographies.FILES, *geographies.SHORELINES, *ANCHORAGE_FILES))
_RAISING = ("watch.raise", "watch.distress", "watch.withdraw")


@dataclass(frozen=True)
class Exported:
    """What an export did. `why`: the versions that no run gives again (verdict id -> words)."""

    members: dict[str, bytes]
    verdicts: int
    reproduced: int
    rows: int
    not_read: int
    why: dict[int, str]

    @property
    def size(self) -> int:
        """Bytes of the members."""
        return sum(map(len, self.members.values()))


def export_file(
    store: Store, alert_id: int, out: Path, *, by: Actor, purpose: str, progress: Progress | None = None
) -> Exported:
    """Writes the bundle of an alert; errors as `export`."""
    done = export(store, alert_id, by=by, purpose=purpose, progress=progress)
    bundle.write(out, done.members)
    return done


def export(
    store: Store, alert_id: int, *, by: Actor, purpose: str, progress: Progress | None = None
) -> Exported:
    """The bundle's members. RefusedError: no right to; UsageError: no purpose; MissingError: no alert."""
    detail = access_evidence(by, alert_id)
    if not purpose.strip():
        raise UsageError("An export of evidence needs a purpose: say in a few words what it is for.")
    lake = Lake(store.lake)
    search, positions, other = _gather(store, lake, detail, progress)
    members: dict[str, bytes] = {
        form.README: readme(detail, title_zh=store.title_zh, title_en=store.title_en, drill=store.is_drill),
        form.ALERT: form.json_bytes(_alert(detail)),
        form.FROZEN: b"".join(form.json_bytes(asdict(f)) for f in detail.frozen),
        form.POSITIONS: tables.to_csv(positions),
    }
    if other.num_rows:
        members[form.OTHER] = tables.to_csv(other)
    raw, cut = _raw(Objects(store.objects), positions, other, progress)
    members |= cut
    runs, behind = _runs(search)
    members |= behind
    reproduced = {v: r.run.name for r in search.runs for v in r.verdicts}
    reproduced |= dict.fromkeys(_distress(detail, positions, other, search.why), "distress")
    members[form.VERDICTS] = b"".join(
        form.json_bytes(_version(v, reproduced.get(v.id), search.why.get(v.id))) for v in detail.verdicts
    )
    boardings = access_evidence_boardings(by, [o.id for o in detail.orders])
    if boardings:
        members[form.BOARDING] = b"".join(form.json_bytes(asdict(b)) for b in boardings)
    members |= _signed_list(store, detail, members, raw, [positions, other], boardings)
    done = Exported(
        members,
        verdicts=len(detail.verdicts),
        reproduced=len(reproduced),
        rows=positions.num_rows + other.num_rows,
        not_read=sum(r["not_read"] for r in raw),
        why=search.why,
    )
    manifest = _manifest(store, detail, purpose, members) | {"runs": runs, "raw": raw}
    _seal(store, detail, members, manifest, by, done)
    return done


def _gather(
    store: Store, lake: Lake, detail: AlertDetail, progress: Progress | None
) -> tuple[Search, pa.Table, pa.Table]:
    """The ships' own rows, and how each version came about."""
    calls = [v for v in detail.verdicts if v.kind == "distress"]
    others = [v for v in detail.verdicts if v.kind != "distress"]
    days: set[date] = set()
    for v in others:
        days.update(window_of(lake, v))
    positions, other = own_days(lake, days, Ships.of(others)), OTHER.empty_table()
    if calls:
        t0, t1 = min(v.t0 for v in calls), max(v.t1 for v in calls)
        more, other = own_calls(lake, t0, t1, Ships.of(calls), days)
        positions = pa.concat_tables([positions, more])
    search = Search(store, lake, positions, progress)
    search.look(others)
    return search, positions, other


def _signed_list(
    store: Store,
    detail: AlertDetail,
    members: Mapping[str, bytes],
    raw: list[dict[str, Any]],
    heard: list[pa.Table],
    boardings: list[BoardingRow],
) -> dict[str, bytes]:
    """The list of electronic data over the members, and the pages to sign."""
    clocks = receivers(store, heard)
    listed = electronic_data(members, raw, Objects(store.objects), clocks, len(boardings))
    title = (store.title_zh, store.title_en)
    return {
        form.LIST: form.json_bytes(listed),
        form.SIGN_TEXT: page_text(detail, listed, boardings, title, drill=store.is_drill),
        form.SIGN_HTML: page_html(detail, listed, boardings, title, drill=store.is_drill),
    }


def _alert(detail: AlertDetail) -> dict[str, Any]:
    """The alert as the desk shows it; verdicts and frozen texts stand in files of their own."""
    whole = asdict(detail)
    del whole["verdicts"], whole["frozen"]
    return whole


def _version(v: VerdictRow, run: str | None, why: str | None) -> dict[str, Any]:
    """One version of a verdict: its content (these bytes are what is hashed), and what became of it."""
    f = found(row_of(v))
    return {
        "id": v.id,
        "key": v.key,
        "number": v.number,
        "content": content(f),
        "content_sha256": f.content_sha256,
        "recorded_at": v.recorded_at,
        "current": v.current,
        "held_by": v.held_by,
        "replaced_by": v.replaced_by,
        "withdrawn_at": v.withdrawn_at,
        "withdrawn_why": v.withdrawn_why,
        "raw": list(v.raw),
        "run": run,
        "not_reproducible": None if run else why,
    }


def _distress(detail: AlertDetail, positions: pa.Table, other: pa.Table, why: dict[int, str]) -> list[int]:
    """Distress verdicts that the enclosed reports give again; `why` is told of the rest."""
    calls = [v for v in detail.verdicts if v.kind == "distress"]
    given = {f.content_sha256 for f in distress_verdicts(positions, other)} if calls else set()
    good = []
    for v in calls:
        if found(row_of(v)).content_sha256 in given:
            good.append(v.id)
        else:
            why[v.id] = "the lake does not hold its report (a live part is stored within half a minute)"
    return good


def _raw(
    objects: Objects, positions: pa.Table, other: pa.Table, progress: Progress | None
) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """For each raw file what the manifest says of it; and the members that hold its original bytes."""
    said: list[dict[str, Any]] = []
    members: dict[str, bytes] = {}
    pieces: list[tuple[str, int, int, int]] = []
    mine, theirs = by_file(positions), by_file(other)
    names = sorted(mine.keys() | theirs.keys())
    for n, sha in enumerate(names):
        if progress:
            progress("cutting out raw bytes", n, len(names))
        parts = [(kind, t[sha]) for kind, t in (("positions", mine), ("other", theirs)) if sha in t]
        total = sum(t.num_rows for _, t in parts)
        row: dict[str, Any] = {"sha256": sha or None, "rows": total, "kept": bool(sha) and objects.has(sha)}
        counts = {"whole": 0, "noted": 0, "not_read": total}
        if row["kept"]:
            path = objects.where(sha)
            offsets = [o for _, t in parts for o in t.column("raw_offset").to_pylist() if o is not None]
            cut: Excerpt = excerpt(path, offsets)
            member = f"raw/{sha}{cut.suffix}"
            members[member] = cut.data
            pieces += [(member, *p) for p in cut.pieces]
            row |= {"member": member, "bytes": path.stat().st_size}
            again = [reread(cut.suffix, cut.data, cut.offsets, t, kind) for kind, t in parts]  # type: ignore[arg-type]
            counts = {k: sum(getattr(r, k) for r in again) for k in counts}
        said.append(row | counts)
    if progress:
        progress("cutting out raw bytes", len(names), len(names))
    columns = list(zip(*pieces, strict=True)) if pieces else [[] for _ in tables.PIECES]
    members[form.PIECES] = tables.to_csv(pa.table([list(c) for c in columns], schema=tables.PIECES))
    return said, members


def _runs(search: Search) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """The runs for the manifest, and the members they rest on."""
    said: list[dict[str, Any]] = []
    members: dict[str, bytes] = {}
    for r in search.runs:
        b, room = r.basis, f"runs/{r.run.name}"
        row = r.run.as_dict() | {"verdicts": list(r.verdicts), "base": b.base.fingerprint}
        row |= {"heard": None, "anchorages": None, "geography_files": None}
        if r.heard is not None:
            row["heard"] = f"{room}/heard.csv"
            members[row["heard"]] = tables.heard_csv(r.heard)
        if b.geography is not b.base:
            a, n = b.geography.anchorages, len(b.base.anchorages)
            row["anchorages"] = f"{room}/anchorages.csv"
            places = (a.lat[n:].tolist(), a.lon[n:].tolist(), a.label[n:])
            members[row["anchorages"]] = tables.places_csv(*places)
        if b.files is not None:
            row["geography_files"] = f"geography/{b.base.fingerprint[:16]}"
            for file in sorted(b.files.iterdir()):
                if file.name in _GEOGRAPHY_FILES:
                    members[f"{row['geography_files']}/{file.name}"] = file.read_bytes()
        members[f"profiles/{r.run.profile}.toml"] = Path(b.profile.where).read_bytes()
        said.append(row)
    if search.zones:
        members[form.ZONES] = tables.zones_geojson([search.zones[k] for k in sorted(search.zones)])
    return said, members


def _manifest(
    store: Store, detail: AlertDetail, purpose: str, members: Mapping[str, bytes]
) -> dict[str, Any]:
    plan = data.toml("demo.toml").get(store.name, {})
    return {
        "format": form.FORMAT,
        "store": {
            "name": store.name,
            "kind": store.kind,
            "title_zh": store.title_zh,
            "title_en": store.title_en,
            "theatre": store.theatre,
        },
        "drill": store.is_drill,
        "alert": detail.row.id,
        "purpose": purpose,
        "product": {
            "name": "huanqiong",
            "version": huanqiong.__version__,
            "code_sha256": form.code_sha256(),
        },
        "attribution": "invented by the drill; no real vessel" if store.is_drill else plan.get("attribution"),
        "content_sha256": form.content_sha256(members),
    }


def _seal(
    store: Store,
    detail: AlertDetail,
    members: dict[str, bytes],
    manifest: dict[str, Any],
    by: Actor,
    done: Exported,
) -> None:
    """Logs the export, adds the log's entries, and signs: nothing leaves that the log does not name."""
    exported_at = acts.export_evidence(
        detail.row.id,
        manifest["purpose"],
        manifest["content_sha256"],
        by=by,
        held={"verdicts": done.verdicts, "reproduced": done.reproduced, "rows": done.rows},
    )
    subjects = [f"alert:{detail.row.id}", *(f"order:{o.id}" for o in detail.orders)]
    subjects += [f"silence:{s.id}" for s in detail.silences]
    moments = {v.recorded_at for v in detail.verdicts}
    moments |= {v.withdrawn_at for v in detail.verdicts if v.withdrawn_at is not None}
    sequence(store.keys)
    point = parse_checkpoint(str(trust_reads.checkpoint()))[0]
    entries = trust_reads.entries_about(subjects, moments, _RAISING)
    proofs = trust_reads.proofs_of_inclusion([seq for seq, _ in entries], point.size)
    lines = [
        form.json_bytes({"body": json.loads(body), "proof": [h.hex() for h in proofs[seq]], "seq": seq})
        for seq, body in entries
    ]
    members[form.AUDIT] = b"".join(lines) + form.json_bytes({"checkpoint": point.text})
    manifest |= {
        "log": point.origin.removeprefix(origin_of("")),
        "exported_at": exported_at,
        "exporter": {"code": by.code, "name": by.display_name},
        "files": form.listed(members),
    }
    members[form.MANIFEST] = form.json_bytes(manifest)
    members[form.SIGNATURE], members[form.KEY] = form.sign(
        members[form.MANIFEST], signing_key(store.keys, suite_of(store.suite))
    )
