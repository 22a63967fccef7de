"""Is a bundle what its store signed, and do its verdicts follow from what it encloses? Needs no store.

The steps go from the outside in: bytes, signature, every member, the log's entries, the raw bytes, rules and
geography, the verdicts. What fails early ends it, for nothing behind it could be believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from huanqiong.core.errors import HuanqiongError, InputError, IntegrityError
from huanqiong.core.merkle import includes
from huanqiong.desk.trust.canonical import canonical, sha256_hex
from huanqiong.desk.trust.note import origin_of, read_checkpoint
from huanqiong.desk.trust.suites import VerifyKey, read_verify_key
from huanqiong.flows.evidence import form, tables
from huanqiong.flows.evidence.bounds import check_heard
from huanqiong.flows.evidence.excerpt import excerpt
from huanqiong.flows.evidence.grounds import Grounds
from huanqiong.flows.evidence.listed import check_list
from huanqiong.flows.evidence.opening import Check, Opened, State, about, opened, signature_said, signed
from huanqiong.flows.evidence.replay import Run, distress_verdicts, line_of, replay
from huanqiong.flows.evidence.reread import by_file, reread
from huanqiong.lake import bundle
from huanqiong.lake.parts import measure

Progress = Callable[[str, int, int], None]
_MALFORMED = (LookupError, ArithmeticError, ValueError, TypeError, AttributeError, pa.ArrowException)
"""What contents that are not as the format says come to."""


def verify(
    path: Path,
    *,
    key: VerifyKey | None = None,
    raw: Iterable[Path] = (),
    log: dict[str, str] | None = None,
    progress: Progress | None = None,
) -> Iterator[Check]:
    """The checks, one after the other. `key` pins who signed; `raw`: original files; `log`: a verified audit
    log's leaves (hex) by number. InputError: the file is no bundle at all."""
    try:
        members = bundle.read(path)
    except IntegrityError as e:
        yield Check("bytes", "fail", str(e))
        return
    try:
        manifest, signer = signed(members, key)
        yield Check("bytes", "ok", f"{len(members)} members, {path.stat().st_size:,} bytes, none changed")
        yield signature_said(signer, key)
        yield from about(manifest)
        o = opened(members, manifest)
        yield Check("members", "ok", f"{len(manifest['files'])} hashes agree; none missing, none added")
    except HuanqiongError as e:
        yield Check("members", "fail", str(e))
        return
    except _MALFORMED as e:
        yield Check("members", "fail", f"the manifest is not as the format says: {e!r}")
        return
    steps: dict[str, Iterator[Check]] = {
        "records": _records(o),
        "electronic data": check_list(o),
        "log": _log(o, log),
        "raw bytes": _raw(o, progress),
        "original": _originals(o, list(raw)),
        "verdict": _verdicts(o, progress),
    }
    for name, step in steps.items():
        try:
            yield from step
        except HuanqiongError as e:
            yield Check(name, "fail", str(e))
        except _MALFORMED as e:
            yield Check(name, "fail", f"the bundle's contents are not as the format says: {e!r}")


def _records(o: Opened) -> Iterator[Check]:
    """The verdicts' and the frozen texts' own hashes."""
    for v in o.versions:
        if sha256_hex(canonical(v["content"])) != v["content_sha256"]:
            raise IntegrityError(f"{form.VERDICTS}: verdict {v['id']} is not of its own hash.")
    frozen = form.read_lines(o.members[form.FROZEN], form.FROZEN)
    for f in frozen:
        if sha256_hex(f["shown"]) != f["sha256"]:
            raise IntegrityError(
                f"{form.FROZEN}: what was shown at the {f['moment']} is not of its own hash."
            )
    shown = f"; {len(frozen)} frozen moments" if frozen else "; nobody had acted on it"
    yield Check("records", "ok", f"{len(o.versions)} versions of verdicts{shown}")


