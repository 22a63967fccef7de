"""What a source is doing, in the page's language: the state of its feed and what its line says of itself.

Feeds and flows speak English; a test holds every sentence that they can say to a pattern here.
"""

from __future__ import annotations

import re

from django.utils.translation import get_language
from django.utils.translation import gettext as _

STATES = ("ok", "late", "failing", "cut", "never", "ended")
"""From `flows.sea_live`, whose `lost` is the console's `cut`; `ended`: a file, read whole."""

_CHINESE: tuple[tuple[str, str], ...] = (
    (r"starting", "正在启动"),
    (r"listening", "监听中"),
    (r"listening, nobody connected", "监听中，尚无连接"),
    (r"listening, (\d+) connected", r"监听中，已有 \1 个连接"),
    (r"listening; last trouble: (.+)", r"监听中；最近一次故障：\1"),
    (r"cannot accept: (.+)", r"无法接受连接：\1"),
    (r"connecting", "正在连接"),
    (r"connected", "已连接"),
    (r"stopped", "已停止"),
    (r"(.+); (?:trying|asking) again in ([\d.]+) s", r"\1；\2 秒后重试"),
    (r"silent: gaps pause until data come again", "信号中断：恢复前暂停静默判定"),
    (r"the feed's process is away: it is being started again", "数据源进程不在：正在重新启动"),
    (r"the detectors are being compiled: alerts come later", "检测器正在编译：预警稍后产生"),
    (r"compiling the detectors: (.+)", r"检测器编译失败：\1"),
    (r"saving the detectors: (.+)", r"检测器状态未能保存：\1"),
    (r"keeping what arrived: (.+)", r"收到的数据未能留存：\1"),
    (r"storing what (?:arrived|is left over): (.+)", r"收到的数据未能入库：\1"),
    (r"reading the zones: (.+)", r"区域未能读取：\1"),
    (r"expiring orders: (.+)", r"查验令时限未能检查：\1"),
    (r"decoding: (.+)", r"解码失败：\1"),
    (r"raising distress: (.+)", r"遇险预警未能产生：\1"),
    (r"moving the map: (.+)", r"海图未能更新：\1"),
    (r"recording static data: (.+)", r"静态信息未能记录：\1"),
    (r"ending the feed before: (.+)", r"前一数据源未能收尾：\1"),
    (r"detecting: (.+)", r"检测失败：\1"),
)


def state_name(state: str) -> str:
    """A feed's state in a word or two."""
    return {
        "ok": _("in time"),
        "late": _("late"),
        "failing": _("failing"),
        "cut": _("cut off"),
        "never": _("nothing heard yet"),
        "ended": _("whole file read"),
    }.get(state, state)


def said(detail: str) -> str:
    """What the line says it is doing; the cause that a system gave stays as it gave it."""
    if get_language() == "en":
        return detail
    for pattern, chinese in _CHINESE:
        found = re.fullmatch(pattern, detail, re.DOTALL)
        if found:
            return found.expand(chinese)
    return detail
