"""What verdicts rest on besides rows: rules, geography and zones, as a bundle encloses them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from huanqiong.core.errors import IntegrityError
from huanqiong.core.geography import Geography, load_geography
from huanqiong.core.profile import Profile, load_profile
from huanqiong.flows.evidence import form, tables
from huanqiong.flows.evidence.replay import Run
from huanqiong.lines.sea.kernels import Zone


class Grounds:
    """Lays the enclosed files where the program's own readers find them, as long as it is open."""

    def __init__(self, members: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
        self._members, self._manifest = members, manifest

    def __enter__(self) -> Grounds:
        self._place = tempfile.TemporaryDirectory(prefix="hq-evidence-")
        self._root = Path(self._place.name)
        for name, data in self._members.items():
            if name.startswith(("profiles/", "geography/")):  # names are checked when a bundle is read
                (self._root / name).parent.mkdir(parents=True, exist_ok=True)
                (self._root / name).write_bytes(data)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._place.cleanup()

    @property
    def zones(self) -> list[Zone]:
        """The zones enclosed."""
        data = self._members.get(form.ZONES)
        return tables.zones_from(data, form.ZONES) if data is not None else []

    def profile(self, run: Run) -> Profile:
        """The rules of a run, from the enclosed file."""
        name = f"profiles/{run.profile}.toml"
        if name not in self._members:
            raise IntegrityError(f"run {run.name}: {name} is not in the bundle.")
        return load_profile(self._root / name)

    def base(self, row: Mapping[str, Any]) -> Geography:
        """A run's coast, ports and charted anchorages; IntegrityError where this program has others."""
        files = row["geography_files"]
        if files and not any(n.startswith(f"{files}/") for n in self._members):
            raise IntegrityError(f"run {row['name']}: {files} is not in the bundle.")
        own = self._root / files if files else None
        base = load_geography(self._manifest["store"]["theatre"], own)
        if base.fingerprint != row["base"]:
            product = self._manifest["product"]
            raise IntegrityError(
                f"run {row['name']} was over geography {row['base'][:16]}, this program has "
                f"{base.fingerprint[:16]}. Install huanqiong {product['version']} and verify with it."
            )
        return base

    def geography(self, run: Run, row: Mapping[str, Any]) -> Geography:
        """A run's geography, anchorages found from traffic included; IntegrityError: not the one named."""
        out = self.base(row)
        if row["anchorages"]:
            lat, lon, label = tables.places_from(self._members[row["anchorages"]], row["anchorages"])
            own = out.anchorages
            out = out.with_anchorages([*own.lat, *lat], [*own.lon, *lon], [*own.label, *label])
        if out.fingerprint != run.geography:
            raise IntegrityError(
                f"run {run.name}: geography {out.fingerprint[:16]}, the manifest says {run.geography[:16]}."
            )
        return out
