"""Sessions: listed, ended by hand, by limits, by changes of the account; a cookie alone opens nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from huanqiong.console import gate
from huanqiong.desk.trust import acts, clock, reads
from huanqiong.desk.trust.actor import OPERATOR
from huanqiong.desk.trust.reads import sessions as session_reads
from huanqiong.desk.trust.roles import role_book

PASSWORD = "a-long-enough-word-9"
BOOK = role_book()
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def inside(client: Client) -> bool:
    """Whether the watch floor's data open; what does not is sent to sign in."""
    status = client.get("/api/alerts").status_code
    assert status in (200, 401)
    assert client.get("/orders/").status_code == (200 if status == 200 else 302)
    return status == 200


def running(username: str) -> list[Any]:
    return reads.sessions_of(reads.person(username).pk, BOOK.limits("drill"))


def why_ended() -> list[str]:
    return [e.details.get("why", "") for e in reads.audit(act="session.end", limit=20)]


def with_password(username: str, **headers: str) -> Client:
    client = Client(headers=headers)
    client.cookies["hq_lang"] = "en"
    assert client.post("/sign-in/", {"username": username, "password": PASSWORD}).status_code == 302
    return client


def test_a_person_sees_their_browsers_and_ends_one(signed_in: Callable[..., Client]) -> None:
    acts.set_password("lin", PASSWORD, by=OPERATOR)
    here, there = signed_in("lin"), with_password("lin", user_agent=FIREFOX)
    page = here.get("/account/").content.decode()
    assert "Firefox · Windows" in page
    assert "127.0.0.1" in page
    code = re.findall(r"/account/sessions/(s-\w+)/end/", page)
    assert len(code) == 1, "the session one looks from has no end button"
    here.post(f"/account/sessions/{code[0]}/end/")
    assert inside(here)
    assert not inside(there)
    assert "Your session was ended" in there.get("/sign-in/").content.decode()


def test_all_others_end_at_once(signed_in: Callable[..., Client]) -> None:
    here, *others = (signed_in("lin") for _ in range(3))
    here.post("/account/sessions/end-others/")
    assert [inside(c) for c in (here, *others)] == [True, False, False]
    assert len(running("lin")) == 1


def test_nobody_ends_anothers_session(signed_in: Callable[..., Client]) -> None:
    lin, zhou = signed_in("lin"), signed_in("zhou")
    zhou.post(f"/account/sessions/{running('lin')[0].code}/end/")
    assert inside(lin)


def test_the_oldest_ends_when_there_are_too_many(signed_in: Callable[..., Client]) -> None:
    most = BOOK.sign_in["sessions_most"]
    clients = [signed_in("lin") for _ in range(most + 1)]
    assert [inside(c) for c in clients] == [False] + [True] * most
    assert "elsewhere too often" in clients[0].get("/sign-in/").content.decode()
    assert inside(signed_in("zhou")), "each person has their own"


@pytest.mark.parametrize(("kind", "rules"), [("drill", BOOK.limits("drill")), ("live", BOOK.sign_in)])
@pytest.mark.parametrize("limit", ["idle", "absolute"])
def test_a_session_ends_at_its_limit_and_not_before(
    signed_in: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    rules: dict[str, int],
    limit: str,
) -> None:
    monkeypatch.setattr(gate, "kind", lambda: kind)
    client = signed_in("lin")
    idle, whole = timedelta(minutes=rules["idle_min"]), timedelta(hours=rules["absolute_h"])
    begun = running("lin")[0].begun_at
    at = begun

    def go(to: Any) -> None:
        nonlocal at
        at = to
        monkeypatch.setattr(session_reads, "now", lambda: at)
        monkeypatch.setattr(gate, "now", lambda: at)
        monkeypatch.setattr("huanqiong.desk.trust.acts.sessions.now", lambda: at)

    if limit == "idle":
        go(begun + idle - timedelta(seconds=1))
        assert inside(client)
        go(at + idle - timedelta(seconds=1))
        assert inside(client), "each request begins the rest anew"
        go(at + idle)
    else:
        while at + idle < begun + whole:
            go(at + idle - timedelta(seconds=1))
            assert inside(client)
        go(begun + whole)
    assert not inside(client)
    assert why_ended()[0] == limit
    words = {
        "idle": f"nothing was done for {rules['idle_min']} minutes",
        "absolute": "Your session ended after",
    }
    assert words[limit] in client.get("/sign-in/").content.decode()


