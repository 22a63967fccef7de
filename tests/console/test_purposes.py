"""Purposes and second persons over HTTP: nothing without one, an entry either way, a file after a grant."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest
from django.test import Client

from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.purposes import purpose_book


def looks(username: str) -> list[tuple[str, bool]]:
    return [(x.purpose, x.refused) for x in reads.looks(f"person:{reads.person(username).code}")]


def test_an_accounts_file_opens_for_a_purpose_only(signed_in: Callable[..., Client]) -> None:
    chen, file = signed_in("chen"), f"/accounts/{reads.person('lin').code}/"
    asked = chen.get(file).content.decode()
    assert "named purpose only" in asked
    assert "Roles held" not in asked
    assert looks("lin") == []
    wrong = chen.get(f"{file}?purpose=research")
    assert wrong.status_code == 403
    assert "Roles held" not in wrong.content.decode()
    assert looks("lin") == [("research", True)]
    shown = chen.get(f"{file}?purpose=oversight", follow=True)
    assert shown.redirect_chain == [(file, 302)]
    page = shown.content.decode()
    assert "Roles held" in page
    assert "Oversight and audit" in page.split("Who opened this file")[1]
    assert looks("lin") == [("oversight", False), ("research", True)]
    assert "Roles held" in chen.get(file).content.decode(), "not asked again for a while"
    assert len(looks("lin")) == 2
    assert "named purpose only" in chen.get(f"/accounts/{reads.person('zhou').code}/").content.decode()
    mine = chen.get(f"/accounts/{reads.person('chen').code}/").content.decode()
    assert "Roles held" in mine
    theirs = signed_in("lin").get("/account/").content.decode().split("Who opened this file")[1]
    assert "Oversight and audit" in theirs, "the person sees who looked"
    assert theirs.count("refused") == 1


def test_the_purpose_page_is_in_chinese_too(signed_in: Callable[..., Client]) -> None:
    page = signed_in("chen", "zh-hans").get(f"/accounts/{reads.person('lin').code}/").content.decode()
    assert "须写明用途方可查阅" in page
    assert "《个人信息保护法》第 6 条" in page
    refused = signed_in("chen", "zh-hans").get(f"/accounts/{reads.person('lin').code}/?purpose=x")
    assert "须写明法定用途方可查阅" in refused.content.decode()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are a bulk export already."""
    classes = purpose_book().classes
    monkeypatch.setitem(classes, "alert.rows", dataclasses.replace(classes["alert.rows"], bulk_rows=3))


def test_rows_leave_for_a_purpose(signed_in: Callable[..., Client]) -> None:
    lin = signed_in("lin")
    asked = lin.get("/alerts/?format=csv&kind=gap")
    assert asked["Content-Type"].startswith("text/html")
    assert 'name="kind" value="gap"' in asked.content.decode()
    assert not reads.audit(act="record.export")
    assert lin.get("/alerts/?format=csv&kind=gap&purpose=complaint").status_code == 403
    file = lin.get("/alerts/?format=csv&kind=gap&purpose=report")
    assert file["Content-Type"].startswith("text/csv")
    entry = reads.audit(act="record.export")[0]
    assert entry.details["purpose"] == "report"
    assert entry.details["rows"] == len(file.content.decode("utf-8-sig").strip().splitlines()) - 1


def test_many_rows_leave_after_a_second_person(signed_in: Callable[..., Client], few: None) -> None:
    acts.create_person("zhang", by=OPERATOR, name_zh="张海", name_en="Zhang Hai")
    acts.grant_role("zhang", "supervisor", by=OPERATOR)
    lin, zhang = signed_in("lin"), signed_in("zhang")
    page = lin.get("/alerts/?format=csv&purpose=report").content.decode()
    assert "a second person must grant it first" in page
    given = dict(re.findall(r'<input type="hidden" name="(subject|rows|query)" value="([^"]*)"', page))
    assert given["subject"] == "list:alerts"
    given["query"] = given["query"].replace("&amp;", "&")
    assert lin.post("/approvals/ask/", given | {"reason": ""}).status_code == 422
    assert lin.post("/approvals/ask/", given | {"reason": "周报"}).status_code == 302
    wish = reads.approvals()[0]
    assert lin.get(f"/alerts/?format=csv&purpose=report&approval={wish.id}").status_code == 403
    assert lin.post(f"/approvals/{wish.id}/decide/", {"decision": "grant"}).status_code == 403
    waiting = zhang.get("/approvals/").content.decode()
    assert "周报" in waiting
    assert zhang.post(f"/approvals/{wish.id}/decide/", {"decision": "grant"}).status_code == 302
    mine = lin.get("/approvals/").content.decode()
    fetch = re.search(r'href="(/alerts/\?[^"]*approval=[^"]*)"', mine)
    assert fetch, "the page leads to the file"
    address = fetch[1].replace("&amp;", "&")
    named = lin.get(address).content.decode()
    assert 'value="report"' in named, "still for a purpose"
    file = lin.get(f"{address}&purpose=report")
    assert file["Content-Type"].startswith("text/csv"), file.content.decode()[:500]
    assert lin.get(f"{address}&purpose=report").status_code == 403, "once"
    assert reads.approvals()[0].state == "used"


