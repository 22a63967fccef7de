"""Errors of acts and reads as the person sees them: an HTTP status and a sentence in their language."""

from __future__ import annotations

import re

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huanqiong.core.errors import (
    HuanqiongError,
    InputError,
    MissingError,
    RefusedError,
    ShapeError,
    StateError,
    UsageError,
)

_STATUS: tuple[tuple[type[HuanqiongError], int], ...] = (
    (RefusedError, 403),
    (MissingError, 404),
    (StateError, 409),
    (ShapeError, 422),
    (UsageError, 422),
    (InputError, 422),
)

# The desks speak English; what an officer meets in daily work is said in Chinese too.
_CHINESE: tuple[tuple[str, str], ...] = (
    (r"Alert (\d+) is claimed by (.+?)\. Ask them", r"预警 \1 已由\2认领，请对方释放后再处理。"),
    (r"Alert (\d+) is no distress", r"预警 \1 不是遇险，请直接认领。"),
    (r"Alert (\d+) is a distress nobody acknowledged", r"预警 \1 是尚未确认的遇险，请先确认。"),
    (r"Alert (\d+) is a distress: no silence", r"预警 \1 是遇险，不得屏蔽，请确认。"),
    (r"Alert (\d+) is a distress already", r"预警 \1 已是遇险。"),
    (r"Alert (\d+) is (\w+)[;.]", r"预警 \1 的状态已变（\2），请刷新后再看。"),
    (r"There is no alert (\d+)", r"没有预警 \1，可能属于另一个数据仓。"),
    (r"There is no order (\d+)", r"没有指令 \1。"),
    (r"Order (\d+) .*(already|ended)", r"指令 \1 已签收或已办结。"),
    (r"A judgement needs a reason", "判定必须写明理由。"),
    (r"An export of evidence needs a purpose", "导出证据必须写明用途。"),
    (r"A silence needs a reason", "屏蔽必须写明理由。"),
    (r"Reopening needs a reason", "重开必须写明理由。"),
    (r"Declaring a possible distress needs a reason", "按遇险处置必须写明理由。"),
    (r"A silence must end after it begins", "屏蔽的结束时间必须晚于开始时间。"),
    (r"A silence lasts at most (\d+) days", r"屏蔽最长 \1 天，请选较早的结束时间。"),
    (r"The deadline has passed already", "时限已过，请选较晚的时间。"),
    (r"There is no silence (\d+)", r"没有屏蔽 \1。"),
    (r"Silence (\d+) was lifted already", r"屏蔽 \1 已解除。"),
    (r"There is no unit '?([^'.]+)'?", r"没有单位 \1。"),
    (r"(?:No vessel|There is no vessel|MMSI).*?(\d{3,9}).*", r"未收到过 MMSI \1 的船。"),
    (r"This one-time login was used", "此一次性登录链接已使用、已过期或无效，请索取新的链接。"),
    (r"User name or password is wrong", "用户名或口令不正确。"),
    (
        r"Too many failed sign-ins\. Try again in (\d+) minutes",
        r"登录失败次数过多，请 \1 分钟后再试，或索取一次性登录链接。",
    ),
    (
        r"the outline crosses or touches itself at ([\d.]+°[NS] [\d.]+°[EW])",
        r"边界在 \1 处自相交或相接。请移动该处附近的顶点，使边线不再相遇。",
    ),
    (r"the outline encloses nothing|the outline is empty", "边界没有围出面积，请至少画三个点。"),
    (r"the outline has (\d+) points, at most (\d+)", r"边界有 \1 个点，最多 \2 个，请简化。"),
    (r"Zone (\d+) .*archived already", r"区域 \1 已归档。"),
)
_MAY_NOT = re.compile(r"(.+?) may not: (.+?) / (.+?) \((.+?)\)")


def status_of(error: HuanqiongError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def said(error: HuanqiongError) -> str:
    """The error's message in the page's language, as far as it is known there."""
    text = str(error)
    may_not = _MAY_NOT.match(text)
    if may_not:
        what = may_not[2] if get_language() == "en" else may_not[3]
        return _("Your role does not allow this: %s.") % what
    if get_language() == "en":
        return text
    for pattern, chinese in _CHINESE:
        found = re.search(pattern, text, re.I)
        if found:
            return found.expand(chinese)
    return text
