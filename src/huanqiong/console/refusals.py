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
    (
        r"The records cannot be read or written now",
        "记录暂时无法读写，本次操作未保留。请稍后重试；持续如此请告知管理员。",
    ),
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
    (r".*\((.+?)\) is opened for a named purpose only", r"“\1”须写明法定用途方可查阅。"),
    (r"Bulk export needs a second person", "批量导出须由第二人批准，请先申请。"),
    (r"Nobody decides their own request", "不得审批自己的申请，须由他人审批。"),
    (r"(\S+) is sealed already", r"\1 已封存。"),
    (r"(\S+) is not sealed", r"\1 未封存。"),
    (r"Order (\d+) has its boarding record", r"指令 \1 已有登临记录，请更正该记录。"),
    (r"Order (\d+) has no boarding record yet", r"指令 \1 尚无登临记录，请先登记。"),
    (r"Order (\d+) ended as", r"指令 \1 已有另一结果，登临记录须与其一致。"),
    (r"A correction of a boarding record", "更正登临记录须写明更正内容。"),
    (r"A hit is filed with its boarding record", "查获须随登临记录登记：请在该指令的“登临记录”页填写。"),
    (r"A seal needs a reason", "封存须写明已生效的决定。"),
    (r"Lifting a seal needs a reason", "解除封存须写明决定的变化。"),
    (r"Order (\d+) of alert (\d+) has no outcome yet", r"预警 \2 的指令 \1 尚无结果，请先登记。"),
    (r"《(.+?)》 is no law in force", r"《\1》不是本系统所知的现行法律，请另选，或在 laws.toml 中补录。"),
    (r"《(.+?)》 article", r"请写明《\1》的条号。"),
    (r"Name the organ or unit that asks", "请写明查询单位及其案卷号。"),
    (r"This request is not one of yours about a sealed", "这不是您关于封存记录的申请。"),
    (r"A request needs a reason", "申请须写明理由。"),
    (r"There is no request (\d+)", r"没有申请 \1。"),
    (r"Request (\d+) is decided already", r"申请 \1 已审批。"),
    (r"Request (\d+) was taken back", r"申请 \1 已撤回。"),
    (r"Request (\d+) has expired", r"申请 \1 已过期，请重新申请。"),
    (r"Request (\d+) is not decided yet", r"申请 \1 尚未审批。"),
    (r"Request (\d+) was refused", r"申请 \1 未获批准。"),
    (r"Request (\d+) was used or taken back", r"申请 \1 已使用或已撤回。"),
    (r"Request (\d+) is another's", r"申请 \1 属于他人或另一事项。"),
    (r"Request (\d+) was granted for less", r"申请 \1 批准的范围小于本次操作。"),
    (r"Only who asked can take a request back", "只有申请人可以撤回申请。"),
    (r"This one-time login was used", "此一次性登录链接已使用、已过期或无效，请索取新的链接。"),
    (r"User name or password is wrong", "用户名或口令不正确。"),
    (
        r"Too many failed sign-ins\. Try again in (\d+) minutes",
        r"登录失败次数过多，请 \1 分钟后再试，或索取一次性登录链接。",
    ),
    (r"This code is not right\. Wait", "验证码不正确。请等待下一个验证码，或使用恢复码。"),
    (r"This code is not right\. Check", "验证码不正确。请检查设备时间，再试下一个验证码。"),
    (r"This passkey does not open an account", "此通行密钥不能打开本系统的账户，请换用其他密钥或口令。"),
    (r"The passkey's answer does not hold", "通行密钥的回应无效，请重试。"),
    (r"The passkey did not check its holder", "通行密钥未核验持有人（PIN、指纹或面容），请重试。"),
    (r"There is an authenticator app on this account already", "此账户已有验证器应用，请先移除。"),
    (
        r"This authenticator app was enrolled under another key",
        "此验证器应用登记于另一密钥之下，请管理员重置第二因素。",
    ),
    (r"Recovery codes stand in for", "恢复码用于代替第二因素，请先登记第二因素。"),
    (r"There is no second factor (\d+)", r"此账户没有第二因素 \1。"),
    (r"(\S+) has no second factor", r"\1 没有第二因素。"),
    (
        r"(\S+) cannot hold (\w+) too: .*never sit",
        "此角色与所持角色互斥：关怀与执法不得同属一个账户。请先撤销另一角色。",
    ),
    (r"and cannot hold (\w+) too: .*the two halves", "此角色与所持角色互斥：密钥两半必须分持。"),
    (r"cannot grant a role to their own account", "不能给自己的账户授予角色，请另一位管理员办理。"),
    (r"cannot (?:open or close|unlock|reset)", "不能对自己的账户执行此操作，请另一位管理员办理。"),
    (r"The account (\S+) is closed\.", r"账户 \1 已停用，请先启用。"),
    (r"The account (\S+) is (?:open|closed) already", r"账户 \1 的状态已是如此，请刷新后再看。"),
    (r"The account (\S+) is not locked", r"账户 \1 未被锁定。"),
    (r"There is already an account '?([^'.]+)'?", r"已有账户 \1，请另取名称。"),
    (r"There is no account '?([^'.]+)'?", r"没有账户 \1。"),
    (r"(\S+) does not hold the role (\w+)", r"\1 未持有此角色。"),
    (r"^(.+): (\d+) characters, at most (\d+) fit", r"“\1”有 \2 个字符，最多 \3 个，请缩短。"),
    (r"User name '.*': use 1 to 60", "用户名须为 1 至 60 个可见字符，不含空格。"),
    (r"Code '?([^']*)'? is not of a station", r"“\1”不是站点或地区代码：1 至 40 个字符，不含空格。"),
    (r"There is no role '?([^'.]*)'?", r"没有角色 \1。"),
    (
        r"may not at (\S+): .*The role holds at: ([^.]*)\.",
        r"您的角色不适用于 \1，仅适用于：\2。请管理员扩大范围。",
    ),
    (
        r"the outline crosses or touches itself at ([\d.]+°[NS] [\d.]+°[EW])",
        r"边界在 \1 处自相交或相接。请移动该处附近的顶点，使边线不再相遇。",
    ),
    (r"the outline encloses nothing|the outline is empty", "边界没有围出面积，请至少画三个点。"),
    (r"the outline has (\d+) points, at most (\d+)", r"边界有 \1 个点，最多 \2 个，请简化。"),
    (r"Zone (\d+) .*archived already", r"区域 \1 已归档。"),
    (r"is no subject of a hold", "编号或代码不符合所选对象，请核对：预警和设备填编号，船舶和账户填代码。"),
    (r"A hold needs a reason", "保全须写明理由。"),
    (r"A hold names a subject, or waters", "须指明对象，或指明水域及其时间。"),
    (r"A hold's time ends before it begins", "保全时间的结束早于开始。"),
    (r"Lifting a hold needs a reason", "解除保全须写明理由。"),
    (r"There is no hold (\d+)", r"没有第 \1 号保全。"),
    (r"Hold (\d+) was lifted or has lapsed", r"第 \1 号保全已解除或已失效。"),
    (r"Hold (\d+) is no proposal that waits", r"第 \1 号保全不是待确认的提议。"),
    (r"The proposal of hold (\d+) has lapsed", r"第 \1 号保全的提议已失效，请重新申请保全。"),
    (r"not a position: ['\"](.*?)['\"]", r"位置“\1”无法识别，请写作 20°02.4'N 110°11.5'E。"),
    (r"not a time: ['\"](.*?)['\"]", r"时间“\1”无法识别，请写作 2026-11-20 08:00。"),
)
_MAY_NOT = re.compile(r"(.+?) may not: (.+?) / (.+?) \((.+?)\)")


class RecordsAwayError(HuanqiongError):
    """The records' database is full or away: nothing was kept, try again later."""

    def __init__(self) -> None:
        super().__init__(
            "The records cannot be read or written now, and nothing of this was kept. "
            "Try again soon; tell an administrator if it lasts."
        )


def status_of(error: HuanqiongError) -> int:
    """The HTTP status of an error."""
    if isinstance(error, RecordsAwayError):
        return 503
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