def test_practice_is_laxer_than_earnest_in_nothing_but_time() -> None:
    strict, lax = BOOK.limits("live"), BOOK.limits("drill")
    assert strict == BOOK.limits("") == BOOK.sign_in, "a store of unknown kind is in earnest"
    assert {k for k in strict if strict[k] != lax[k]} == {"idle_min", "absolute_h"}


def test_closing_an_account_ends_it_everywhere_at_once(signed_in: Callable[..., Client]) -> None:
    clients = [signed_in("lin") for _ in range(2)]
    acts.set_active("lin", False, by=OPERATOR)
    assert not any(inside(c) for c in clients)
    assert running("lin") == []
    acts.set_active("lin", True, by=OPERATOR)
    assert not any(inside(c) for c in clients), "what ended does not come back"


def test_a_new_password_ends_all_but_the_session_it_was_set_in(signed_in: Callable[..., Client]) -> None:
    here, there = signed_in("lin"), signed_in("lin")
    differ = here.post("/account/password/", {"password": PASSWORD, "again": PASSWORD + "x"})
    assert differ.status_code == 422
    weak = here.post("/account/password/", {"password": "short", "again": "short"})
    assert weak.status_code == 422
    assert inside(there)
    here.post("/account/password/", {"password": PASSWORD, "again": PASSWORD})
    assert inside(here)
    assert not inside(there)
    acts.set_password("lin", PASSWORD + "2", by=OPERATOR)
    assert not inside(here), "somebody else set it"


def test_a_revoked_role_is_gone_with_the_next_request(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    assert inside(client)
    acts.revoke_role("lin", "duty_officer", by=OPERATOR)
    assert client.get("/api/alerts").status_code == 403
    assert client.get("/orders/").status_code == 403


def test_a_copied_cookie_is_worth_nothing_after_signing_out(signed_in: Callable[..., Client]) -> None:
    client, thief = signed_in("lin"), Client()
    thief.cookies.load({k: v.value for k, v in client.cookies.items()})
    assert inside(thief)
    client.post("/sign-out/")
    assert not inside(thief)
    assert why_ended()[0] == "sign_out"


def test_a_login_without_a_row_is_none(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    session = client.session
    session[gate.KEY] = running("lin")[0].code[:-1] + "x"
    session.save()
    assert not inside(client)
    other = signed_in("zhou")
    session = other.session
    session[gate.KEY] = signed_in("fu").session[gate.KEY]
    session.save()
    assert not inside(other), "another person's row"


def test_signing_in_again_ends_the_session_before(signed_in: Callable[..., Client]) -> None:
    acts.set_password("lin", PASSWORD, by=OPERATOR)
    client = with_password("lin")
    first = running("lin")[0].code
    client.post("/sign-in/", {"username": "lin", "password": PASSWORD})
    assert first not in {s.code for s in running("lin")}
    assert inside(client)


def test_use_is_kept_to_the_minute_without_an_entry(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("lin")
    before = running("lin")[0].seen_at
    entries = len(reads.audit(limit=500))
    client.get("/orders/")
    assert running("lin")[0].seen_at == before
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(gate, "now", lambda: later)
    monkeypatch.setattr("huanqiong.desk.trust.acts.sessions.now", lambda: later)
    client.get("/orders/")
    assert running("lin")[0].seen_at == later
    assert len(reads.audit(limit=500)) == entries
