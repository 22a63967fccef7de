"""What acts are called in the log's page."""

from __future__ import annotations

from django.utils.translation import gettext as _


def act_name(act: str) -> str:
    """An act's name; acts without one are shown by their code."""
    names = {
        "audit": _("Audit log"),
        "audit.begin": _("Log begun"),
        "audit.export": _("Log exported"),
        "evidence.export": _("Evidence exported"),
        "login": _("Sign-in"),
        "login.issue": _("One-time login issued"),
        "login.redeem": _("Signed in by one-time login"),
        "login.password": _("Signed in by password"),
        "person": _("Accounts"),
        "person.create": _("Account made"),
        "person.password": _("Password set"),
        "person.active": _("Account opened or closed"),
        "role": _("Roles"),
        "role.grant": _("Role granted"),
        "role.revoke": _("Role revoked"),
        "registry": _("Registry"),
        "registry.heard": _("Vessels first heard"),
        "registry.static": _("Static data recorded"),
        "registry.register": _("Register entry"),
        "registry.carry": _("Device assigned"),
        "unit": _("Units"),
        "unit.put": _("Unit entered"),
        "unit.load": _("Units loaded"),
        "unit.retire": _("Unit retired"),
        "zone": _("Zones"),
        "zone.draw": _("Zone drawn"),
        "zone.rename": _("Zone renamed"),
        "zone.archive": _("Zone archived"),
        "zone.restore": _("Zone restored"),
        "watch": _("Watch floor"),
        "watch.raise": _("Alerts raised"),
        "watch.withdraw": _("Verdicts withdrawn"),
        "watch.distress": _("Distress raised"),
        "watch.declare_distress": _("Declared as distress"),
        "watch.acknowledge_distress": _("Distress acknowledged"),
        "watch.claim": _("Claimed"),
        "watch.release": _("Released"),
        "watch.judge": _("Judged"),
        "watch.close": _("Closed"),
        "watch.reopen": _("Reopened"),
        "watch.silence": _("Silenced"),
        "watch.lift_silence": _("Silence lifted"),
        "watch.order": _("Order given"),
        "watch.acknowledge_order": _("Order received"),
        "watch.outcome": _("Outcome recorded"),
        "watch.expire_orders": _("Orders expired"),
    }
    return names.get(act, act)
