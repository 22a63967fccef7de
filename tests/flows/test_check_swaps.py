"""Ten thousand swaps of flag and crew nationality through the flow's own rows: nobody crosses the line."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huanqiong.desk.registry.claims import Claim, Known
from huanqiong.desk.watch.history import History, PastAlert, PastCheck, PastVerdict
from huanqiong.desk.watch.rows import KindRecord
from huanqiong.flows import who_to_check
from huanqiong.flows.who_to_check import Rows, Seen, rank, weights
from huanqiong.lines.sea.check import CheckFact, Facts, assess
from huanqiong.lines.sea.origin import Call, Notice

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BOX = (105.0, 15.0, 118.0, 23.0)
MIDS = {
    "CN": "412",
    "VN": "574",
    "PA": "352",
    "KP": "445",
    "NG": "657",
    "US": "338",
    "ID": "525",
    "KH": "514",
}
SIGNS = {"CN": "B", "VN": "XV", "PA": "3E", "KP": "P5", "NG": "5N", "US": "W", "ID": "YB", "KH": "XU"}
SCENES, SWAPS, SHIPS = 200, 50, 8
PORTS = ("Sihanoukville", "Haikou", "Da Nang")


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


NOTICES = (Notice("Da Nang", ago(25).date(), ago(1).date(), "NNCC 2026-17", ago(20).date()),)


def scene(r: random.Random) -> tuple[Rows, list[str]]:
    """Ships with histories of every sort, and their flags."""
    flags = [r.choice(list(MIDS)) for _ in range(SHIPS)]
    mmsis = [int(MIDS[f]) * 1_000_000 + 100_000 + i for i, f in enumerate(flags)]
    seen, vessels, claims, alerts, verdicts, checks = [], [], [], [], [], []
    for i, (m, f) in enumerate(zip(mmsis, flags, strict=True)):
        seen.append(Seen(m, ago(r.uniform(0, 0.1)), r.uniform(14, 24), r.uniform(104, 119), r.uniform(0, 20),
                         r.uniform(0, 360)))  # fmt: skip
        vessels.append(Known(m, f"v-{r.random():.12f}", f"SHIP {i}", f, 70))
        for n in range(r.randrange(3)):
            claims.append(Claim(m, f"NAME {n}", f"{SIGNS[f]}{i}{n}", 9_000_000 + n, ago(r.uniform(0, 80))))
        for _ in range(r.randrange(4)):
            kind, made = (
                r.choice(("gap", "encounter", "loitering")),
                r.choice(("", "true", "false", "unclear")),
            )
            alerts.append(
                PastAlert(len(alerts), (m,), kind, r.randint(1, 3), "open", ago(r.uniform(0, 29)), made)
            )
        for _ in range(r.randrange(3)):
            t1, kind = ago(r.uniform(0, 20)), r.choice(("gap", "loitering", "port_visit"))
            verdicts.append(PastVerdict(m, kind, t1 - timedelta(hours=r.uniform(1, 20)), t1, r.choice(PORTS)))
        for _ in range(r.randrange(3)):
            result = r.choice(("hit", "no_hit", "not_possible"))
            checks.append(PastCheck(len(checks), (m,), ago(r.uniform(0, 40)), result, "艇", "boat", True, f,
                                    (f, r.choice(list(MIDS)))))  # fmt: skip
    records = {"gap": KindRecord("gap", 40, 30, 8, 2), "encounter": KindRecord("encounter", 5, 5, 0, 0)}
    past = History(tuple(alerts), tuple(verdicts), tuple(checks))
    return Rows(tuple(seen), tuple(vessels), tuple(claims), past, records, NOTICES), flags


def swapped(rows: Rows, flags: list[str], to: list[str]) -> tuple[Rows, dict[int, int]]:
    """The same ships under other flags: country digits of the number, call sign, flag by name, crew."""
    new = {s.mmsi: int(MIDS[t]) * 1_000_000 + s.mmsi % 1_000_000 for s, t in zip(rows.seen, to, strict=True)}
    flag = dict(zip(new, to, strict=True))
    was = dict(zip(new, flags, strict=True))
    h = rows.history
    return Rows(
        tuple(replace(s, mmsi=new[s.mmsi]) for s in rows.seen),
        tuple(replace(v, mmsi=new[v.mmsi], flag=flag[v.mmsi]) for v in rows.vessels),
        tuple(
            replace(
                c,
                mmsi=new[c.mmsi],
                callsign=SIGNS[flag[c.mmsi]] + c.callsign.removeprefix(SIGNS[was[c.mmsi]]),
            )
            for c in rows.claims
        ),
        History(
            tuple(replace(a, mmsis=tuple(new[m] for m in a.mmsis)) for a in h.alerts),
            tuple(replace(v, mmsi=new[v.mmsi]) for v in h.verdicts),
            tuple(
                replace(
                    c,
                    mmsis=tuple(new[m] for m in c.mmsis),
                    flag=flag[c.mmsis[0]],
                    nationalities=tuple(flag[c.mmsis[0]] for _ in c.nationalities),
                )
                for c in h.checks
            ),
        ),
        rows.records,
        rows.notices,
    ), new


def crossings(trials: int) -> tuple[int, int, int]:
    """(trials, vessels that crossed the line or changed their points or place, vessels selected) over
    seeded scenes."""
    crossed = selected = done = 0
    for seed in range(SCENES):
        r = random.Random(seed)
        rows, flags = scene(r)
        before = rank(rows, BOX, NOW)
        selected += sum(c.assessed.selected for c in before)
        for _ in range(SWAPS):
            if done >= trials:
                return done, crossed, selected
            to = r.sample(flags, len(flags)) if r.random() < 0.5 else [r.choice(list(MIDS)) for _ in flags]
            other, new = swapped(rows, flags, to)
            after = rank(other, BOX, NOW)
            one = [(new[c.seen.mmsi], c.assessed.selected, c.assessed.points) for c in before]
            two = [(c.seen.mmsi, c.assessed.selected, c.assessed.points) for c in after]
            crossed += sum(a != b for a, b in zip(one, two, strict=True))
            done += 1
    return done, crossed, selected


@pytest.mark.timeout(240)
def test_ten_thousand_swaps_of_flag_and_crew_move_no_vessel() -> None:
    done, crossed, selected = crossings(10_000)
    assert done == 10_000
    assert crossed == 0
    assert 0.15 < selected / (SCENES * SHIPS) < 0.7, "the line must lie among them, or nothing could cross it"


def biased(real: Any, how: str) -> Any:
    """The flow's facts with a prejudice built in."""

    def facts(rows: Rows) -> dict[int, Facts]:
        out = dict(real(rows))
        flag = {v.mmsi: v.flag for v in rows.vessels}
        crew = {c.mmsis[0]: c.nationalities for c in rows.history.checks}
        sign = {c.mmsi: c.callsign for c in rows.claims}
        for m, f in out.items():
            guilty = {
                "flag": flag.get(m) == "VN",
                "number": str(m).startswith("574"),
                "crew": "VN" in crew.get(m, ()),
                "call sign": sign.get(m, "").startswith("XV"),
            }[how]
            if guilty:
                out[m] = replace(f, checks=(*f.checks, CheckFact(ago(0.01), "hit", 10**6)))
        return out

    return facts


@pytest.mark.parametrize("how", ["flag", "number", "crew", "call sign"])
def test_a_prejudice_in_the_flow_would_be_found(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who_to_check, "facts_of", biased(who_to_check.facts_of, how))
    assert crossings(300)[1] > 0


def test_an_origin_counts_only_as_a_voyage_with_a_dated_notice() -> None:
    def points(calls: tuple[Call, ...], *notices: Notice) -> float:
        return assess(Facts(calls=calls), weights(), notices, NOW).points

    call = Call("Da Nang", ago(4), ago(3))
    good = Notice("Da Nang", ago(10).date(), ago(1).date(), "NNCC 2026-17", ago(9).date())
    assert points((call,)) == 0.0
    assert points((), good) == 0.0
    assert points((call,), good) == weights()["origin"]["points"]
    assert points((call,), replace(good, port="Haikou")) == 0.0
    assert points((call,), replace(good, until=ago(4).date())) == 0.0
    assert points((call,), replace(good, dated=(NOW + timedelta(days=1)).date())) == 0.0
    assert points((call, Call("Haikou", ago(2), ago(1.5))), good) == 0.0  # the voyage from there has ended
    assert points((Call("Da Nang", ago(40), ago(39)),), replace(good, since=ago(60).date())) == 0.0
