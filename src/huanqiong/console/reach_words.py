"""An answer about where she can be as JSON: outlines, units ranked, and in words what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huanqiong.console import rows, texts
from huanqiong.console.reach import meeting_of, shown
from huanqiong.core import reasons
from huanqiong.core.place import bearing_deg
from huanqiong.core.time import iso
from huanqiong.core.units import NM_M
from huanqiong.core.verdict import Reason

if TYPE_CHECKING:
    from huanqiong.flows.interception import Ranked, Reach, Waters


def _said(found: tuple[Reason, ...]) -> list[str]:
    return [reasons.render(r, texts.lang(), limits=True) for r in found]


def answer(reach: Reach, of: str) -> dict[str, Any]:
    """The whole answer in the page's language; `fix` null: nothing was heard, and `says` tell so. `of`: what
    was asked about, as `alert:7`."""
    fix = reach.fix
    return {
        "at": iso(reach.at),
        "fix": None
        if fix is None
        else {
            "t": iso(fix.t),
            "lat": fix.lat,
            "lon": fix.lon,
            "sog": fix.sog_kn,
            "cog": fix.cog_deg,
            "age_s": (reach.at - fix.t).total_seconds(),
            "where": texts.place(fix.lat, fix.lon),
        },
        "says": _said(reach.says),
        "hours": [_waters(w) for w in reach.waters],
        "units": [_unit(reach, r, of) for r in reach.units],
        "norms": reach.norms,
    }


def _waters(w: Waters) -> dict[str, Any]:
    return {
        "hours": w.hours,
        "at": iso(w.at),
        "says": _said(w.reasons),
        "area_km2": {f"{share:.0%}": round(km2, 1) for share, km2 in w.area_km2.items()},
        "regions": {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {"share": round(share * 100)}, "geometry": shape}
                for share, shape in sorted(w.outlines.items(), reverse=True)
            ],
        },
    }


def _unit(reach: Reach, r: Ranked, of: str) -> dict[str, Any]:
    """`how`: meets, ahead, none (it cannot), unknown (it was not counted)."""
    met = meeting_of(reach, r.unit.code)
    out = rows.unit(r.unit) | {
        "agency": r.unit.agency,
        "speed_kn": r.unit.speed_kn,
        "lat": r.lat,
        "lon": r.lon,
        "heard_at": iso(r.heard) if r.heard else None,
        "how": met["how"] if met else "none" if r.meeting is not None else "unknown",
        "says": _said(r.reasons),
        "meeting": None,
    }
    place = (r.meeting.meets or r.meeting.ahead) if r.meeting else None
    if met is None or place is None or r.lat is None or r.lon is None:
        return out
    bearing = round(float(bearing_deg(r.lat, r.lon, place.lat, place.lon))) % 360
    out["meeting"] = {
        "t": met["t"],
        "minutes": round((place.t - reach.at).total_seconds() / 60),
        "lat": met["lat"],
        "lon": met["lon"],
        "where": texts.place(place.lat, place.lon),
        "bearing": bearing,
        "nm": round(place.way_m / NM_M, 1),
        "token": shown(met, of, r.unit.code),
    }
    return out