def test_another_factors_are_reset_by_two(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from allauth.mfa.models import Authenticator

    from huanqiong.console.pages import account_acts

    monkeypatch.setattr(account_acts, "_two", lambda: True)  # as in a live store
    lin = reads.person("lin")
    Authenticator.objects.create(user_id=lin.pk, type="totp", data={"secret": "sealed"})
    acts.create_person("zhang", by=OPERATOR, name_zh="张海")
    acts.grant_role("zhang", "privacy_officer", by=OPERATOR)
    wang, zhang = signed_in("wang"), signed_in("zhang")
    path = f"/accounts/{lin.code}/reset-factors/"
    page = wang.post(path).content.decode()
    assert "a second person must grant it first" in page
    assert 'name="act" value="factor.reset"' in page
    assert wang.post(path, {"sure": "1"}).status_code == 200, "asked, not done"
    given = {"act": "factor.reset", "code": lin.code, "reason": "lost phone, came to the desk"}
    assert wang.post("/approvals/ask/", given).status_code == 302
    wish = reads.approvals()[0]
    sure = {"approval": wish.id, "sure": "1"}
    assert wang.post(path, sure).status_code == 403, "not decided yet"
    assert "came to the desk" in zhang.get("/approvals/").content.decode()
    assert zhang.post(f"/approvals/{wish.id}/decide/", {"decision": "grant"}).status_code == 302
    other = f"/accounts/{reads.person('zhou').code}/reset-factors/"
    assert wang.post(other, sure).status_code == 403, "for another account"
    assert f'action="{path}"' in wang.get("/approvals/").content.decode()
    asked = wang.post(path, {"approval": wish.id}).content.decode()
    assert f'name="approval" value="{wish.id}"' in asked
    assert wang.post(path, sure).status_code == 302
    assert not reads.has_factor(lin.pk)
    assert reads.approvals()[0].state == "used"
    assert reads.audit(act="factor.reset")[0].details == {"approval": wish.id, "factor": ["totp"]}


def test_who_decides_sees_and_refuses(signed_in: Callable[..., Client], few: None) -> None:
    acts.create_person("zhang", by=OPERATOR, name_zh="张海")
    acts.grant_role("zhang", "privacy_officer", by=OPERATOR)
    lin, zhang = signed_in("lin"), signed_in("zhang", "zh-hans")
    asked = {"subject": "list:alerts", "rows": "9", "query": "kind=gap", "reason": "统计"}
    lin.post("/approvals/ask/", asked)
    assert lin.post("/approvals/ask/", asked | {"rows": "many"}).status_code == 422
    assert lin.post("/approvals/ask/", asked | {"subject": "list:people"}).status_code == 422
    wish = reads.approvals()[0]
    assert wish.scope == {"rows": 10, "filters": {"kind": "gap"}}
    page = zhang.get("/approvals/").content.decode()
    assert "统计" in page
    assert "批准" in page
    zhang.post(f"/approvals/{wish.id}/decide/", {"decision": "refuse", "reason": "无必要"})
    assert zhang.post(f"/approvals/{wish.id}/decide/", {"decision": "grant"}).status_code == 409
    assert zhang.post("/approvals/999/decide/", {"decision": "grant"}).status_code == 404
    assert "无必要" in lin.get("/approvals/").content.decode()
    assert lin.post(f"/approvals/{wish.id}/withdraw/").status_code == 302
    assert lin.post(f"/approvals/{wish.id}/withdraw/").status_code == 409
