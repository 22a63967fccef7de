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
        root = Path(self._place.name)
        for name, data in self._members.items():
            room, _, file = name.partition("/")
            if room in ("profiles", "geography") and "/" not in file:
                (root / room).mkdir(exist_ok=True)
                (root / room / file).write_bytes(data)
        self._root = root
        own = root / "geography"
        self._base = load_geography(self._manifest["store"]["theatre"], own if own.is_dir() else None)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._place.cleanup()

    def check(self) -> str:
        """IntegrityError unless this program's geography is the one the verdicts were found over."""
        said = self._manifest["geography"]
        if self._base.fingerprint != said:
            product = self._manifest["product"]
            raise IntegrityError(
                f"the verdicts were found over geography {said[:16]}, this program carries "
                f"{self._base.fingerprint[:16]}. Install huanqiong {product['version']} and verify with it."
            )
        return f"the same coast, ports and anchorages: {said[:16]}"

    @property
    def zones(self) -> list[Zone]:
        """The zones enclosed."""
        data = self._members.get(form.ZONES)
        return tables.zones_from(data, form.ZONES) if data is not None else []

    def profile(self, run: Run) -> Profile:
        """The rules of a run, from the enclosed file."""
        return load_profile(self._root / "profiles" / f"{run.profile}.toml")

    def geography(self, run: Run, row: Mapping[str, Any]) -> Geography:
        """A run's geography, anchorages found from traffic included; IntegrityError: not the one named."""
        out = self._base
        if row["anchorages"]:
            lat, lon, label = tables.places_from(self._members[row["anchorages"]], row["anchorages"])
            own = out.anchorages
            out = out.with_anchorages([*own.lat, *lat], [*own.lon, *lon], [*own.label, *label])
        if out.fingerprint != run.geography:
            raise IntegrityError(
                f"run {run.name}: geography {out.fingerprint[:16]}, the manifest says {run.geography[:16]}."
            )
        return out
