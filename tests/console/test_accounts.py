"""What an administrator does to accounts over HTTP: said once more, then an act; refusals in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from huanqiong.core.errors import RefusedError
from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.roles import role_book


def page_of(username: str) -> str:
    return f"/accounts/{reads.person(username).code}/"


def row_of(username: str) -> Any:
    return reads.people(reads.person(username).code)[0]


def entries() -> int:
    return len(reads.audit(limit=500))


def do(client: Client, username: str, action: str, **given: Any) -> Any:
    """Sends an action and its second word."""
    path = f"{page_of(username)}{action}/"
    asked = client.post(path, given)
    assert asked.status_code == 200, asked.content.decode()[:300]
    return client.post(path, given | {"sure": "1"})


def test_an_account_is_made_after_a_second_word(signed_in: Callable[..., Client]) -> None:
    wang = signed_in("wang")
    given = {"username": "zhao", "name_zh": "赵海", "name_en": "Zhao Hai", "badge": "HN-1", "agency": "清澜"}
    before = entries()
    asked = wang.post("/accounts/new/", given).content.decode()
    assert "Zhao Hai" in asked
    assert 'name="sure" value="1"' in asked
    assert entries() == before, "asking changes nothing"
    made = wang.post("/accounts/new/", given | {"sure": "1"})
    assert made["Location"].startswith(page_of("zhao"))
    assert row_of("zhao").agency == "清澜"
    taken = wang.post("/accounts/new/", given | {"sure": "1"})
    assert taken.status_code == 409
    assert "There is already an account" in taken.content.decode()


@pytest.mark.parametrize("action", ["revoke", "close", "login", "end-sessions"])
def test_nothing_happens_before_the_second_word(signed_in: Callable[..., Client], action: str) -> None:
    wang = signed_in("wang")
    lin = signed_in("lin")
    before = entries()
    assert wang.post(f"{page_of('lin')}{action}/", {"role": "duty_officer"}).status_code == 200
    assert entries() == before
    assert lin.get("/api/alerts").status_code == 200


def test_a_role_is_granted_at_a_station_and_shown_everywhere(signed_in: Callable[..., Client]) -> None:
    wang = signed_in("wang")
    asked = wang.post(
        f"{page_of('nobody')}grant/",
        {"role": "coast_station", "unit": ["vms-qinglan"], "areas": "460105，469005"},
    ).content.decode()
    assert "Qinglan vessel station, 460105, 469005" in asked
    do(wang, "nobody", "grant", role="coast_station", unit=["vms-qinglan"], areas="460105，469005")
    grant = row_of("nobody").grants[0]
    assert (grant.units, grant.areas) == (("vms-qinglan",), ("460105", "469005"))
    assert "Coast station · Qinglan vessel station" in wang.get("/accounts/").content.decode()
    assert "Qinglan vessel station" in signed_in("nobody").get("/account/").content.decode()
    done = do(wang, "nobody", "revoke", role="coast_station")
    assert done["Location"].endswith("?done=revoke")
    assert row_of("nobody").grants == ()


def test_an_order_offers_its_buttons_to_whom_it_answers(signed_in: Callable[..., Client]) -> None:
    from datetime import UTC, datetime

    from huanqiong.desk.watch import acts as watch
    from huanqiong.desk.watch.access import access_queue

    lin = reads.person("lin")
    alert = next(a for a in access_queue(lin) if a.kind == "gap").id
    late = datetime(2099, 1, 1, tzinfo=UTC)
    here, there = (watch.order(alert, u, "look", late, by=lin) for u in ("vms-qinglan", "hp-46012"))
    acts.grant_role("nobody", "coast_station", by=OPERATOR, units=("vms-qinglan",))
    client = signed_in("nobody", "zh-hans")
    page = client.get("/orders/").content.decode()
    assert f'data-outcome="{here}"' in page
    assert f'data-outcome="{there}"' not in page
    refused = client.post(
        f"/api/orders/{there}/outcome", {"result": "no_hit"}, content_type="application/json"
    )
    assert refused.status_code == 403
    assert "仅适用于：vms-qinglan" in refused.json()["message"]
    asked = {"result": "no_hit"}
    assert (
        client.post(f"/api/orders/{here}/outcome", asked, content_type="application/json").status_code == 200
    )


@pytest.mark.parametrize(("language", "said"), [("en", "never sit on one account"), ("zh-hans", "互斥")])
def test_what_the_acts_refuse_is_said_on_the_page(
    signed_in: Callable[..., Client], language: str, said: str
) -> None:
    refused = do(signed_in("wang", language), "lin", "grant", role="care_worker")
    assert refused.status_code == 403
    assert said in refused.content.decode()
    assert row_of("lin").roles == ("duty_officer",)


def test_nobody_changes_their_own_account_from_here(signed_in: Callable[..., Client]) -> None:
    wang = signed_in("wang")
    page = wang.get(page_of("wang")).content.decode()
    assert "<select" not in page
    for action in ("grant", "close", "reset-factors", "unlock"):
        refused = do(wang, "wang", action, role="auditor")
        assert refused.status_code == 403, action
    assert row_of("wang").roles == ("administrator",)


def test_a_login_is_shown_once_and_works(signed_in: Callable[..., Client]) -> None:
    shown = do(signed_in("wang"), "lin", "login").content.decode()
    link = re.search(r'id="login-link">http://testserver(/login/[\w-]+)<', shown)
    assert link
    assert Client().get(link[1])["Location"] == "/"
    assert "login-link" not in signed_in("wang").get(page_of("lin")).content.decode()


def test_a_locked_account_is_shown_and_unlocked(signed_in: Callable[..., Client]) -> None:
    for _ in range(role_book().sign_in["max_failed"]):
        with pytest.raises(RefusedError):
            acts.sign_in("lin", "wrong", by=SYSTEM)
    wang = signed_in("wang")
    assert "locked until" in wang.get("/accounts/").content.decode()
    do(wang, "lin", "unlock")
    assert not row_of("lin").locked
    again = do(wang, "lin", "unlock")
    assert again.status_code == 409
    assert "is not locked" in again.content.decode()


def test_closing_and_opening(signed_in: Callable[..., Client]) -> None:
    wang, lin = signed_in("wang"), signed_in("lin")
    do(wang, "lin", "close")
    assert lin.get("/").status_code == 302
    assert "Open again" in wang.get(page_of("lin")).content.decode()
    do(wang, "lin", "open")
    assert row_of("lin").is_active


def test_who_only_looks_is_offered_nothing(signed_in: Callable[..., Client]) -> None:
    chen = signed_in("chen")
    page = chen.get(page_of("lin") + "?purpose=oversight", follow=True).content.decode()
    assert "Duty officer" in page
    assert "<form method" not in page.split("<main")[1]
    assert "/accounts/new/" not in chen.get("/accounts/").content.decode()


def test_accounts_are_found_by_name(signed_in: Callable[..., Client]) -> None:
    wang = signed_in("wang")
    found = wang.get("/accounts/?q=林").content.decode().split("<main")[1]
    assert page_of("lin") in found
    assert page_of("zhou") not in found
    assert "No account fits" in wang.get("/accounts/?q=zzz").content.decode()


def test_an_unknown_account_or_action_is_not_found(signed_in: Callable[..., Client]) -> None:
    wang = signed_in("wang")
    assert wang.get("/accounts/p-000000000000/").status_code == 404
    assert wang.post(f"{page_of('lin')}promote/").status_code == 404


def test_roles_without_a_desk_are_offered_as_such(signed_in: Callable[..., Client]) -> None:
    file = page_of("lin") + "?purpose=account.administration"
    page = signed_in("wang").get(file, follow=True).content.decode()
    for role in role_book().roles.values():
        option = re.search(rf'<option value="{role.code}">([^<]+)</option>', page)
        assert option, role.code
        assert ("desk not built yet" in option[1]) == (not role.permissions)