def _log(o: Opened, log: dict[str, str] | None) -> Iterator[Check]:
    """The log's entries are in the tree that it signed; the export itself is among them."""
    lines = form.read_lines(o.members[form.AUDIT], form.AUDIT)
    entries, last = lines[:-1], lines[-1]
    key = read_verify_key(o.members[form.KEY])
    point = read_checkpoint(str(last["checkpoint"]), key)
    hasher = key.suite.hasher
    if point.origin != origin_of(o.manifest["log"]):
        raise IntegrityError(f"{form.AUDIT}: the checkpoint is of {point.origin}, another log.")
    frozen = {f["sha256"] for f in form.read_lines(o.members[form.FROZEN], form.FROZEN)}
    logged, named = False, set()
    for e in entries:
        leaf = hasher.leaf(canonical(e["body"]).encode())
        proof = [bytes.fromhex(h) for h in e["proof"]]
        if not includes(leaf, e["seq"] - 1, point.size, proof, point.root, hasher):
            raise IntegrityError(f"{form.AUDIT}: entry {e['seq']} is not under the signed checkpoint.")
        if log is not None and log.get(str(e["seq"])) != leaf.hex():
            raise IntegrityError(f"{form.AUDIT}: entry {e['seq']} is not the one in the log given.")
        logged = logged or _is_this_export(e["body"], o.manifest)
        named.add(e["body"]["details"].get("frozen_sha256"))
    if not logged:
        raise IntegrityError(
            f"{form.AUDIT}: no entry says that this content of this alert was exported by "
            f"{o.manifest['exporter']['code']} for this purpose."
        )
    if lost := frozen - named:
        raise IntegrityError(f"{form.AUDIT}: no entry names the frozen text {sorted(lost)[0][:16]}.")
    where = "; each in the log given" if log is not None else ""
    yield Check(
        "log",
        "ok",
        f"{len(entries)} entries, this export among them, each proved to be among the {point.size:,} "
        f"that the log signed{where}",
    )


def _is_this_export(body: dict[str, Any], manifest: dict[str, Any]) -> bool:
    """Whether a log entry and the manifest tell of the same act."""
    said = body["details"]
    return bool(
        body["act"] == "evidence.export"
        and body["actor"] == manifest["exporter"]["code"]
        and body["subject"] == f"alert:{manifest['alert']}"
        and (said["purpose"], said["content_sha256"]) == (manifest["purpose"], manifest["content_sha256"])
    )


def _raw(o: Opened, progress: Progress | None) -> Iterator[Check]:
    """Reads the raw bytes once more and compares with the rows."""
    offsets = _pieces(o)
    mine, theirs = by_file(o.positions), by_file(o.other)
    said = {row["sha256"] or "": row for row in o.manifest["raw"]}
    if said.keys() != mine.keys() | theirs.keys():
        raise IntegrityError("the manifest does not name the raw files that the rows name.")
    total = {"rows": 0, "whole": 0, "noted": 0, "not_read": 0}
    for n, (sha, row) in enumerate(sorted(said.items())):
        if progress:
            progress("reading raw bytes again", n, len(said))
        found = dict.fromkeys(total, 0)
        for kind, of in (("positions", mine), ("other", theirs)):
            if sha not in of:
                continue
            member = row.get("member")
            suffix, cut = (Path(member).suffix, o.members[member]) if member else ("", b"")
            got = reread(suffix, cut, offsets.get(member or "", {}), of[sha], kind)  # type: ignore[arg-type]
            found = {k: found[k] + getattr(got, k) for k in found}
        if any(found[k] != row[k] for k in found):
            raise IntegrityError(
                f"raw/{sha[:16]}…: read again it gives other rows than the bundle shows "
                f"({found['whole']:,} equal, {row['whole']:,} when it was made)."
            )
        total = {k: total[k] + found[k] for k in total}
    if progress:
        progress("reading raw bytes again", len(said), len(said))
    text = (
        f"{total['whole']:,} of {total['rows']:,} rows read again from their raw bytes, equal in every column"
    )
    if total["noted"]:
        text += f"; {total['noted']:,} equal but for when or by whom they were heard, as noted on arrival"
    if total["not_read"]:
        text += (
            f"; {total['not_read']:,} NOT re-read: their raw bytes are not kept, or not enough to read them"
        )
    sure = total["whole"] == total["rows"] > 0
    yield Check("raw bytes", "ok" if sure else "note", text)


