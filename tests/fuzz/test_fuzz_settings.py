"""What a person writes by hand: profiles and stores in TOML. Misspelt, they are refused with the place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from tests.fuzz.mutate import bent, fuzzing, tolerated

from huanqiong.core.errors import HuanqiongError
from huanqiong.core.profile import load_profile
from huanqiong.data import path
from huanqiong.lake.store import create_store, open_store

PROFILE = path("profiles/hainan.toml").read_bytes()
WRONG = ("[" * 5000, "a = " + "[" * 5000, "", "\x00", "name = 3", "a.b.c.d = 1", "kind = 1\ntitle_zh = 2\n")


def test_a_bent_profile_is_read_or_refused(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"

    @fuzzing(200)
    @given(data=bent(PROFILE))
    def run(data: bytes) -> None:
        file.unlink(missing_ok=True)
        file.write_bytes(data)
        profile = tolerated(lambda: load_profile(file))
        if not isinstance(profile, HuanqiongError):
            for section in profile.sections.values():
                for limit in section.values():
                    assert limit.source

    run()


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_profile_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    assert isinstance(tolerated(lambda: load_profile(file)), HuanqiongError)
    assert isinstance(tolerated(lambda: load_profile(tmp_path)), HuanqiongError)


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_store_is_refused(text: str, hq_home: Path) -> None:
    store = create_store("x", kind="drill", title_zh="甲", title_en="A")
    (store.path / "store.toml").write_text(text)
    assert isinstance(tolerated(lambda: open_store("x")), HuanqiongError)


def test_a_bent_store_is_opened_or_refused(hq_home: Path) -> None:
    file = create_store("x", kind="drill", title_zh="甲", title_en="A").path / "store.toml"

    @fuzzing(200)
    @given(data=bent(file.read_bytes()))
    def run(data: bytes) -> None:
        file.write_bytes(data)
        store = tolerated(lambda: open_store("x"))
        if not isinstance(store, HuanqiongError):
            assert store.kind in ("live", "archive", "drill")
            assert all(
                isinstance(t, str) for t in (store.title_zh, store.title_en, store.theatre, store.clock)
            )
        file.write_bytes(good)

    good = file.read_bytes()
    run()


@pytest.mark.parametrize("name", ["", "..", "../x", "/etc", "x/../y", "x\x00", "X", "a" * 41, ".hidden"])
def test_a_stores_name_is_no_path(name: str, hq_home: Path) -> None:
    assert isinstance(tolerated(lambda: open_store(name)), HuanqiongError)
    with pytest.raises(HuanqiongError):
        create_store(name, kind="drill", title_zh="甲", title_en="A")
