"""Rate limits: the counters, alone and shared by processes, and what a person meets who asks too often."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from huanqiong import data
from huanqiong.console import counters as room
from huanqiong.console import limits
from huanqiong.console.counters import Counters

SPAWN = multiprocessing.get_context("spawn")
PASSWORD = "a-long-enough-password"


def take(file: str, n: int, out: Any) -> None:
    c = Counters(Path(file))
    out.put(sum(c.take("name:lin-xiao", every_s=1000, burst=100) == 0 for _ in range(n)))


def take_for_ever(file: str, ready: Any) -> None:
    c = Counters(Path(file))
    ready.set()
    while True:
        c.take("other", every_s=1e-9, burst=1)


def test_a_burst_then_one_at_a_time() -> None:
    c = Counters(None)
    assert [c.take("a", every_s=10, burst=3, now=100.0) for _ in range(4)] == [0, 0, 0, 10]
    assert c.take("b", every_s=10, burst=3, now=100.0) == 0, "another key has a share of its own"
    assert c.take("a", every_s=10, burst=3, now=104.0) == 6
    assert c.take("a", every_s=10, burst=3, now=110.0) == 0
    assert c.take("a", every_s=10, burst=3, now=110.0) == 10
    assert [c.take("a", every_s=10, burst=3, now=999.0) for _ in range(4)] == [0, 0, 0, 10]


@given(
    burst=st.integers(1, 8),
    every_s=st.sampled_from([0.5, 1.0, 7.0]),
    steps=st.lists(st.floats(0, 20, allow_nan=False), min_size=1, max_size=60),
)
def test_no_time_span_holds_more_than_its_share(burst: int, every_s: float, steps: list[float]) -> None:
    c, now, passed = Counters(None), 1000.0, []
    for step in steps:
        now += step
        wait = c.take("k", every_s=every_s, burst=burst, now=now)
        if wait == 0:
            passed.append(now)
        else:
            assert 0 < wait <= every_s + 1e-6
            assert c.take("k", every_s=every_s, burst=burst, now=now + wait * 0.99 - 2e-6) > 0
    c.close()
    for i, a in enumerate(passed):
        for n, b in enumerate(passed[i:], 1):
            assert n <= burst + (b - a) / every_s + 1e-6


def test_processes_share_one_count(tmp_path: Path) -> None:
    file, out = tmp_path / "run" / "x.limits", SPAWN.Queue()
    running = [SPAWN.Process(target=take, args=(str(file), 90, out)) for _ in range(3)]
    for p in running:
        p.start()
    allowed = sum(out.get(timeout=60) for _ in running)
    for p in running:
        p.join()
    assert allowed == 100, "of 270 tries in three processes exactly the burst"
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"lin-xiao" not in file.read_bytes(), "the file names nobody"


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    file, ready = tmp_path / "x.limits", SPAWN.Event()
    busy = SPAWN.Process(target=take_for_ever, args=(str(file), ready))
    busy.start()
    try:
        assert ready.wait(60)
        time.sleep(0.05)
    finally:
        os.kill(busy.pid or 0, signal.SIGKILL)
        busy.join()
    c = Counters(file)
    assert c.take("mine", every_s=10, burst=1) == 0
    assert c.take("mine", every_s=10, burst=1) > 0


def test_another_start_of_the_machine_forgets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.limits"
    c = Counters(file)
    assert c.take("a", every_s=1e6, burst=1) == 0
    assert c.take("a", every_s=1e6, burst=1) > 0
    c.close()
    assert Counters(file).take("a", every_s=1e6, burst=1) > 0, "a restart of the server forgets nothing"
    monkeypatch.setattr(room, "_boot", lambda: b"another".ljust(36))
    assert Counters(file).take("a", every_s=1e6, burst=1) == 0


def test_a_full_disk_leaves_a_process_its_own_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    c = Counters(tmp_path / "x.limits")
    assert not c.shared
    assert c.take("a", every_s=10, burst=1) == 0
    assert c.take("a", every_s=10, burst=1) > 0


def test_many_keys_push_out_only_what_used_least() -> None:
    c = Counters(None)
    assert c.take("mine", every_s=10, burst=50, now=100.0) == 0
    for _ in range(49):
        c.take("mine", every_s=10, burst=50, now=100.0)
    for n in range(50_000):
        c.take(f"stranger {n}", every_s=10, burst=50, now=100.0)
    assert c.take("mine", every_s=10, burst=50, now=100.0) > 0


def sign_in(client: Client, username: str, password: str = "wrong", **more: Any) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password}, **more)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_account_is_tried_ten_times_at_once(store: object, language: str) -> None:
    client = Client()
    client.cookies["hq_lang"] = language
    for n in range(10):
        client.defaults["REMOTE_ADDR"] = f"203.0.113.{n}"  # from wherever they try
        assert sign_in(client, "lin").status_code in (401, 403)
    answer = sign_in(client, "LIN ")
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 180
    text = answer.content.decode()
    assert ("Too many requests" if language == "en" else "请求过多") in text
    assert ("Too many requests" in text) == (language == "en")
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in text
    assert "演练" in text
    assert sign_in(client, "zhou").status_code == 401, "another account is not locked with it"


def test_one_address_tries_120_accounts_at_once(store: object) -> None:
    client = Client(REMOTE_ADDR="2001:db8:1:2::1")
    statuses = [sign_in(client, f"nobody-{n}").status_code for n in range(121)]
    assert statuses == [401] * 120 + [429]
    neighbour = Client(REMOTE_ADDR="2001:db8:1:2:ffff::9")
    assert sign_in(neighbour, "x").status_code == 429, "the /64 is one household"
    assert sign_in(Client(REMOTE_ADDR="2001:db8:1:3::1"), "x").status_code == 401
    lie = sign_in(client, "x", HTTP_X_FORWARDED_FOR="198.51.100.7")
    assert lie.status_code == 429, "a header that anyone can send moves nobody"


def test_one_time_links_are_bounded_by_address(store: object) -> None:
    statuses = [Client().get(f"/login/{'x' * 43}{n}").status_code for n in range(62)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:60]


def test_the_api_answers_in_its_own_words(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("lin")
    tight = [x for x in limits.limits() if x.name == "api"]
    monkeypatch.setattr(
        limits, "limits", lambda: [limits.Limit(**(_fields(tight[0]) | {"burst": 3, "every_s": 60.0}))]
    )
    statuses = [client.get("/api/orders").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    answer = client.get("/api/orders")
    assert "Too many requests" in answer.json()["message"]
    assert int(answer["Retry-After"]) >= 1
    assert signed_in("zhou").get("/api/orders").status_code == 200, "each account has its own share"


def test_exports_of_one_account_are_few(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("lin")
    statuses = [client.get("/alerts/?format=csv").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    assert client.get("/alerts/").status_code == 200


def _fields(limit: limits.Limit) -> dict[str, Any]:
    return {name: getattr(limit, name) for name in limits.Limit.__dataclass_fields__}


EXAMPLES = {
    "sign_in_address": ("POST", "/sign-in/", ""),
    "sign_in_name": ("POST", "/sign-in/", ""),
    "one_time_token": ("GET", "/login/abc", ""),
    "second_factor": ("POST", "/sign-in/second/", ""),
    "export_file": ("POST", "/api/alerts/12/evidence", ""),
    "export_table": ("GET", "/audit/", "act=zone&format=csv"),
    "export_visits": ("GET", "/api/zones/3/visits.csv", "t0=1&t1=2"),
    "upload": ("POST", "/api/zones", ""),
    "stream": ("GET", "/api/stream", ""),
    "api": ("GET", "/api/alerts/7", ""),
    "nobody": ("GET", "/alerts/", ""),
}


def test_every_limit_fits_what_it_is_meant_for(rf: Any) -> None:
    assert {x.name for x in limits.limits()} == EXAMPLES.keys()
    for limit in limits.limits():
        method, path, query = EXAMPLES[limit.name]
        request = rf.generic(method, path, QUERY_STRING=query)
        assert limit.fits(request), limit.name
        assert limit.by in limits._KEYS
        assert limit.burst >= 1
        assert limit.every_s > 0
    plain = rf.get("/audit/")
    assert [x.name for x in limits.limits() if x.fits(plain)] == ["nobody"]
    assert not [x for x in limits.limits() if x.fits(rf.get("/healthz"))], "probes are never refused"


def test_every_number_has_a_source() -> None:
    d = data.toml("limits.toml")
    for row in [*d["limit"], d["body"], *d["body"]["wider"]]:
        assert re.match(r"own: \w|[A-Z]+ ", row["source"]), row
