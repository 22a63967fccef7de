"""Escalation: what waits too long, who was told, what came of it, and the chain itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console import escalation_words
from huanqiong.console.house import house
from huanqiong.console.pages import page
from huanqiong.console.refusals import said
from huanqiong.desk.watch.access import access_escalations
from huanqiong.flows.escalation import chain_of_store, climbs


@page("watch.view")
def escalations(request: HttpRequest) -> HttpResponse:
    """The page."""
    store = house().store
    me = request.user
    chain, wrong = chain_of_store(store)
    mine = {e.id for e in access_escalations(me, own=True)}
    context = {
        "running": escalation_words.by_wait(access_escalations(me, running=True, limit=1000), mine),
        "settled": escalation_words.by_wait(access_escalations(me, running=False), set()),
        "chain": chain,
        "rules": escalation_words.chain_rows(chain),
        "hold_min": chain.hold.total_seconds() / 60,
        "error": said(wrong) if wrong else "",
        "climbs": climbs(store),
    }
    return render(request, "console/escalations.html", context)
