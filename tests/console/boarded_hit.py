"""A whole boarding record with a hit, as a phone sends it: invented people, the planted day."""

from __future__ import annotations

from typing import Any

HIT: dict[str, Any] = {
    "result": "hit",
    "agency": "海警",
    "began": "0130",
    "ended": "0215",
    "where": "19°06.0'N 108°12.0'E",
    "flag": "CN",
    "basis": [{"law": "海警法", "version": "2021-01-22", "article": 18}],
    "officers": [{"name": "王海", "badge": "B1001"}, {"name": "李澜", "badge": "B1002"}],
    "aboard": 3,
    "crew": [{"name": "陈船长", "role": "船长", "document": "身份证 4600…", "nationality": "", "note": ""}],
    "papers": "国籍证书齐全",
    "searched": "机舱与前舱",
    "found": "夹层内 12 包",
    "for_crew": "船长主动打开夹层",
    "recording": "REC-7",
    "present": "陈船长",
    "clock_offset_s": -0.8,
    "clock_at": "0100",
}
