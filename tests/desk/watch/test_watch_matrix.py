"""Every act of the three desks as every role, every machine and nobody: compared with the roles file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from desk_events import at, event

from huanqiong.core.errors import HuanqiongError, RefusedError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.registry.sailing import Sailing
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads
from huanqiong.desk.trust.actor import OPERATOR, SYSTEM
from huanqiong.desk.trust.roles import role_book
from huanqiong.desk.trust.sealing import Ground
from huanqiong.desk.trust.suites import suite_of
from huanqiong.desk.watch import acts as watch
from huanqiong.desk.watch.boarding import Record, Waters
from huanqiong.desk.watch.chain import bundled_chain
from huanqiong.desk.watch.duty import Words
from huanqiong.desk.watch.tasking import Part, Scene
from huanqiong.desk.watch.wishes import Wish

SQUARE = {"type": "Polygon", "coordinates": [[[110, 20], [111, 20], [111, 21], [110, 20]]]}
ENTRY = Words("x", at(0))
SAILING = Sailing("departure", "none", at(0), name="琼临渔11479")
GROUND = Ground("seal.case", "治安管理处罚法", 136, "某局", "1")
PART = Part("u", "王艇长", "13800000000", in_command=True)
SIGNAL = {"mmsi": 970000001, "t": at(0), "lat": 20.0, "lon": 110.0, "signal": "beacon"}

# act -> (permission it asks for, positional arguments, further arguments). Records need not exist: the
# permission is asked first, so an allowed person gets another answer than RefusedError.
ACTS: dict[Callable[..., Any], tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    watch.raise_alerts: ("watch.raise", ([event()],), {}),
    watch.withdraw_verdicts: ("watch.raise", ([],), {"reason": "x"}),
    watch.withdraw_missing: ("watch.raise", ([], "none", at(0), at(1)), {"reason": "x"}),
    watch.raise_distress: ("watch.raise", ([SIGNAL],), {}),
    watch.expire_orders: ("watch.raise", (at(0),), {}),
    watch.claim: ("watch.claim", (0,), {}),
    watch.release: ("watch.claim", (0,), {}),
    watch.judge: ("watch.judge", (0, "true", "x"), {}),
    watch.close: ("watch.judge", (0,), {}),
    watch.reopen: ("watch.reopen", (0, "x"), {}),
    watch.silence: ("watch.silence", ("ais:1", "gap", at(0), at(1), "x"), {}),
    watch.silence_alert: ("watch.silence", (0, at(1), "x"), {}),
    watch.lift_silence: ("watch.silence", (0,), {}),
    watch.order: ("watch.order", (0, "u", "x", at(1)), {}),
    watch.intercept: ("watch.order", (0, [PART], "x", at(1)), {}),
    watch.join_interception: ("watch.order", (0, replace(PART, in_command=False), "x", at(1)), {}),
    watch.report_scene: ("watch.outcome", (0, Scene("sighted", at(0))), {"now": at(1)}),
    watch.acknowledge_order: ("watch.outcome", (0,), {}),
    watch.record_outcome: ("watch.outcome", (0, "hit"), {}),
    watch.file_boarding: ("watch.outcome", (0, Record("hit"), Waters()), {"now": at(1)}),
    watch.correct_boarding: ("watch.outcome", (0, Record("hit"), Waters(), "x"), {"now": at(1)}),
    watch.preserve_hits: ("retention.apply", (), {}),
    watch.acknowledge_distress: ("watch.distress", (0,), {}),
    watch.declare_distress: ("watch.distress", (0, "x"), {}),
    watch.begin_shift: ("watch.claim", (), {}),
    watch.end_shift: ("watch.claim", (), {}),
    watch.give_handover: ("watch.claim", ("p-none", "x"), {"clock_at": at(1)}),
    watch.take_handover: ("watch.claim", (0,), {}),
    watch.withdraw_handover: ("watch.claim", (0,), {}),
    watch.release_off_shift: ("watch.raise", ([],), {}),
    registry.declare_period: ("calendar.declare", ("fog", "x", at(0), at(1), "x", []), {}),
    registry.move_period_end: ("calendar.declare", (0, at(1), "x"), {}),
    registry.end_period: ("calendar.declare", (0, at(1)), {}),
    watch.make_standing: ("watch.standing", (Wish("x", kinds=("gap",), reason="x"), {}), {}),
    watch.switch_on: ("watch.standing", (0,), {}),
    watch.review_standing: ("watch.standing", (0,), {}),
    watch.switch_off: ("watch.standing", (0, "x"), {}),
    watch.climb: ("watch.raise", (bundled_chain(), {}), {}),
    watch.acknowledge_step: ("watch.log", (0,), {}),
    watch.note_call: ("watch.log", (0, "no_answer", "", at(0)), {"now": at(1)}),
    watch.write_entry: ("watch.log", (ENTRY,), {"now": at(1)}),
    watch.correct_entry: ("watch.log", (0, ENTRY), {"now": at(1)}),
    watch.add_to_entry: ("watch.log", (0, ENTRY), {"now": at(1)}),
    watch.start_alert: ("watch.log", (0, 2), {}),
    watch.seal_alert: ("records.seal", (0, "x"), {}),
    watch.open_sealed_alert: ("records.unseal", (0, GROUND), {"approval": None}),
    watch.unseal_alert: ("records.unseal", (0, "x"), {"approval": None}),
    watch.export_evidence: ("evidence.export", (0, "court", "0" * 64), {}),
    registry.ensure_vessels: ("registry.record", ([412000999],), {}),
    registry.record_static: ("registry.record", ([],), {}),
    registry.file_names: ("registry.record", (), {}),
    registry.load_units: ("registry.record", ([],), {}),
    registry.register_vessel: ("registry.edit", (), {"name_zh": "船"}),
    registry.carry_device: ("registry.edit", ("v-0", "ais", "1", None), {}),
    registry.add_unit: ("registry.edit", ("u", "艇", "boat", "station"), {}),
    registry.retire_unit: ("registry.edit", ("none",), {}),
    registry.load_stations: ("boats.edit", ([],), {}),
    registry.import_boats: ("boats.edit", ([],), {"register": "x", "version": "1"}),
    registry.leave_register: ("boats.edit", ("x", "1"), {}),
    registry.log_sailing: ("boats.log", (SAILING,), {"now": at(1), "request_id": "x"}),
    registry.correct_sailing: ("boats.log", (0, SAILING), {"now": at(1), "request_id": "y"}),
    registry.draw_zone: ("zones.edit", ("z", SQUARE), {}),
    registry.rename_zone: ("zones.edit", (0,), {"name": "x"}),
    registry.archive_zone: ("zones.edit", (0,), {}),
    registry.restore_zone: ("zones.edit", (0,), {}),
    trust.create_person: ("users.manage", ("new",), {}),
    trust.set_password: ("users.manage", ("none", "a-long-enough-word-9"), {}),
    trust.grant_role: ("users.manage", ("none", "auditor"), {}),
    trust.revoke_role: ("users.manage", ("none", "auditor"), {}),
    trust.set_active: ("users.manage", ("none", True), {}),
    trust.issue_login: ("users.manage", ("none",), {}),
    trust.unlock_person: ("users.manage", ("none",), {}),
    trust.reset_factors: ("users.manage", ("none",), {}),
    trust.end_session: ("users.manage", ("s-none",), {}),
    trust.end_all_sessions: ("users.manage", ("none",), {}),
    trust.lapse_session: ("session.lapse", ("s-none", "idle"), {}),
    trust.request_approval: ("approvals.ask", ("export.bulk", "list:alerts", {}, "why"), {}),
    trust.decide_approval: ("approvals.decide", (0, True, ""), {}),
    trust.withdraw_approval: ("approvals.ask", (0,), {}),
    trust.open_record: (
        "users.view",
        ("person.account", "person:x", "oversight"),
        {"permission": "users.view"},
    ),
    trust.export_rows: (
        "audit.export",
        ("audit.rows", "list:audit", "oversight", 1, {}),
        {"permission": "audit.export"},
    ),
    trust.destroy_rows: ("retention.apply", ("receipt", list), {}),
    trust.blank_rows: ("retention.apply", ("static.small_boat", "registry.vessel", list, {}), {}),
    trust.log_destroyed: ("retention.apply", ("raw.file", "objects", 1, "0" * 64, ""), {}),
    trust.log_run: ("retention.apply", (at(0), {}, [], [], 0), {}),
    trust.propose_hold: (
        "retention.apply",
        ("order:0", "alert:0", "x"),
        {"since": at(0), "until": at(1), "box": None},
    ),
    trust.lapse_holds: ("retention.apply", (at(0),), {}),
    trust.set_hold: ("retention.hold", ("no subject", "x"), {"approval": None}),
    trust.confirm_hold: ("retention.hold", (0,), {"approval": None}),
    trust.lift_hold: ("retention.hold", (0, "x"), {"approval": None}),
    trust.log_backup: ("backup.make", ("nobody",), {}),
    trust.log_restore: ("backup.restore", ("now", "0" * 64, 0), {}),
    trust.checkpoint: ("audit.export", (Path("KEYS"),), {}),
    trust.take_cosignature: ("audit.export", ("", "w", suite_of("intl").new_key().public()), {"size": 1}),
    trust.take_timestamp: ("audit.export", (b"",), {"size": 1}),
}
WITHOUT_PERMISSION = {trust.redeem_login, trust.sign_in, trust.prove_code, trust.prove_passkey}
"""Signing in: nobody is anybody yet."""
OWN: dict[Callable[..., Any], tuple[tuple[Any, ...], dict[str, Any]]] = {
    trust.begin_session: ((), {"how": "password"}),
    trust.end_other_sessions: (("s-none",), {}),
    trust.enrol_totp: (("A" * 32, "000000"), {}),
    trust.enrol_passkey: (("key", {}, None), {"alone": True}),
    trust.make_recovery_codes: ((), {}),
    trust.remove_factor: ((0,), {}),
}
"""Acts on one's own account: whoever has one may, whatever their role."""
NO_ACT = {trust.seen}
"""Keeps when a session was last used; changes nothing for anybody else's."""


