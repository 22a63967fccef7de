"""Zones a person draws and names; who passed them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from huanqiong.console.pages import page


@page("registry.view")
def zones(request: HttpRequest) -> HttpResponse:
    """The page; its map and lists come from the API."""
    return render(request, "console/zones.html")
