"""A sealed alert is nowhere to be read; it opens on a ground, with two people, once, and the log says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from desk_events import at, event
from django.apps import apps
from django.utils import timezone

from huanqiong.core.errors import MissingError, RefusedError, StateError, UsageError
from huanqiong.desk.registry import acts as registry
from huanqiong.desk.trust import acts as trust
from huanqiong.desk.trust import reads as trust_reads
from huanqiong.desk.trust.access import access_audit
from huanqiong.desk.trust.actor import SYSTEM
from huanqiong.desk.trust.models import Unsealed
from huanqiong.desk.trust.sealing import Ground
from huanqiong.desk.watch import access, acts, reads
from huanqiong.desk.watch.models import Alert, Order, Verdict
from huanqiong.desk.watch.rows import QueueQuery
from huanqiong.desk.watch.shifts import handovers
from huanqiong.desk.watch.verdict_table import events_table

pytestmark = pytest.mark.django_db
MMSI = 412000777
SECRET = "船员尿检阳性"
GROUND = Ground("seal.case", "治安管理处罚法", 136, "海口市公安局", "琼公治〔2026〕7号")
EVERY = ("open", "claimed", "judged", "closed", "withdrawn")


@pytest.fixture
def people(person: Callable[..., Any]) -> dict[str, Any]:
    return {
        "officer": person("li", "duty_officer", "supervisor", "auditor"),
        "legal": person("fa", "legal_reviewer"),
        "second": person("mi", "privacy_officer"),
    }


def ended(people: dict[str, Any], mmsi: int = MMSI, start_h: float = 0) -> int:
    """An alert whose inspection ended, judged and closed."""
    officer = people["officer"]
    alert = acts.raise_alerts([event(mmsi=mmsi, start_h=start_h)], by=SYSTEM)["alerts"][0]
    acts.claim(alert, by=officer)
    if not registry_has():
        registry.load_units(
            [{"code": "u1", "name_zh": "艇", "name_en": "Boat", "kind": "patrol_boat"}], by=SYSTEM
        )
    order = acts.order(alert, "u1", f"查 {SECRET}", timezone.now() + timedelta(days=1), by=officer)
    acts.judge(alert, "true", SECRET, by=officer)
    acts.record_outcome(order, "no_hit", note=SECRET, by=officer)
    acts.close(alert, by=officer)
    return alert


def registry_has() -> bool:
    return apps.get_model("registry.Unit").objects.filter(code="u1").exists()


def everything_readable(person: Any) -> str:
    """What every question of the watch desk and of the log answers, as one text."""
    alerts = [access.access_queue(person, QueueQuery(states=EVERY, limit=1000))]
    told = [
        alerts,
        access.access_counts(person, QueueQuery(states=EVERY)),
        access.access_vessel_alerts(person, MMSI),
        access.access_vessel_verdicts(person, MMSI),
        access.access_verdict_points(person, at(-100), at(100)),
        access.access_standing(person),
        access.access_orders(person),
        access.access_unit_orders(person),
        access.access_kind_records(person),
        access.access_outcomes(person),
        access.access_timeline(person, at(-100), at(100), 10),
        events_table().to_pylist(),
        access_audit(person, limit=1000),
    ]
    return repr(told)


def granted(people: dict[str, Any], alert: int, ground: Ground = GROUND, code: str = "seal.open") -> int:
    scope = ground.scope() if code == "seal.open" else {}
    wish = trust.request_approval(code, f"alert:{alert}", scope, "查询", by=people["legal"])
    trust.decide_approval(wish, True, "可以", by=people["second"])
    return wish


def test_a_sealed_alert_is_in_no_list_score_export_or_search(people: dict[str, Any]) -> None:
    officer = people["officer"]
    before = everything_readable(officer)
    alert = ended(people)
    shown = everything_readable(officer)
    assert str(MMSI) in shown
    assert SECRET in shown
    assert shown != before
    assert access.access_kind_records(officer)["loitering"].judged == 1
    acts.seal_alert(alert, SECRET, by=people["legal"])
    hidden = everything_readable(officer)
    assert str(MMSI) not in hidden
    assert SECRET not in hidden
    assert not access.access_kind_records(officer)
    assert not access.access_outcomes(officer)
    assert access.access_counts(officer, QueueQuery(states=EVERY)).by_state == {}
    assert events_table().num_rows == 0
    for ask in (reads.alert_detail, lambda a: access.access_evidence(officer, a)):
        with pytest.raises(MissingError):
            ask(alert)
    for do in (
        lambda: acts.claim(alert, by=officer),
        lambda: acts.reopen(alert, "x", by=officer),
        lambda: acts.seal_alert(alert, "x", by=people["legal"]),
    ):
        with pytest.raises(MissingError):
            do()
    assert Alert.everything.get(pk=alert).state == "closed"  # kept, not destroyed


def test_the_log_keeps_who_did_what_and_no_word_of_it(people: dict[str, Any]) -> None:
    alert = ended(people)
    acts.seal_alert(alert, SECRET, by=people["legal"])
    rows = access_audit(people["officer"], limit=1000)
    about = [r for r in rows if r.subject == f"alert:{alert}"]
    assert [r.act for r in about] == ["record.seal", "watch.close", "watch.judge", "watch.claim"]
    assert about[0].details.keys() == {"reason"}
    assert all(r.details == {"sealed": True} for r in about[1:])
    order = Order.everything.get(alert=alert)
    assert all(r.details == {"sealed": True} for r in rows if r.subject == f"order:{order.pk}")
    # Nor does the log itself, as an outsider gets it: what was typed is there as salted hashes.
    assert SECRET not in json.dumps([r.details for r in trust_reads.audit(limit=1000)], ensure_ascii=False)


def test_every_table_that_hangs_on_an_alert_hides_with_it() -> None:
    tables = [
        m
        for m in apps.get_app_config("watch").get_models()
        if m._meta.model_name not in ("silence", "shift", "handover", "standing")
    ]
    assert len(tables) >= 7
    for model in tables:
        assert isinstance(model._default_manager, Unsealed), model
        assert not isinstance(model.everything, Unsealed)


def test_it_opens_once_on_the_granted_ground_with_two_people(people: dict[str, Any]) -> None:
    alert = ended(people)
    acts.seal_alert(alert, "处罚决定生效", by=people["legal"])
    legal, second = people["legal"], people["second"]
    with pytest.raises(RefusedError, match="second person"):
        acts.open_sealed_alert(alert, GROUND, by=legal, approval=None)
    wish = trust.request_approval("seal.open", f"alert:{alert}", GROUND.scope(), "查询", by=legal)
    with pytest.raises(RefusedError, match="not decided"):
        acts.open_sealed_alert(alert, GROUND, by=legal, approval=wish)
    with pytest.raises(RefusedError):
        trust.decide_approval(wish, True, "", by=legal)
    trust.decide_approval(wish, True, "", by=second)
    for other in (
        replace(GROUND, matter="另案"),
        replace(GROUND, article=7),
        replace(GROUND, asker="某公司"),
    ):
        with pytest.raises(RefusedError):
            acts.open_sealed_alert(alert, other, by=legal, approval=wish)
    with pytest.raises(RefusedError):
        acts.open_sealed_alert(alert, GROUND, by=people["officer"], approval=wish)
    found = acts.open_sealed_alert(alert, GROUND, by=legal, approval=wish)
    assert found.row.mmsi == MMSI
    assert found.judgements[0].reason == SECRET
    assert found.orders[0].note == SECRET
    assert found.verdicts
    assert found.frozen
    entry = trust_reads.audit(limit=1)[0]
    assert (entry.act, entry.actor, entry.subject) == ("record.open_sealed", legal.code, f"alert:{alert}")
    assert (entry.details["law"], entry.details["article"], entry.details["approval"]) == (
        "治安管理处罚法", 136, wish,
    )  # fmt: skip
    with pytest.raises(RefusedError, match="used"):
        acts.open_sealed_alert(alert, GROUND, by=legal, approval=wish)
    with pytest.raises(MissingError):
        reads.alert_detail(alert)  # the seal stays


@pytest.mark.parametrize(
    ("ground", "why"),
    [
        (replace(GROUND, purpose="oversight"), "is opened for"),
        (replace(GROUND, law="某某法"), "no law in force"),
        (replace(GROUND, article=0), "number of the article"),
        (replace(GROUND, asker=" "), "Name the organ"),
        (replace(GROUND, matter=""), "Name the organ"),
    ],
)
def test_no_ground_no_record(people: dict[str, Any], ground: Ground, why: str) -> None:
    alert = ended(people)
    acts.seal_alert(alert, "处罚决定生效", by=people["legal"])
    wish = granted(people, alert, ground)
    with pytest.raises(UsageError, match=why):
        acts.open_sealed_alert(alert, ground, by=people["legal"], approval=wish)


def test_an_annulled_decision_lifts_the_seal_with_two_people(people: dict[str, Any]) -> None:
    alert = ended(people)
    acts.seal_alert(alert, "处罚决定生效", by=people["legal"])
    with pytest.raises(RefusedError):
        acts.unseal_alert(alert, "撤销", by=people["legal"], approval=granted(people, alert))
    acts.unseal_alert(
        alert, "行政判决撤销", by=people["legal"], approval=granted(people, alert, code="seal.lift")
    )
    assert reads.alert_detail(alert).row.state == "closed"
    with pytest.raises(StateError, match="not sealed"):
        acts.open_sealed_alert(alert, GROUND, by=people["legal"], approval=granted(people, alert))
    acts.seal_alert(alert, "再次封存", by=people["legal"])


def test_only_what_ended_is_sealed(people: dict[str, Any]) -> None:
    alert = acts.raise_alerts([event()], by=SYSTEM)["alerts"][0]
    with pytest.raises(StateError, match="closed"):
        acts.seal_alert(alert, "x", by=people["legal"])
    done = ended(people, mmsi=412000888, start_h=50)
    late = ended(people, mmsi=412000889, start_h=70)
    Order.everything.filter(alert=late).update(state="issued")
    with pytest.raises(StateError, match="no outcome"):
        acts.seal_alert(late, "x", by=people["legal"])
    with pytest.raises(UsageError, match="reason"):
        acts.seal_alert(done, "  ", by=people["legal"])


def test_a_sealed_finding_is_not_raised_again_and_its_follower_names_it_not(people: dict[str, Any]) -> None:
    alert = ended(people)
    acts.seal_alert(alert, "处罚决定生效", by=people["legal"])
    assert acts.raise_alerts([event(mmsi=MMSI)], by=SYSTEM)["again"] == 1
    after = acts.raise_alerts([event(mmsi=MMSI, start_h=2)], by=SYSTEM)["alerts"]
    assert len(after) == 1
    assert Alert.objects.get(pk=after[0]).follows_id == alert
    assert reads.alert_detail(after[0]).follows is None
    gone = acts.withdraw_missing([], "hainan", at(-1), at(1.5), by=SYSTEM, reason="later data")
    assert gone["verdicts"] == Verdict.everything.exclude(withdrawn_at=None).count() > 0


def test_a_signed_handover_names_it_no_more(people: dict[str, Any], supervisor: Any) -> None:
    officer = people["officer"]
    alert = acts.raise_alerts([event(mmsi=MMSI)], by=SYSTEM)["alerts"][0]
    acts.claim(alert, by=officer)
    acts.take_handover(acts.give_handover(supervisor.code, "", by=officer, clock_at=at(9)), by=supervisor)
    assert str(MMSI) in repr(handovers())
    acts.judge(alert, "true", SECRET, by=supervisor)
    acts.close(alert, by=supervisor)
    acts.seal_alert(alert, "处罚决定生效", by=people["legal"])
    assert str(MMSI) not in repr(handovers())
    assert handovers()[0].shown["alerts"] == []
