"""Passkeys in a real browser with a virtual authenticator: enrolled, alone, as second step, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from factor_codes import code
from live_console import Console

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Holder:
    """A browser with an authenticator in it, at the console's name (passkeys know no addresses)."""

    def __init__(self, browser: Any, console: Console, language: str) -> None:
        self.console = console
        self.root = console.url.replace("127.0.0.1", "localhost")
        self.context = browser.new_context(viewport={"width": 1366, "height": 768})
        self.context.set_default_timeout(20_000)
        self.context.add_cookies([{"name": "hq_lang", "value": language, "url": self.root}])
        self.page = self.context.new_page()
        self.cdp = self.context.new_cdp_session(self.page)
        self.cdp.send("WebAuthn.enable")
        self.key = self.add(KEY)

    def add(self, options: dict[str, Any]) -> str:
        made = self.cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return str(made["authenticatorId"])

    def go(self, path: str) -> None:
        self.page.goto(self.root + path)

    def one_time(self, username: str) -> None:
        self.page.goto(self.console.login_url(username).replace("127.0.0.1", "localhost"))

    def verified(self, yes: bool) -> None:
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.key, "isUserVerified": yes})

    def enrol(self, name: str) -> list[str]:
        """A passkey for whoever is signed in; its recovery codes."""
        self.go("/account/")
        self.page.fill("#enrol [name=name]", name)
        self.page.click("#enrol button")
        self.page.wait_for_selector(".codes li")
        return [c.inner_text() for c in self.page.query_selector_all(".codes li")]

    def sign_out(self) -> None:
        self.go("/account/")
        self.page.click("[popovertarget=person-menu]")
        self.page.click("#person-menu form button")
        self.page.wait_for_url("**/sign-in/")


@pytest.fixture
def holder(browser: Any, console: Console) -> Iterator[Callable[[str], Holder]]:
    made: list[Holder] = []

    def make(language: str = "en") -> Holder:
        made.append(Holder(browser, console, language))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


def entries(console: Console, prefix: str) -> list[dict[str, Any]]:
    """The log's entries of these acts, newest first."""
    found = console.get(f"/api/audit?act={prefix}&limit=50", console.sign_in("chen"))["entries"]
    return [e["details"] for e in found]


def test_a_passkey_signs_in_without_a_password(holder: Callable[..., Holder], console: Console) -> None:
    h = holder()
    h.one_time("fu")
    assert len(h.enrol("blue key")) == 10
    kept = h.cdp.send("WebAuthn.getCredentials", {"authenticatorId": h.key})["credentials"]
    assert [(c["rpId"], c["isResidentCredential"]) for c in kept] == [("localhost", True)]
    h.sign_out()
    h.page.click("form[data-passkey] button")
    h.page.wait_for_url(h.root + "/")
    h.go("/account/")
    text = h.page.inner_text("main")
    assert "blue key" in text
    assert "signs in alone" in text
    row = h.page.inner_text("tr:has-text('this one')")
    assert "passkey" in row
    assert "Chrome" in row

    h.sign_out()
    h.verified(False)
    h.page.click("form[data-passkey] button")
    h.page.wait_for_selector("#passkey-error:visible")
    assert h.page.url.endswith("/sign-in/"), "a key that did not check its holder opens nothing"

    h.verified(True)
    h.one_time("fu")
    h.page.wait_for_url("**/sign-in/second/")
    h.page.click("form[data-passkey] button")
    h.page.wait_for_url(h.root + "/")

    h.go("/account/")
    h.page.click("text=Remove…")
    h.page.click("button.alarm")
    h.page.wait_for_url("**/account/?done=removed")
    assert "No second factor" in h.page.inner_text("main")
    h.sign_out()
    h.page.click("form[data-passkey] button")
    h.page.wait_for_selector(".hint.bad[role=alert]:visible")
    assert "does not open an account" in h.page.inner_text(".hint.bad:visible")


def test_a_key_without_a_pin_is_a_second_step_only(holder: Callable[..., Holder]) -> None:
    h = holder("zh-hans")
    h.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": h.key})
    plain = {"transport": "usb", "hasResidentKey": False, "hasUserVerification": False}
    h.key = h.add({**KEY, **plain, "isUserVerified": False})
    h.one_time("lin")
    h.go("/account/")
    h.page.uncheck("#enrol [name=alone]")
    h.page.fill("#enrol [name=name]", "桌上的钥匙")
    h.page.click("#enrol button")
    h.page.wait_for_selector(".codes li")
    h.one_time("lin")
    h.page.wait_for_url("**/sign-in/second/")
    assert "第二步验证" in h.page.inner_text("main")
    h.page.click("form[data-passkey] button")
    h.page.wait_for_url(h.root + "/")
    h.go("/account/")
    assert "桌上的钥匙" in h.page.inner_text("main")
    assert "可单独登录" not in h.page.inner_text("main")


def test_another_persons_passkey_is_no_second_step(holder: Callable[..., Holder], console: Console) -> None:
    a = holder()
    a.one_time("zhou")
    a.enrol("zhou's key")
    a.sign_out()
    a.one_time("wang")
    a.go("/account/app/")
    secret = a.page.inner_text("output.secret").replace(" ", "")
    a.page.fill("input.code", code(secret))
    a.page.click("button.primary")
    a.page.wait_for_selector(".codes li")
    a.one_time("wang")
    a.page.wait_for_url("**/sign-in/second/")
    assert a.page.query_selector("form[data-passkey]") is None, "wang has no passkey to offer"
    refused = a.page.evaluate(
        """async () => {
          const { prove } = await import("huanqiong/lib/webauthn.js");
          const credential = await prove("/sign-in/passkey/begin/");
          const form = document.querySelector("form[action='/sign-in/second/']");
          const body = new FormData(form);
          body.delete("code");
          body.set("credential", credential);
          return (await fetch("/sign-in/second/", { method: "POST", body })).status;
        }"""
    )
    assert refused == 401
    assert {"refused": "passkey"} in entries(console, "login.factor")
