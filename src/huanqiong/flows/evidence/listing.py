"""The list of electronic data in a bundle: each member, what it is, its size and SHA-256, where it came
from, when.

Source: 法发〔2016〕22号 (electronic data in criminal cases), art. 14: a list with hashes goes with the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from huanqiong.core.time import iso
from huanqiong.flows.evidence import form
from huanqiong.flows.evidence.receivers import Receiver
from huanqiong.lake.objects import Objects

AIS_ZH: Final = (
    "AIS 由船舶自行播报，未经认证：其内容是该船（或冒用其识别码者）自称的，不是对其身份、位置的证明。"
)
AIS_EN: Final = (
    "AIS is reported by vessels themselves and is not authenticated: it says what a vessel, or whoever used "
    "her number, said of itself; it proves neither who she was nor where she was."
)
_HERE: Final = ("导出时由本系统根据记录生成", "made from the records by this program when exported")
_LAKE: Final = ("本系统存储的接收数据", "received data as this store keeps it")
_DESK: Final = ("值班席记录", "the watch desk's records")
_WHAT: Final = (
    (re.escape(form.README), "说明", "what the bundle is and how to check it", _HERE),
    (re.escape(form.ALERT), "预警及其处置", "the alert and what was done about it", _DESK),
    (re.escape(form.VERDICTS), "每一版判定", "every version of every verdict", _DESK),
    (re.escape(form.FROZEN), "处置人员当时所见", "what stood on the screen when a person acted", _DESK),
    (re.escape(form.BOARDING), "登临记录各版本", "every version of the boarding record", _DESK),
    (re.escape(form.POSITIONS), "本船（及对方船）位置", "positions of this ship (and its partner)", _LAKE),
    (re.escape(form.OTHER), "遇险与安全电文", "distress and safety texts", _LAKE),
    (re.escape(form.ZONES), "判定所涉区域", "zones that a verdict names", _DESK),
    (re.escape(form.PIECES), "原始字节位置索引", "where each excerpt lies in its raw file", _HERE),
    (r"raw/.*", "原始数据摘录", "original bytes, cut out of the raw file", ("", "")),
    (r"runs/\d+/heard\.csv", "他船数量（不含航迹）", "how many other ships were heard, no tracks", _LAKE),
    (r"runs/\d+/anchorages\.csv", "由航迹得出的锚地", "anchorages found from the traffic", _LAKE),
    (r"profiles/.*", "判定规则", "the detectors' rules", ("本系统的规则文件", "this program's rule files")),
    (r"geography/.*", "地理数据", "geography", ("本数据仓的地理数据", "this store's geography")),
)


def electronic_data(
    members: Mapping[str, bytes],
    raw: Sequence[Mapping[str, Any]],
    objects: Objects,
    receivers: Sequence[Receiver],
    boardings: int,
) -> dict[str, Any]:
    """The list over these members. `raw`: what the manifest says of each raw file.

    A raw excerpt names its whole file by SHA-256, and when this store kept it; what is made or kept here
    has no time of receipt (None). The same alert gives the same list.
    """
    whole = {str(r["member"]): str(r["sha256"]) for r in raw if r.get("member")}
    return {
        "format": "huanqiong-electronic-data/1",
        "items": [_item(name, members[name], whole.get(name), objects) for name in sorted(members)],
        "ais": {"zh": AIS_ZH, "en": AIS_EN},
        "receivers": [r.as_dict() for r in receivers],
        "boardings": boardings,
    }


def _item(name: str, data: bytes, whole: str | None, objects: Objects) -> dict[str, Any]:
    zh, en, (from_zh, from_en) = next((w[1], w[2], w[3]) for w in _WHAT if re.fullmatch(w[0], name))
    received = None
    if whole is not None:
        from_zh, from_en = f"原始文件 SHA-256 {whole}", f"raw file of SHA-256 {whole}"
        received = _kept(objects.where(whole))
    return {
        "name": name,
        "zh": zh,
        "en": en,
        "bytes": len(data),
        "sha256": form.sha256(data),
        "from_zh": from_zh,
        "from_en": from_en,
        "received_at": received,
    }


def _kept(path: Path) -> str | None:
    """When the file system says that the raw file was kept, to the second; None where it is gone."""
    try:
        return iso(datetime.fromtimestamp(int(path.stat().st_mtime), UTC))
    except OSError:
        return None
