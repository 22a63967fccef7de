"""Second factors over HTTP: enrolled, asked for, used once, lost, removed; each step in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from factor_codes import code

from huanqiong.desk.trust import acts, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.roles import role_book

PASSWORD = "a-long-enough-word-9"
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the seed of RFC 6238's appendix B


def secret_on(page: Any) -> str:
    found = re.search(r'class="mono secret">([A-Z2-7 ]+)<', page.content.decode())
    assert found
    return found[1].replace(" ", "")


def enrol(client: Client) -> tuple[str, list[str]]:
    """An authenticator app for whoever the client is; (its secret, recovery codes)."""
    secret = secret_on(client.get("/account/app/"))
    done = client.post("/account/app/", {"code": code(secret, steps=-1)})
    assert done.status_code == 200
    codes = re.findall(r'<li class="mono">([0-9 ]+)</li>', done.content.decode())
    return secret, codes


def with_password(username: str) -> Client:
    acts.set_password(username, PASSWORD, by=OPERATOR)
    client = Client()
    client.cookies["hq_lang"] = "en"
    return client


def give(client: Client, username: str, password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password})


def logged(prefix: str) -> list[tuple[str, dict[str, Any]]]:
    return [(e.act, e.details) for e in reads.audit(act=prefix, limit=50)]


def test_the_tests_app_is_the_rfcs() -> None:
    # RFC 6238 appendix B, SHA-1, the last six of eight digits.
    for at, digits in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert code(RFC, at=at) == digits


def test_an_app_is_enrolled_and_asked_for_at_the_next_sign_in(signed_in: Callable[..., Client]) -> None:
    secret, codes = enrol(signed_in("lin"))
    assert len(codes) == 10
    assert len(set(codes)) == 10
    client = with_password("lin")
    first = give(client, "lin")
    assert first["Location"] == "/sign-in/second/"
    assert client.get("/").status_code == 302, "half a sign-in opens nothing"
    assert client.get("/api/alerts").status_code == 401
    second = client.post("/sign-in/second/", {"code": code(secret)})
    assert second["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.get("/sign-in/second/")["Location"] == "/sign-in/", "the second step is done"
    acts_of = [a for a, _ in logged("login")]
    assert acts_of[:2] == ["login.factor", "login.password"]
    begun = next(d for a, d in logged("session.begin"))
    assert begun["how"] == "password+totp"
    assert ("factor.add", {"factor": "totp"}) in logged("factor")


def test_a_one_time_login_asks_for_the_factor_too(signed_in: Callable[..., Client]) -> None:
    secret, _codes = enrol(signed_in("lin"))
    client = Client()
    token = acts.issue_login("lin", by=OPERATOR)
    assert client.get(f"/login/{token}")["Location"] == "/sign-in/second/"
    assert client.post("/sign-in/second/", {"code": code(secret)})["Location"] == "/"


def test_a_code_is_good_once_and_the_enrolling_one_never_again(signed_in: Callable[..., Client]) -> None:
    secret, _codes = enrol(signed_in("lin"))
    client = with_password("lin")
    give(client, "lin")
    assert client.post("/sign-in/second/", {"code": code(secret, steps=-1)}).status_code == 401
    now = code(secret)
    assert client.post("/sign-in/second/", {"code": now}).status_code == 302
    other = with_password("lin")
    give(other, "lin")
    assert other.post("/sign-in/second/", {"code": now}).status_code == 401


def test_a_wrong_code_at_enrolment_enrols_nothing_and_is_logged(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    secret = secret_on(client.get("/account/app/"))
    wrong = code(secret, steps=40)
    assert client.post("/account/app/", {"code": wrong}).status_code == 422
    assert secret_on(client.get("/account/app/")) == secret, "the picture stays until it is proven"
    assert reads.factors_of(reads.person("lin").pk) == []
    assert logged("factor") == [("factor.add", {"factor": "totp", "refused": "code"})]


def test_wrong_codes_lock_the_account_though_the_password_was_right(
    signed_in: Callable[..., Client],
) -> None:
    secret, _codes = enrol(signed_in("lin"))
    for _ in range(role_book().sign_in["max_failed"]):
        client = with_password("lin") if _ == 0 else Client()
        assert give(client, "lin")["Location"] == "/sign-in/second/"
        assert client.post("/sign-in/second/", {"code": code(secret, steps=50)}).status_code == 401
    refused = client.post("/sign-in/second/", {"code": code(secret)})
    assert refused.status_code == 401
    assert "Too many" in refused.content.decode() or "次数过多" in refused.content.decode()
    assert give(Client(), "lin").status_code == 401
    assert reads.people(reads.person("lin").code)[0].locked
    kinds = [d.get("refused") for a, d in logged("login.factor")]
    assert kinds.count("code") == role_book().sign_in["max_failed"]


def test_a_recovery_code_is_good_once(signed_in: Callable[..., Client]) -> None:
    _secret, codes = enrol(signed_in("lin"))
    client = with_password("lin")
    give(client, "lin")
    assert client.post("/sign-in/second/", {"code": codes[3]}).status_code == 302
    assert logged("login.factor")[0][1] == {"factor": "recovery_codes"}
    assert "9 left" in client.get("/account/").content.decode()
    again = with_password("lin")
    give(again, "lin")
    assert again.post("/sign-in/second/", {"code": codes[3]}).status_code == 401
    fresh = signed_in("lin")
    new = re.findall(r'<li class="mono">([0-9 ]+)</li>', fresh.post("/account/codes/").content.decode())
    assert len(new) == 10
    assert again.post("/sign-in/second/", {"code": codes[4]}).status_code == 401, "the old ones ended"
    assert again.post("/sign-in/second/", {"code": new[0]}).status_code == 302


def test_a_factor_is_removed_after_a_second_word_and_its_codes_go(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    enrol(client)
    factor = next(f for f in reads.factors_of(reads.person("lin").pk) if f.kind == "totp")
    asked = client.post(f"/account/factors/{factor.id}/remove/")
    assert "open to whoever learns your password" in asked.content.decode()
    assert reads.has_factor(reads.person("lin").pk)
    client.post(f"/account/factors/{factor.id}/remove/", {"sure": "1"})
    assert reads.factors_of(reads.person("lin").pk) == []
    assert logged("factor")[0] == ("factor.remove", {"factor": "totp"})


def test_nobody_removes_anothers_factor(signed_in: Callable[..., Client]) -> None:
    enrol(signed_in("lin"))
    factor = reads.factors_of(reads.person("lin").pk)[0]
    signed_in("zhou").post(f"/account/factors/{factor.id}/remove/", {"sure": "1"})
    assert reads.has_factor(reads.person("lin").pk)


def test_secrets_are_sealed_in_the_records_and_absent_from_the_log(signed_in: Callable[..., Client]) -> None:
    from allauth.mfa.models import Authenticator

    secret, codes = enrol(signed_in("lin"))
    kept = "".join(str(f.data) for f in Authenticator.objects.all())
    assert kept
    assert secret not in kept
    said = str([(e.act, e.subject, e.details) for e in reads.audit(limit=200)])
    for hidden in (secret, *codes, *(c.replace(" ", "") for c in codes)):
        assert hidden not in said


def test_whose_role_needs_a_factor_is_led_to_enrol_first(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from huanqiong.console import gate

    monkeypatch.setattr(gate, "kind", lambda: "live")
    client = signed_in("zhou")
    for path in ("/", "/alerts/", "/accounts/", "/help/", "/api/openapi.json"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) in ((302, "/account/"), (403, None)), path
    assert client.get("/api/alerts").status_code == 403
    page = client.get("/account/").content.decode()
    assert "Your role needs a second factor" in page
    assert 'href="/alerts/"' not in page, "no page is offered that does not open"
    enrol(client)
    assert client.get("/").status_code == 200
    assert signed_in("lin").get("/").status_code == 200, "a duty officer's role needs none"


def test_a_drill_leads_nobody(signed_in: Callable[..., Client]) -> None:
    assert signed_in("zhou").get("/").status_code == 200


def test_an_administrator_resets_a_lost_factor_and_ends_the_sessions(
    signed_in: Callable[..., Client],
) -> None:
    lin = signed_in("lin")
    enrol(lin)
    wang = signed_in("wang")
    path = f"/accounts/{reads.person('lin').code}/reset-factors/"
    assert "Make sure whom you speak to" in wang.post(path).content.decode()
    assert reads.has_factor(reads.person("lin").pk)
    assert wang.post(path, {"sure": "1"}).status_code == 302
    assert not reads.factors_of(reads.person("lin").pk)
    assert lin.get("/").status_code == 302
    assert logged("factor")[0] == ("factor.reset", {"factor": ["recovery_codes", "totp"]})
    acts.issue_login("lin", by=OPERATOR)
    with pytest.raises(Exception, match="own factors"):
        acts.reset_factors("wang", by=reads.person("wang"))


def test_an_administrator_cannot_skip_the_second_word_nor_a_clerk_the_right(
    signed_in: Callable[..., Client],
) -> None:
    enrol(signed_in("lin"))
    path = f"/accounts/{reads.person('lin').code}/reset-factors/"
    assert signed_in("chen").post(path, {"sure": "1"}).status_code == 403
    assert reads.has_factor(reads.person("lin").pk)


def test_a_passkey_that_answers_nothing_enrols_and_opens_nothing(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    begun = client.post("/account/passkey/begin/", {"alone": True}, content_type="application/json")
    options = begun.json()["publicKey"]
    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    for credential in ("", "{}", "[]", "null", '{"id":"x","rawId":"x","response":{},"type":"public-key"}'):
        answer = client.post("/account/passkey/", {"name": "k", "alone": "1", "credential": credential})
        assert answer.status_code == 422, credential
        stranger = Client()
        stranger.post("/sign-in/passkey/begin/")
        assert stranger.post("/sign-in/passkey/", {"credential": credential}).status_code == 401, credential
    assert not reads.factors_of(reads.person("lin").pk)
    assert {d["refused"] for _a, d in logged("login.passkey")} == {"passkey"}


def test_factors_change_only_soon_after_a_sign_in(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from huanqiong.console import gate
    from huanqiong.desk.trust import clock

    client = signed_in("lin")
    later = clock.now() + timedelta(minutes=role_book().sign_in["fresh_min"])
    monkeypatch.setattr(gate, "now", lambda: later)
    assert client.get("/account/app/")["Location"] == "/account/?stale=1"
    assert client.post("/account/codes/")["Location"] == "/account/?stale=1"
    assert client.post("/account/passkey/begin/").status_code == 403
    page = client.get("/account/").content.decode()
    assert "Sign in again" in page
    assert "/account/app/" not in page


def test_passkeys_are_offered_only_at_the_name_they_belong_to(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    for host, offered in (("localhost:8600", True), ("127.0.0.1:8600", False)):
        client.defaults["HTTP_HOST"] = host
        page = client.get("/account/").content.decode()
        assert ('action="/account/passkey/"' in page) == offered, host
        assert ("belong to the name localhost" in page) != offered, host
        out = Client(headers={"host": host}).get("/sign-in/").content.decode()
        assert ('action="/sign-in/passkey/"' in out) == offered, host