def actors() -> list[str]:
    return [*role_book().roles, *role_book().machines, "nobody", "no_role"]


def test_every_act_is_in_the_matrix() -> None:
    named = {getattr(desk, n) for desk in (watch, registry, trust) for n in desk.__all__}
    assert named == set(ACTS) | WITHOUT_PERMISSION | set(OWN) | NO_ACT


@pytest.mark.django_db
@pytest.mark.parametrize("who", actors())
def test_an_actor_may_exactly_what_the_roles_file_says(
    who: str, person: Callable[..., Any], tmp_path: Path
) -> None:
    book = role_book()
    if who in book.machines:
        by, may = {"system": SYSTEM, "operator": OPERATOR}[who], book.machines[who].permissions
    elif who in book.roles:
        by, may = person("somebody", who), book.roles[who].permissions
    else:
        from django.contrib.auth.models import AnonymousUser

        by, may = (AnonymousUser() if who == "nobody" else person("somebody")), frozenset()
    wrong = []
    for act, (permission, args, more) in ACTS.items():
        given = tuple(tmp_path if isinstance(a, Path) else a for a in args)
        size = reads.log_end().waiting
        try:
            act(*given, by=by, **more)
            done = True
        except RefusedError:
            done = False
            assert reads.log_end().waiting == size
        except HuanqiongError:
            done = True
        if done != (permission in may):
            wrong.append(f"{act.__name__}: {'allowed' if done else 'refused'}")
    assert not wrong


@pytest.mark.django_db
@pytest.mark.parametrize("who", actors())
def test_only_a_person_has_an_account_of_their_own(who: str, person: Callable[..., Any]) -> None:
    from django.contrib.auth.models import AnonymousUser

    others = {"system": SYSTEM, "operator": OPERATOR, "nobody": AnonymousUser()}
    roles = [who] if who in role_book().roles else []
    by = others[who] if who in others else person("somebody", *roles)
    for act, (args, more) in OWN.items():
        refused = False
        try:
            act(*args, by=by, **more)
        except RefusedError:
            refused = True
        except HuanqiongError:
            pass
        assert refused == (who in others), act.__name__