def _pieces(o: Opened) -> dict[str, dict[int, int]]:
    """By member: place in the excerpt -> offset in the raw file."""
    out: dict[str, dict[int, int]] = {}
    for piece in tables.from_csv(o.members[form.PIECES], tables.PIECES, form.PIECES).to_pylist():
        out.setdefault(piece["member"], {})[piece["at"]] = piece["raw_offset"]
    return out


def _originals(o: Opened, raw: list[Path]) -> Iterator[Check]:
    """The excerpts are what stands in the original files, where those are at hand."""
    said = {row["sha256"]: row for row in o.manifest["raw"] if row.get("member")}
    for path in raw:
        try:
            _, sha = measure(path)
        except OSError as e:
            raise InputError(
                e.strerror or str(e), where=str(path), remedy="Give an original file that can be read"
            ) from None
        if sha not in said:
            yield Check("original", "note", f"{path}: SHA-256 {sha[:16]}… is none that this bundle refers to")
            continue
        tables_of = [by_file(t).get(sha) for t in (o.positions, o.other)]
        wanted = [x for t in tables_of if t is not None for x in t.column("raw_offset").to_pylist()]
        cut = excerpt(path, [x for x in wanted if x is not None])
        if cut.suffix == ".parquet":
            same = pq.read_table(pa.BufferReader(cut.data)).equals(
                pq.read_table(pa.BufferReader(o.members[said[sha]["member"]]))
            )
        else:
            same = cut.data == o.members[said[sha]["member"]]
        if not same or cut.offsets != _pieces(o).get(said[sha]["member"]):
            raise IntegrityError(f"{path}: at the offsets named it holds other bytes than the bundle.")
        yield Check("original", "ok", f"{path}: the file named, and the excerpt stands in it byte for byte")


def _verdicts(o: Opened, progress: Progress | None) -> Iterator[Check]:
    """Computes the verdicts again and compares their bytes."""
    lines: dict[str, set[str]] = {}
    runs = [(Run.of(row), row) for row in o.manifest["runs"]]
    if any(v["run"] == "distress" for v in o.versions):
        lines["distress"] = {line_of(f) for f in distress_verdicts(o.positions, o.other)}
    with Grounds(o.members, o.manifest) as grounds:
        if runs:
            bases = sorted({grounds.base(row).fingerprint[:16] for _, row in runs})
            yield Check("geography", "ok", f"coast, ports and anchorages as they were: {', '.join(bases)}")
        for n, (run, row) in enumerate(runs):
            if progress:
                progress("computing the verdicts again", n, len(runs))
            profile, geography = grounds.profile(run), grounds.geography(run, row)
            heard = None
            if row["heard"]:
                heard = tables.heard_from(o.members[row["heard"]], row["heard"])
                check_heard(heard, row["heard"])
            again, _ = replay(run, o.positions, profile, geography, grounds.zones, heard)
            lines[run.name] = {line_of(f) for f in again}
    if progress and runs:
        progress("computing the verdicts again", len(runs), len(runs))
    for v in o.versions:
        c = v["content"]
        which = f"№ {v['id']} {c['kind']} of {c['subject']} since {c['t0']}, version {v['number']}"
        state = "stands" if v["current"] else "replaced" if v["replaced_by"] else "withdrawn"
        mark: State = "ok"
        if v["run"] is None:
            mark, text = "note", f"NOT reproducible: {v['not_reproducible']}"
        elif canonical(c) in lines.get(v["run"], set()):
            mark, text = "ok", f"reproduced byte for byte, {v['content_sha256'][:16]}"
        else:
            mark, text = "fail", "computed again it is NOT what the bundle says"
        yield Check("verdict", mark, f"{which} ({state}): {text}")
    for v in o.versions:
        _pointers(o, v)


def _pointers(o: Opened, v: dict[str, Any]) -> None:
    """The raw places a verdict names are places of rows that the bundle shows."""
    if not v["raw"]:
        return
    there = set()
    for table in (o.positions, o.other):
        there |= set(
            zip(table.column("raw_sha256").to_pylist(), table.column("raw_offset").to_pylist(), strict=True)
        )
    lost = [p for p in v["raw"] if (p["sha256"], p["offset"]) not in there]
    if lost:
        raise IntegrityError(
            f"verdict {v['id']} rests on byte {lost[0]['offset']} of {lost[0]['sha256'][:16]}…: no row."
        )
