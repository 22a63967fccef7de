"""The HTTP API under `/api/`: thin routes from access and reads to JSON, from JSON to acts.

Session sign-in with CSRF; errors are `{"message"}` in the page's language with 400, 401, 403, 404, 409, 413,
422, 429 or 503 (`described.py` tells what each means).
"""

from __future__ import annotations

import logging

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import django_auth

from huanqiong.console.api import (
    alerts,
    audit,
    boarding,
    check,
    duty,
    escalations,
    orders,
    reach,
    sea,
    shore,
    silences,
    store,
    vessels,
    zones,
)
from huanqiong.console.api.described import CleanParser, Described
from huanqiong.console.refusals import RecordsAwayError, said, status_of
from huanqiong.core.errors import HuanqiongError

api = Described(
    title="Huanqiong",
    version="1",
    auth=django_auth,
    docs_url=None,
    openapi_url="/openapi.json",
    parser=CleanParser(),
)
api.add_router("/", store.router)
api.add_router("/sea", sea.router)
api.add_router("/alerts", alerts.router)
api.add_router("/orders", orders.router)
api.add_router("/orders", boarding.router)
api.add_router("/check", check.router)
api.add_router("/duty", duty.router)
api.add_router("/escalations", escalations.router)
api.add_router("/reach", reach.router)
api.add_router("/silences", silences.router)
api.add_router("/shore", shore.router)
api.add_router("/vessels", vessels.router)
api.add_router("/zones", zones.router)
api.add_router("/audit", audit.router)


@api.exception_handler(HuanqiongError)
def _ours(request: HttpRequest, error: HuanqiongError) -> HttpResponse:
    return api.create_response(request, {"message": said(error)}, status=status_of(error))


@api.exception_handler(OperationalError)
def _away(request: HttpRequest, error: OperationalError) -> HttpResponse:
    logging.getLogger(__name__).error("the records refused: %s", error)
    return _ours(request, RecordsAwayError())


@api.exception_handler(AuthenticationError)
def _nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return api.create_response(request, {"message": _("Sign in first.")}, status=401)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    where = "; ".join(f"{'.'.join(str(x) for x in e['loc'][1:])}: {e['msg']}" for e in error.errors)
    return api.create_response(
        request, {"message": _("The request is not understood: %s") % where}, status=422
    )


@api.exception_handler(HttpError)
def _unread(request: HttpRequest, error: HttpError) -> HttpResponse:
    return api.create_response(
        request, {"message": _("The request is not understood: %s") % error}, status=error.status_code
    )


@api.exception_handler(OverflowError)
def _beyond(request: HttpRequest, error: OverflowError) -> HttpResponse:
    text = _("The request is not understood: %s") % error
    return api.create_response(request, {"message": text}, status=422)
