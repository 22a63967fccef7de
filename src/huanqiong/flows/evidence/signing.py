"""The page to print and sign: the list of electronic data, two officers, a witness; text, and HTML without
scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from huanqiong.core.time import show

if TYPE_CHECKING:  # checking a bundle needs no Django
    from huanqiong.desk.watch.boarded import BoardingRow
    from huanqiong.desk.watch.rows import AlertDetail

TITLE = ("电子数据清单", "List of electronic data")
FIELDS = (
    ("执法人员一（姓名、证号、签名、日期）", "First officer (name, badge, signature, date)"),
    ("执法人员二（姓名、证号、签名、日期）", "Second officer (name, badge, signature, date)"),
    ("见证人（姓名、证件、签名、日期）", "Witness (name, document, signature, date)"),
)
SIGNED = (
    "上列电子数据与本包内文件逐一核对，名称、大小、SHA-256 一致。见证人不能到场的，在此注明原因：",
    "The data listed were compared with the files of this bundle: names, sizes and SHA-256 agree. "
    "Where no witness could be present, the reason is written here:",
)
_RESULTS = {"hit": "查获", "no_hit": "未查获", "not_possible": "未能查验"}
DRILL = ("演练：内容纯属虚构", "DRILL: everything here is invented")
_STYLE = (
    "body{font:12pt/1.45 sans-serif;margin:14mm;color:#000}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #555;padding:3px 5px;vertical-align:top;text-align:left;font-size:9.5pt}"
    "code{overflow-wrap:anywhere;font-size:8.5pt}"
    ".f{border-bottom:1px solid #000;min-height:22mm;margin-top:6mm}"
    ".d{border:2px solid #000;text-align:center;font-weight:bold;padding:4px}@page{size:A4}"
)


def clocks(listed: dict[str, Any]) -> list[tuple[str, str]]:
    """What is known of each receiver's clock, in Chinese and English."""
    out = []
    for r in listed["receivers"]:
        name = r["receiver"] or "–"
        if r["offset_s"] is None:
            zh, en = "时钟误差未知", "clock offset not known"
        else:
            zh = f"时钟误差 {r['offset_s']} 秒（{r['checked_at']} 由{r['checked_by']}核对）"
            en = f"clock offset {r['offset_s']} s (checked {r['checked_at']} by {r['checked_by']})"
        out.append((f"接收站 {name}：{r['rows']} 条，{zh}", f"Receiver {name}: {r['rows']} rows, {en}"))
    return out or [("没有接收站信息，时钟误差未知", "No receiver is named; its clock offset is not known")]


def boarded(rows: list[BoardingRow]) -> list[tuple[str, str]]:
    """The boarding records in a line each."""
    out = []
    for b in rows:
        when = show(b.record.began) if b.record.began else "–"
        w, result = b.waters, _RESULTS[b.record.result]
        layer = f" ({w.source}, {w.day})" if w.code else ""
        who = "、".join(f"{o.name} {o.badge}" for o in b.record.officers) or "–"
        out.append(
            (
                f"登临记录 命令 {b.order_id} 第 {b.number} 版：{when} +08:00，{result}；"
                f"执法人员 {who}；"
                f"水域 {w.name_zh or w.code or '未定'}{layer}；录音录像 {b.record.recording or '–'}",
                f"Boarding record of order {b.order_id}, version {b.number}: {when} +08:00, "
                f"{b.record.result}; officers {who}; waters {w.code or 'not determined'}{layer}; "
                f"recording {b.record.recording or '–'}",
            )
        )
    return out


def _head(detail: AlertDetail, title: tuple[str, str], drill: bool) -> list[tuple[str, str]]:
    store = (f"预警 № {detail.row.id}，{title[0]}", f"Alert № {detail.row.id}, {title[1]}")
    return [*([DRILL] if drill else []), TITLE, store]


def page_text(
    detail: AlertDetail,
    listed: dict[str, Any],
    rows: list[BoardingRow],
    title: tuple[str, str],
    *,
    drill: bool,
) -> bytes:
    """The page as plain text, both languages."""
    lines: list[str] = []
    for zh, en in [*_head(detail, title, drill), (listed["ais"]["zh"], listed["ais"]["en"]), *clocks(listed)]:
        lines += [zh, en, ""]
    for zh, en in boarded(rows):
        lines += [zh, en, ""]
    for n, item in enumerate(listed["items"], 1):
        received = item["received_at"] or "–"
        lines.append(f"{n}. {item['name']}  {item['bytes']} B")
        lines.append(f"   SHA-256 {item['sha256']}")
        lines.append(f"   {item['zh']} · {item['en']}")
        lines.append(f"   来源 From: {item['from_zh']} · {item['from_en']}  接收 Received: {received}")
    lines += ["", *SIGNED, "", ""]
    for zh, en in FIELDS:
        lines += [zh, en, "", "  " + "_" * 60, ""]
    return ("\n".join(lines) + "\n").encode()


def page_html(
    detail: AlertDetail,
    listed: dict[str, Any],
    rows: list[BoardingRow],
    title: tuple[str, str],
    *,
    drill: bool,
) -> bytes:
    """The page as HTML without scripts and without anything to fetch."""
    out = ['<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">']
    out.append(f"<title>{escape(' '.join(TITLE))}</title><style>{_STYLE}</style></head><body>")
    if drill:
        out.append(f'<p class="d">{escape(" / ".join(DRILL))}</p>')
    out.append(f"<h1>{escape(' / '.join(TITLE))}</h1>")
    told = [_head(detail, title, False)[1], (listed["ais"]["zh"], listed["ais"]["en"])]
    out += [f"<p>{escape(zh)}<br>{escape(en)}</p>" for zh, en in [*told, *clocks(listed), *boarded(rows)]]
    out.append("<table><thead><tr><th>№</th><th>名称 Name</th><th>内容 What</th><th>字节 Bytes</th>")
    out.append("<th>SHA-256</th><th>来源 From</th><th>接收 Received</th></tr></thead><tbody>")
    for n, item in enumerate(listed["items"], 1):
        cells = (
            f"<td>{n}</td><td><code>{escape(item['name'])}</code></td>"
            f"<td>{escape(item['zh'])}<br>{escape(item['en'])}</td><td>{item['bytes']}</td>"
            f"<td><code>{item['sha256']}</code></td>"
            f"<td><code>{escape(item['from_zh'])}<br>{escape(item['from_en'])}</code></td>"
            f"<td>{escape(item['received_at'] or '–')}</td>"
        )
        out.append(f"<tr>{cells}</tr>")
    out.append("</tbody></table>")
    out.append(f'<p>{escape(SIGNED[0])}<br>{escape(SIGNED[1])}</p><div class="f"></div>')
    out += [f'<div class="f">{escape(zh)}<br>{escape(en)}</div>' for zh, en in FIELDS]
    out.append("</body></html>")
    return ("\n".join(out) + "\n").encode()
