"""Addresses of the console."""

from __future__ import annotations

from django.urls import path

from huanqiong.console import health, language, metrics, stream
from huanqiong.console.api import api
from huanqiong.console.catalog import catalog
from huanqiong.console.pages import (
    account_acts,
    accounts,
    approvals,
    audit,
    duty,
    factors,
    help,
    holds,
    sealed,
    security,
    sign_in,
    vessels,
    watch,
    zones,
)

urlpatterns = [
    path("", watch.floor, name="floor"),
    path("healthz", watch.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/second/", sign_in.second),
    path("sign-in/second/begin/", sign_in.second_begin),
    path("sign-in/passkey/", sign_in.passkey),
    path("sign-in/passkey/begin/", sign_in.passkey_begin),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("login/<str:token>", sign_in.by_token),
    path("login/<str:token>/", sign_in.by_token),
    path("language/", language.choose, name="language"),
    path("jsi18n/<str:language>/", catalog, name="jsi18n"),
    path("alerts/", watch.alerts, name="alerts"),
    path("duty/", duty.duty, name="duty"),
    path("orders/", watch.orders, name="orders"),
    path("records/", watch.records, name="records"),
    path("vessels/<int:mmsi>/", vessels.vessel, name="vessel"),
    path("search/", vessels.search, name="search"),
    path("zones/", zones.zones, name="zones"),
    path("audit/", audit.audit, name="audit"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/ask/", approvals.ask),
    path("approvals/<int:approval_id>/decide/", approvals.decide),
    path("approvals/<int:approval_id>/withdraw/", approvals.withdraw),
    path("holds/", holds.holds, name="holds"),
    path("holds/ask/", holds.ask),
    path("holds/use/<int:approval_id>/", holds.use),
    path("holds/<int:hold_id>/<str:wish>/", holds.ask_about),
    path("sealed/", sealed.sealed, name="sealed"),
    path("sealed/seal/", sealed.seal),
    path("sealed/ask/", sealed.ask),
    path("sealed/<int:approval_id>/use/", sealed.use),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts/new/", accounts.new),
    path("accounts/<str:code>/", accounts.one),
    path("accounts/<str:code>/<str:action>/", account_acts.change),
    path("account/", security.account, name="account"),
    path("account/app/", factors.app),
    path("account/passkey/", factors.passkey),
    path("account/passkey/begin/", factors.passkey_begin),
    path("account/codes/", factors.recovery_codes),
    path("account/factors/<int:factor_id>/remove/", factors.remove),
    path("account/password/", security.password),
    path("account/sessions/<str:code>/end/", security.end),
    path("account/sessions/end-others/", security.end_others),
    path("help/", help.help_page, name="help"),
    path("health-of-feeds/", help.feeds, name="feeds"),
    path("api/stream", stream.stream),
    path("api/", api.urls),
]
handler400 = "huanqiong.console.refusing.malformed"
handler404 = "huanqiong.console.pages.not_found"
handler500 = "huanqiong.console.pages.broken"
