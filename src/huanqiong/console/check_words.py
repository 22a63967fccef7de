"""Whom to check, in words: reasons, checks, and where a vessel is as seen from the zone or the unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from huanqiong.console import texts
from huanqiong.console.order.brief import span
from huanqiong.core.time import iso, show
from huanqiong.core.units import NM_M
from huanqiong.desk.watch.history import PastCheck
from huanqiong.flows.near_zone import Near
from huanqiong.flows.who_to_check import Candidate
from huanqiong.lines.sea.check import Part


def reason(p: Part, now: datetime) -> dict[str, Any]:
    """One reason: its sentence, points, and the alerts or orders behind it."""
    ago = span((now - p.at).total_seconds())
    n = f"{p.value:g}"
    if p.code == "alert":
        judged = {"true": _("judged true"), "unclear": _("judged unclear")}.get(p.detail[1], "")
        told = {"kind": texts.kind_name(p.detail[0]), "severity": n, "ago": ago}
        text = _("%(kind)s, severity %(severity)s, %(ago)s ago") % told + (f" · {judged}" if judged else "")
    elif p.code == "origin":
        told = {"port": p.detail[0], "source": p.detail[1], "dated": p.detail[2]}
        text = _("voyage from %(port)s, named by a notice: %(source)s of %(dated)s") % told
    else:
        text = {
            "dark": _("%(n)s h without a signal where others were heard, last %(ago)s ago"),
            "identity": _("sent another name, call sign or IMO number %(n)s times, last %(ago)s ago"),
            "loitering": _("%(n)s h of loitering at sea, last %(ago)s ago"),
            "hit": _("%(n)s checks with a hit, last %(ago)s ago"),
            "undone": _("the last check was not possible, %(ago)s ago"),
        }[p.code] % {"n": n, "ago": ago}
    links = [f"/?alert={i}" if p.code == "alert" else f"/orders/{i}/" for i in p.ids]
    return {"code": p.code, "text": text, "points": round(p.points, 2), "links": links}


def check(c: PastCheck, now: datetime) -> dict[str, Any]:
    """An earlier check in a line."""
    results = {"hit": _("hit"), "no_hit": _("no hit"), "not_possible": _("not possible")}
    return {
        "order": c.order,
        "at": iso(c.at),
        "shown": show(c.at),
        "ago": span((now - c.at).total_seconds()),
        "result": c.result,
        "result_name": results[c.result],
        "unit": texts.lang() == "en" and c.unit_en or c.unit_zh,
        "boarded": c.boarded,
    }


def candidate(c: Candidate, rank: int, now: datetime, near: Near | None = None) -> dict[str, Any]:
    """A vessel in the list as JSON and as the page shows it."""
    s, v, a = c.seen, c.known, c.assessed
    return {
        "rank": rank,
        "mmsi": s.mmsi,
        "name": v.name if v else "",
        "type": texts.ship_type_name(v.ship_type) if v else "",
        "points": round(a.points, 2),
        "selected": a.selected,
        "where": c.where,
        "place": texts.place(s.lat, s.lon),
        "lat": s.lat,
        "lon": s.lon,
        "sog_kn": round(s.sog_kn, 1) if s.sog_kn is not None else None,
        "cog_deg": round(s.cog_deg) % 360 if s.cog_deg is not None else None,
        "at": iso(s.at),
        "age_s": max(0.0, (now - s.at).total_seconds()),
        "age": span(max(0.0, (now - s.at).total_seconds())),
        "reasons": [reason(p, now) for p in a.parts],
        "clean_at": iso(a.clean_at) if a.clean_at else None,
        "clean": _("checked %s ago, nothing found: what lies before counts less")
        % span((now - a.clean_at).total_seconds())
        if a.clean_at
        else "",
        "checks": [check(x, now) for x in c.checks[:5]],
        "alerts": {"all": c.judged[0], "true": c.judged[1], "false": c.judged[2]},
        "near": _near(near) if near is not None else None,
    }


def _near(n: Near) -> dict[str, Any]:
    return {
        "dist_nm": round(n.dist_m / NM_M, 1),
        "bearing_deg": round(n.bearing_deg) % 360,
        "inside": n.edge_m == 0.0 if n.edge_m is not None else None,
        "edge_nm": round(n.edge_m / NM_M, 1) if n.edge_m is not None else None,
    }
