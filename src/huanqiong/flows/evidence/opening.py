"""Opening a bundle: its bytes, who signed it, every member. What fails here leaves nothing to believe."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

import huanqiong
from huanqiong.core.errors import InputError, IntegrityError
from huanqiong.core.schema import OTHER, POSITIONS
from huanqiong.desk.trust.suites import VerifyKey, read_verify_key
from huanqiong.flows.evidence import form, tables
from huanqiong.flows.evidence.bounds import check_bounds

State = Literal["ok", "note", "fail"]
_FORM = re.compile(
    r"(?:runs/\d+/(?:heard|anchorages)\.csv|raw/[0-9a-f]{64}\.[a-z]+|profiles/.+\.toml|geography/[0-9a-f]{16}/.+)"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: `ok`, `note` (true, but know this) or `fail`. `text` is safe to print."""

    name: str
    state: State
    text: str

    def __post_init__(self) -> None:
        # A bundle's own texts are in it: nothing may steer the terminal that shows them.
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in self.text)
        object.__setattr__(self, "text", shown)


@dataclass
class Opened:
    """A bundle whose bytes, signature and members hold."""

    members: dict[str, bytes]
    manifest: dict[str, Any]
    versions: list[dict[str, Any]]
    positions: pa.Table
    other: pa.Table


def signed(members: dict[str, bytes], key: VerifyKey | None) -> tuple[dict[str, Any], VerifyKey]:
    """The manifest, and who signed it."""
    for name in (form.MANIFEST, form.SIGNATURE, form.KEY):
        if name not in members:
            raise IntegrityError(f"{name} is missing: without it nothing here can be believed.")
    try:
        enclosed = read_verify_key(members[form.KEY])
    except InputError:
        raise IntegrityError(f"{form.KEY}: its bytes were changed: it is no key.") from None
    if enclosed.pem() != members[form.KEY]:
        raise IntegrityError(f"{form.KEY}: its bytes were changed.")
    if key is not None and fingerprint(key) != fingerprint(enclosed):
        raise IntegrityError(
            f"signed by key {fingerprint(enclosed)}, not by the one given, {fingerprint(key)}: "
            f"another store made it, or somebody signed it again."
        )
    form.check_signature(members[form.MANIFEST], members[form.SIGNATURE], key or enclosed)
    return form.read_manifest(members[form.MANIFEST]), enclosed


def fingerprint(key: VerifyKey) -> str:
    """How a key is told apart by eye: 32 hex digits of its SHA-256."""
    return hashlib.sha256(key.pem()).hexdigest()[:32]


def signature_said(signer: VerifyKey, key: VerifyKey | None) -> Check:
    if key is not None:
        return Check("signature", "ok", f"Ed25519 by the key given, {fingerprint(signer)}")
    return Check(
        "signature",
        "note",
        f"Ed25519 by key {fingerprint(signer)}, which the bundle itself brings: NOT pinned. "
        f"Get the store's key by another way and give it with --key.",
    )


def about(manifest: dict[str, Any]) -> Iterator[Check]:
    store, product = manifest["store"], manifest["product"]
    drill = "演练 / DRILL, invented: " if manifest["drill"] else ""
    yield Check(
        "about",
        "note" if manifest["drill"] else "ok",
        f"{drill}alert {manifest['alert']} of store {store['name']} ({store['title_zh']} / "
        f"{store['title_en']}), exported {manifest['exported_at']} by {manifest['exporter']['name']} for: "
        f"{manifest['purpose']}",
    )
    if product["code_sha256"] == form.code_sha256():
        yield Check("program", "ok", f"the same: huanqiong {product['version']}")
    else:
        yield Check(
            "program",
            "note",
            f"made by huanqiong {product['version']} ({product['code_sha256'][:16]}), checked by "
            f"{huanqiong.__version__} ({form.code_sha256()[:16]}): what follows is computed by the latter",
        )


def opened(members: dict[str, bytes], manifest: dict[str, Any]) -> Opened:
    """Every member's hash, none missing, none more; then the tables."""
    files = manifest["files"]
    there = members.keys() - {form.MANIFEST, form.SIGNATURE, form.KEY}
    if missing := sorted((files.keys() | set(form.always(manifest))) - there):
        raise IntegrityError(f"{missing[0]} is missing ({len(missing)} in all): the bundle is not whole.")
    if added := sorted(there - files.keys()):
        raise IntegrityError(f"{added[0]} was added ({len(added)} in all): the manifest does not name it.")
    for name, said in sorted(files.items()):
        if form.sha256(members[name]) != said["sha256"] or len(members[name]) != said["bytes"]:
            raise IntegrityError(f"{name}: its bytes were changed: the SHA-256 is not the manifest's.")
    if form.content_sha256(members) != manifest["content_sha256"]:
        raise IntegrityError("the content's fingerprint is not the manifest's.")
    named = form.known(manifest)
    if strange := sorted(n for n in files if n not in named and not _FORM.fullmatch(n)):
        raise IntegrityError(f"{strange[0]}: the format {manifest['format']} has no such member.")
    for name in files:
        check_bounds(name, members[name])
    positions = tables.from_csv(members[form.POSITIONS], POSITIONS, form.POSITIONS)
    other = OTHER.empty_table()
    if form.OTHER in members:
        other = tables.from_csv(members[form.OTHER], OTHER, form.OTHER)
    versions = form.read_lines(members[form.VERDICTS], form.VERDICTS)
    return Opened(members, manifest, versions, positions, other)
