"""The form of an evidence bundle: its members, its manifest, its signature. No Django, no store."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import huanqiong
from huanqiong.core.errors import IntegrityError
from huanqiong.desk.trust.canonical import canonical
from huanqiong.desk.trust.suites import SigningKey, VerifyKey

FORMAT: Final = "huanqiong-evidence/3"
"""What is written. Of format 2, without the list of electronic data, bundles are read too."""
FORMATS: Final = ("huanqiong-evidence/2", FORMAT)
MANIFEST, SIGNATURE, KEY = "manifest.json", "manifest.sig", "store-key.pem"
README, ALERT, VERDICTS, FROZEN, AUDIT = (
    "README.txt",
    "alert.json",
    "verdicts.jsonl",
    "frozen.jsonl",
    "audit.jsonl",
)
POSITIONS, OTHER, ZONES, PIECES = "positions.csv", "other.csv", "zones.geojson", "raw/pieces.csv"
LIST, SIGN_TEXT, SIGN_HTML = "electronic-data.json", "signatures.txt", "signatures.html"
LISTS: Final = (LIST, SIGN_TEXT, SIGN_HTML)
"""The list of electronic data, and the page to sign over it, twice; they do not list themselves."""
BOARDING: Final = "boarding.jsonl"
_OLD: Final = (README, ALERT, VERDICTS, FROZEN, AUDIT, POSITIONS, PIECES)
ALWAYS: Final = (*_OLD, *LISTS)
"""Members every bundle has, besides manifest, signature and key."""
_UNLISTED: Final = (MANIFEST, SIGNATURE, KEY)
_SIGNER: Final = "huanqiong evidence"


def sha256(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def always(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """The members that every bundle of this manifest's format has."""
    return ALWAYS if manifest["format"] == FORMAT else _OLD


def known(manifest: Mapping[str, Any]) -> set[str]:
    """Every member with a fixed name that this manifest's format has."""
    more = {BOARDING} if manifest["format"] == FORMAT else set()
    return {*always(manifest), OTHER, ZONES, *more}


def json_bytes(value: Any) -> bytes:
    """A value as one line of canonical JSON."""
    return canonical(value).encode() + b"\n"


def listed(members: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """What the manifest says of each member."""
    return {
        name: {"sha256": sha256(data), "bytes": len(data)}
        for name, data in sorted(members.items())
        if name not in _UNLISTED
    }


def content_sha256(members: Mapping[str, bytes]) -> str:
    """The fingerprint of what is handed out, all but the log's entries: the log names it in its own entry."""
    names = sorted(n for n in members if n not in (*_UNLISTED, AUDIT))
    return sha256("".join(f"{sha256(members[n])}  {n}\n" for n in names).encode())


@cache
def code_sha256() -> str:
    """The fingerprint of this program's own source files."""
    root = Path(huanqiong.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(f"{sha256(file.read_bytes())}  {file.relative_to(root).as_posix()}\n".encode())
    return digest.hexdigest()


def sign(manifest: bytes, key: SigningKey) -> tuple[bytes, bytes]:
    """(signature file, key file). The signature covers the manifest, which names every member's hash."""
    text = f"{_SIGNER} {base64.b64encode(key.sign(manifest)).decode()}\n"
    return text.encode(), key.public().pem()


def check_signature(manifest: bytes, signature: bytes, key: VerifyKey) -> None:
    """IntegrityError unless the key signed exactly this manifest."""
    try:
        text = signature.decode("ascii").removesuffix("\n")
        signer, _, encoded = text.rpartition(" ")
        raw = base64.b64decode(encoded, validate=True)
        same = f"{_SIGNER} {base64.b64encode(raw).decode()}\n".encode() == signature
    except ValueError:
        raise IntegrityError(f"{SIGNATURE}: this is no signature.") from None
    if signer != _SIGNER or not same:
        raise IntegrityError(f"{SIGNATURE}: this is no signature.")
    if not key.verifies(raw, manifest):
        raise IntegrityError(
            f"The signature does not hold: {MANIFEST} or {SIGNATURE} was changed, or another key signed it."
        )


def read_manifest(data: bytes) -> dict[str, Any]:
    """The manifest; IntegrityError: not in canonical form, or of another format."""
    try:
        value = json.loads(data)
        if json_bytes(value) != data or not isinstance(value, dict):
            raise ValueError("not canonical JSON")
    except (ValueError, RecursionError) as e:
        raise IntegrityError(f"{MANIFEST}: its bytes were changed ({e}).") from None
    if value.get("format") not in FORMATS:
        raise IntegrityError(
            f"{MANIFEST}: format {value.get('format')!r}; this program reads {', '.join(FORMATS)}. "
            f"Verify it with the version that the manifest names."
        )
    return value


def read_lines(data: bytes, name: str) -> list[dict[str, Any]]:
    """A member of JSON lines, each canonical."""
    out = []
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        try:
            value = json.loads(line)
            if json_bytes(value) != line or not isinstance(value, dict):
                raise ValueError("not canonical JSON")
        except (ValueError, RecursionError) as e:
            raise IntegrityError(f"{name}, line {number}: {e}.") from None
        out.append(value)
    return out
