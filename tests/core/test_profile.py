"""Profiles: every number has a source; what is wrong with a file is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from huanqiong.core.errors import InputError, UsageError
from huanqiong.core.profile import load_profile


@pytest.mark.parametrize("name", ["gfw", "hainan"])
def test_bundled_profiles_carry_sources_and_bands(name: str) -> None:
    p = load_profile(name)
    version = {"gfw": "2026.1", "hainan": "2026.2"}[name]
    assert (p.name, p.version, p.valid_from) == (name, version, "2026-11-23")
    for section, limits in p.sections.items():
        for limit in limits.values():
            assert len(limit.source) > 2
        if "bands" in limits:
            two, three = p.bands(section)
            assert 0 < two < three


def test_the_gfw_profile_is_gfw_s() -> None:
    p = load_profile("gfw")
    assert p.micros("gap", "min_gap_s") == 6 * 3_600_000_000
    assert p.limit("encounter", "max_dist_m").unit == "m"
    assert (p.value("port_visit", "entry_m"), p.value("port_visit", "exit_m")) == (3000, 4000)


def test_unknown_and_broken_profiles(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gfw, hainan"):
        load_profile("gwf")
    file = tmp_path / "own.toml"
    file.write_text('name = "own"\n', encoding="utf-8")
    with pytest.raises(InputError, match="needs version, author"):
        load_profile(file)
    head = 'name = "own"\nversion = "1"\nauthor = "a"\nsource = "s"\nvalid_from = "2026-01-01"\n[gap]\n'
    file.write_text(head + "min_gap_s = 5\n", encoding="utf-8")
    with pytest.raises(InputError, match="min_gap_s needs a value and a source"):
        load_profile(file)
    file.write_text(head + 'min_gap_s = { value = "x", source = "s" }\n', encoding="utf-8")
    p = load_profile(file)
    with pytest.raises(InputError, match="must be a number"):
        p.number("gap", "min_gap_s")
    with pytest.raises(InputError, match=r"no \[gap\] bands"):
        p.bands("gap")
