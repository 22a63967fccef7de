"""One word for one thing: an alert's silence is 屏蔽; 静默 is a ship that is not heard."""

from __future__ import annotations

from huanqiong import data
from huanqiong.console.audit_words import act_name
from huanqiong.core import reasons
from huanqiong.desk.trust.roles import role_book


def test_silencing_an_alert_and_a_silent_ship_have_words_of_their_own() -> None:
    zh, _en = role_book().permissions["watch.silence"]
    words = data.toml("audit/words.toml")["acts"]
    for said in (zh, words["watch.silence"]["zh"], words["watch.lift_silence"]["zh"]):
        assert "屏蔽" in said
        assert "静默" not in said
    assert act_name("watch.silence") in ("屏蔽", "Silenced")
    assert reasons.kind_name("gap", "zh") == "静默"
    meanings = data.toml("reasons/meanings.toml")["meanings"]
    assert "屏蔽" in meanings["distress"]["zh"], "what no silence covers"
