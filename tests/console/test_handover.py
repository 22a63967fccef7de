"""The change of shifts in the console: a page that writes itself, signed by both, and who is on duty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from huanqiong.desk.trust import acts, reads
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.access import access_queue
from huanqiong.desk.watch.shifts import handovers, shift_of
from huanqiong.flows.jobs import jobs_of
from huanqiong.lake.store import Store


@pytest.fixture
def lin(signed_in: Callable[..., Client]) -> Client:
    return signed_in("lin")


@pytest.fixture
def zhou(signed_in: Callable[..., Client]) -> Client:
    return signed_in("zhou")


def text(client: Client) -> str:
    answer = client.get("/handover/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_shift_is_begun_and_left(lin: Client) -> None:
    assert "You are not on duty" in text(lin)
    assert lin.post("/handover/begin/").status_code == 302
    page = text(lin)
    assert "Sign and hand over" in page
    assert "林晓" in page
    assert lin.post("/handover/leave/").status_code == 302
    assert lin.post("/handover/leave/").status_code == 409
    assert shift_of(reads.person("lin").pk) is None


def test_a_handover_from_one_to_another(lin: Client, zhou: Client) -> None:
    me, next_one = reads.person("lin"), reads.person("zhou")
    alert = next(a for a in access_queue(me) if a.kind == "encounter").id
    watch.claim(alert, by=me)
    page = text(lin)
    assert f"/?alert={alert}" in page
    assert "Zhou Yan" in page
    given = lin.post("/handover/give/", {"taker": next_one.code, "note": "盯住 琼临渔31014"})
    assert given.status_code == 302
    assert "waits for 周岩" in text(lin)
    waiting = text(zhou)
    assert "林晓 hands over to you" in waiting
    assert "盯住 琼临渔31014" in waiting
    pk = handovers()[0].id
    assert lin.post(f"/handover/{pk}/take/").status_code == 403
    assert zhou.post(f"/handover/{pk}/take/", {"note": "收到"}).status_code == 302
    assert zhou.post(f"/handover/{pk}/take/").status_code == 409
    assert zhou.get(f"/api/alerts/{alert}").json()["row"]["mine"]
    past = text(lin)
    assert "收到" in past
    assert handovers()[0].sha256[:12] in past
    assert "hands over to you" not in text(zhou)


def test_what_is_refused_says_why_and_keeps_the_words(lin: Client) -> None:
    lin.post("/handover/begin/")
    answer = lin.post("/handover/give/", {"taker": reads.person("fu").code, "note": "写了很多"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "no role that claims" in page
    assert "写了很多" in page
    assert lin.post("/handover/give/", {"taker": ""}).status_code == 422


def test_it_is_taken_back(lin: Client) -> None:
    lin.post("/handover/begin/")
    lin.post("/handover/give/", {"taker": reads.person("zhou").code})
    pk = handovers()[0].id
    assert lin.post(f"/handover/{pk}/withdraw/").status_code == 302
    assert "Sign and hand over" in text(lin)


def test_who_claims_nothing_only_looks(signed_in: Callable[..., Client]) -> None:
    analyst = signed_in("fu")
    assert "no shift to hand over" in text(analyst)
    assert analyst.post("/handover/begin/").status_code == 403
    assert signed_in("chen").get("/handover/").status_code == 403


def test_it_is_chinese_too(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin", "zh-hans")
    client.post("/handover/begin/")
    page = text(client)
    assert "签字交班" in page
    assert "Sign" not in page


def test_the_clock_ends_the_shift_of_who_has_no_session(store: Store) -> None:
    watch.begin_shift(by=reads.person("lin"))
    watch.begin_shift(by=reads.person("zhou"))
    acts.begin_session(by=reads.person("zhou"), how="password", address="10.0.0.1")
    absent = next(job for job in jobs_of(store) if job.name == "alerts of absent officers")
    absent.do()
    assert shift_of(reads.person("lin").pk) is None
    assert shift_of(reads.person("zhou").pk) is not None
