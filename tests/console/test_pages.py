"""Each page as each role and as nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import plant
import pytest
from django.test import Client

from huanqiong.desk.trust import acts
from huanqiong.desk.trust.actor import OPERATOR

PAGES = {
    "/": "watch.view",
    "/alerts/": "watch.view",
    "/orders/": "watch.view",
    "/records/": "watch.view",
    "/health-of-feeds/": "watch.view",
    f"/vessels/{plant.ALERTED['gap']}/": "registry.view",
    "/search/?q=%E6%98%8C%E6%B8%94": "registry.view",
    "/zones/": "registry.view",
    "/audit/": "audit.view",
    "/accounts/": "users.view",
    "/help/": None,
}
MAY = {
    "lin": {"watch.view", "registry.view"},
    "zhou": {"watch.view", "registry.view", "users.view"},
    "fu": {"watch.view", "registry.view"},
    "chen": {"audit.view", "users.view"},
    "wang": {"users.view"},
    "nobody": set(),
}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("username", MAY)
def test_pages_open_to_their_roles_only(
    signed_in: Callable[..., Client], username: str, language: str
) -> None:
    client = signed_in(username, language)
    for path, permission in PAGES.items():
        response = client.get(path)
        allowed = permission is None or permission in MAY[username]
        assert response.status_code == (200 if allowed else 403), (username, path)
        text = response.content.decode()
        assert "演练 · DRILL" in text, "every page of a drill says so"
        assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in text
        if not allowed:
            assert ("Ask an administrator" if language == "en" else "请联系管理员") in text


def test_nobody_is_sent_to_sign_in(store: object) -> None:
    client = Client()
    for path in PAGES:
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in/?next=")


def test_unknown_address_and_vessel_are_designed(signed_in: Callable[..., Client]) -> None:
    client = signed_in("lin")
    for path in ("/nowhere/", "/vessels/1/"):
        response = client.get(path)
        assert response.status_code == 404
        assert "Nothing is here" in response.content.decode()


def test_policy_forbids_inline_code(signed_in: Callable[..., Client]) -> None:
    response = signed_in("lin").get("/")
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "worker-src 'self' blob:" in policy
    text = response.content.decode()
    assert " style=" not in text
    assert " onclick=" not in text
    scripts = [part.split(">")[0] for part in text.split("<script")[1:]]
    assert all("src=" in s or 'type="importmap"' in s or 'type="application/json"' in s for s in scripts)


def test_import_map_is_the_one_the_policy_allows(signed_in: Callable[..., Client]) -> None:
    import base64
    import hashlib

    response = signed_in("lin").get("/")
    text = response.content.decode()
    inline = text.split('<script type="importmap">')[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response["Content-Security-Policy"]


def test_language_is_chosen_by_the_person_not_the_browser(store: object) -> None:
    client = Client(headers={"accept-language": "en"})
    assert "登录" in client.get("/sign-in/").content.decode()
    client.post("/language/", {"language": "en", "next": "/sign-in/"})
    assert "Sign in" in client.get("/sign-in/").content.decode()
    elsewhere = client.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert elsewhere["Location"] == "/"


def test_a_name_from_the_radio_is_text(signed_in: Callable[..., Client]) -> None:
    from huanqiong.desk.registry import acts
    from huanqiong.desk.trust.actor import SYSTEM

    row = {"mmsi": 412900001, "t": plant.T1, "name": "<img src=x onerror=1>", "callsign": "=1+1"}
    acts.record_static([row], by=SYSTEM)
    client = signed_in("lin")
    for path in ("/vessels/412900001/", "/search/?q=onerror"):
        text = client.get(path).content.decode()
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


def test_audit_page_says_whether_the_log_holds(signed_in: Callable[..., Client], tmp_path: Path) -> None:
    from huanqiong.console import chain
    from huanqiong.desk.trust.sequencer import sequence

    client = signed_in("chen")
    assert "wait for their place" in client.get("/audit/").content.decode()
    sequence(tmp_path)
    page = client.get("/audit/").content.decode()
    assert "log holds up to entry" in page
    assert "wait for their place" not in page
    checked = chain.verified()
    assert checked.broken is None
    assert checked.upto > 10
    filtered = client.get("/audit/?act=zone").content.decode()
    assert "zone.draw" in filtered
    assert "role.grant" not in filtered
    csv = client.get("/audit/?format=csv&purpose=oversight")
    assert csv["Content-Disposition"].endswith('"DRILL-audit.csv"')


def test_the_audit_page_names_a_broken_entry_and_still_opens(
    signed_in: Callable[..., Client], tmp_path: Path
) -> None:
    from django.db import connection

    from huanqiong.console import chain
    from huanqiong.desk.trust.sequencer import sequence

    client = signed_in("chen")
    sequence(tmp_path)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER trust_log_no_update")
        else:
            cursor.execute("ALTER TABLE trust_logentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE trust_logentry SET body = 'nothing' WHERE seq = 5")
    chain.forget()
    assert "the log is broken at entry 5" in client.get("/audit/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trust_logentry SET actor = 'p-somebody' WHERE seq = 3")
    chain.forget()
    assert "the log is broken at entry 3" in client.get("/audit/").content.decode()


def test_alerts_as_csv_say_drill_and_disarm_formulas(signed_in: Callable[..., Client]) -> None:
    from huanqiong.console.tables import csv

    response = signed_in("lin").get("/alerts/?format=csv&purpose=report")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("drill,id,state")
    assert len(lines) == 1 + 7
    assert all(line.startswith("演练 DRILL,") for line in lines[1:])
    harmless = csv("x.csv", [{"name": "=HYPERLINK(1)"}]).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in harmless


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_accounts_are_listed_with_roles_and_state(signed_in: Callable[..., Client], language: str) -> None:
    acts.set_active("fu", False, by=OPERATOR)
    client = signed_in("wang", language)
    text = client.get("/accounts/").content.decode()
    for said in ("lin", "Lin Xiao", "Duty officer") if language == "en" else ("lin", "林晓", "值班员"):
        assert said in text
    row = next(r for r in text.split("<tr>") if ">fu</a></td>" in r)
    assert ("closed" if language == "en" else "已关闭") in row
    assert "/audit/?actor=" not in text, "an administrator reads no log"
    assert "/audit/?actor=" in signed_in("chen", language).get("/accounts/").content.decode()
