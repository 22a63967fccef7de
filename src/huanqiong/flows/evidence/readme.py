"""The first page of a bundle, in both languages: what it is, what it says, how anyone checks it."""

from __future__ import annotations

from collections.abc import Sequence

import huanqiong
from huanqiong.core.reasons import headline, kind_name
from huanqiong.core.time import iso, show
from huanqiong.core.verdict import Reason
from huanqiong.desk.watch.rows import AlertDetail, VerdictRow

_DRILL = """\
==============================================================
  演练 / DRILL
  本包内容纯属虚构，仅供演练，不涉及任何真实船舶。
  Everything in this bundle is invented. No real vessel is meant.
==============================================================

"""

_TEXT = """\
环琼证据包 · Huanqiong evidence bundle
预警 Alert № {alert}   {title_zh} / {title_en}

一、内容
{said_zh}
二、如何核验（无需数据库，无需原系统，无需网络）
  1. 在任何装有 Python 3.11 以上的机器上：pip install huanqiong=={version}
  2. hq evidence verify 本文件 --key 公钥.pem
  公钥请向出具单位另行索取（hq audit export --key-out），不要只信包内的 store-key.pem。
  核验会检查每个文件的哈希与签名，把原始语句重新解码并与位置记录比对，
  再用同一套规则仅凭包内数据重新计算判定，逐字节比较。
  若持有原始文件：加 --raw 原始文件；若持有审计日志：加 --log 日志，均可进一步印证。

1. What it says
{said_en}
2. How to check it (no database, no store, no network)
  On any machine with Python 3.11 or later: pip install huanqiong=={version}
  then: hq evidence verify THIS_FILE --key PUBLIC.pem
  Ask the issuer for the public key by another way (hq audit export --key-out); do not trust the
  enclosed store-key.pem alone. Checking compares every hash and the signature, decodes the raw
  sentences again and compares them with the positions, and computes the verdicts again from
  nothing but this bundle, byte for byte. With the raw files (--raw FILE) and the audit log
  (--log LOG) at hand, more can be shown.

3. 文件 Files
  manifest.json    清单：每个文件的 SHA-256、目的、导出人、程序与规则版本、计算条件
                   the list: every file's SHA-256, purpose, exporter, versions, how each verdict came about
  manifest.sig     对清单的签名 · signature over the manifest
  alert.json       预警：判定、命令、结果 · the alert, judgements, orders, outcomes
  verdicts.jsonl   每一版判定，规范字节 · every version of every verdict, canonical bytes
  frozen.jsonl     处置人员当时所见 · what stood on the screen when a person acted
  positions.csv    仅本船（及对方船）的位置 · positions of this ship (and its partner) only
  other.csv        遇险与安全电文 · distress and safety texts
  raw/             这些位置的原始字节 · the original bytes of these positions
  runs/            计算条件：他船数量（不含航迹）、锚地 · counts of other ships (no tracks), anchorages
  profiles/ geography/ zones.geojson   规则、地理、区域 · rules, geography, zones
  electronic-data.json  电子数据清单 · the list of electronic data: name, what, size, SHA-256, source, time
  signatures.html, .txt  供两名执法人员与见证人签字的清单 · the list, to be signed
  boarding.jsonl   登临记录各版本（如有）· every version of the boarding record, where there is one
  audit.jsonl      有关审计记录、其在日志树中的证明、签名检查点 · log entries, their proofs, checkpoint

一切时间均为 UTC，除注明者外。Times are UTC unless marked +08:00.
"""


def readme(detail: AlertDetail, *, title_zh: str, title_en: str, drill: bool) -> bytes:
    """The page's bytes; the same alert gives the same page."""
    current = [v for v in detail.verdicts if v.current] or list(detail.verdicts)
    text = _TEXT.format(
        alert=detail.row.id,
        title_zh=title_zh,
        title_en=title_en,
        version=huanqiong.__version__,
        said_zh=_said(detail, current, "zh"),
        said_en=_said(detail, current, "en"),
    )
    return ((_DRILL if drill else "") + text).encode()


def _said(detail: AlertDetail, verdicts: Sequence[VerdictRow], lang: str) -> str:
    a = detail.row
    who = a.vessel or a.subject
    other = a.other_vessel or a.other_subject
    lines = [
        f"  {'对象' if lang == 'zh' else 'Subject'}: {who}"
        + (f" ({a.subject})" if a.vessel else "")
        + (f" / {other} ({a.other_subject})" if other else "")
    ]
    for v in verdicts:
        why = headline([Reason(**r) for r in v.reasons], lang, v.kind)
        when = f"{show(v.t0)} – {show(v.t1)} +08:00 ({iso(v.t0)})"
        lines.append(f"  {kind_name(v.kind, lang)}: {when}")
        lines.append(f"    {why}")
    return "\n".join(lines) + "\n"
