"""Work under a clock that jumps, for test_clock_set_back: prints what was found as one JSON object."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from huanqiong.desk.trust import clock

PASSWORD = "a-long-enough-word-9"
_offset_s = 0.0
_machine = time.time


def jump(offset_s: float) -> None:
    """Sets the clock that the desks read, and `time.time`, so far from the real time."""
    global _offset_s
    _offset_s = offset_s


# Before the desks import it. libfaketime would shift all, but breaks the sleeps of Python's threads.
clock.now = lambda: datetime.now(UTC) + timedelta(seconds=_offset_s)
time.time = lambda: _machine() + _offset_s

from huanqiong.cli.django import open_records  # noqa: E402

store = open_records("main")
began, began_monotonic = clock.now(), time.monotonic()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from huanqiong.core.errors import RefusedError  # noqa: E402
from huanqiong.desk.trust import acts, reads  # noqa: E402
from huanqiong.desk.trust.act import act  # noqa: E402
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM  # noqa: E402
from huanqiong.desk.trust.acts.approvals import use_approval  # noqa: E402
from huanqiong.desk.trust.roles import role_book  # noqa: E402
from huanqiong.desk.trust.sequencer import Sequencer, lag_s, wait_until_placed  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def tried(what: Callable[[], Any]) -> str:
    try:
        what()
    except RefusedError:
        return "refused"
    return "in"


def browser(username: str) -> Client:
    made = Client()
    made.force_login(reads.person(username))
    return made


def use(approval: int) -> None:
    with act("trial.use", by=reads.person("li")) as a:
        use_approval(a, approval, "export.bulk", subject="people", scope={"rows": 900})


def ask() -> int:
    return acts.request_approval("export.bulk", "people", {"rows": 1000}, "trial", by=reads.person("li"))


sequencer = Sequencer(store.keys).start()
for name, role in (("li", "duty_officer"), ("wang", "analyst"), ("zhang", "supervisor"), ("zhao", "analyst")):
    acts.create_person(name, by=OPERATOR)
    acts.grant_role(name, role, by=OPERATOR)
acts.set_password("zhao", PASSWORD, by=OPERATOR)
acts.revoke_role("wang", "analyst", by=OPERATOR)
limits = role_book().limits("live")
most = role_book().sign_in["sessions_most"]
for _ in range(most):
    browser("li")
for _ in range(role_book().sign_in["max_failed"]):
    tried(lambda: acts.sign_in("zhao", "wrong", by=SYSTEM))
first_login = acts.issue_login("wang", by=OPERATOR)
approvals = [ask(), ask()]

jump(-3600)
wang, li = reads.person("wang"), reads.person("li")
sixth = browser("li")
for number in approvals:
    acts.decide_approval(number, True, "trial", by=reads.person("zhang"))
use(approvals[0])
back = {
    "clock_s": (clock.now() - began).total_seconds() - (time.monotonic() - began_monotonic),
    "roles": reads.roles_held(li.pk),
    "revoked": reads.roles_held(wang.pk),
    "sixth_session": sixth.get("/account/").status_code,
    "running": len(reads.sessions_of(li.pk, limits)),
    "first_login": tried(lambda: acts.redeem_login(first_login, by=SYSTEM)),
    "locked": tried(lambda: acts.sign_in("zhao", PASSWORD, by=SYSTEM)),
    "used_twice": tried(lambda: use(approvals[0])),
    "placed": wait_until_placed(10),
    "lag_s": lag_s(),
}
second_login = acts.issue_login("wang", by=OPERATOR)

jump(1)  # a second more than the hour: the session of back then is just over
again = {
    "login_made_back_then": tried(lambda: acts.redeem_login(second_login, by=SYSTEM)),
    "session_made_back_then": sixth.get("/account/").status_code,
}
jump(1200)
again["locked"] = tried(lambda: acts.sign_in("zhao", PASSWORD, by=SYSTEM))
again["placed"] = wait_until_placed(10)

jump(25 * 3600)
day = {"approval": tried(lambda: use(approvals[1]))}
jump(0)
sequencer.stop()
sys.stdout.write(json.dumps({"back": back, "again": again, "day": day, "sessions_most": most}))
