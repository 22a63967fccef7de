"""Measured values for Prometheus, and who may read them. With several processes theirs are added together.

A request is counted under its route's pattern, never its address: addresses hold tokens and people's numbers.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from prometheus_client import REGISTRY as ONE_PROCESS
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from huanqiong.console import stream
from huanqiong.console.live import live_desk
from huanqiong.desk.trust.reads import log_end, outbox_waiting

REQUESTS = Counter("huanqiong_requests", "Requests answered.", ["route", "method", "status"])
SECONDS = Histogram(
    "huanqiong_request_seconds",
    "Time to the first byte of an answer, in seconds.",
    ["route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
READERS = Gauge("huanqiong_stream_readers", "Browsers on the stream.", multiprocess_mode="livesum")
DROPPED = Counter("huanqiong_stream_dropped", "Readers let go because they did not take what was sent.")
PROBES: Final = ("/healthz", "/readyz", "/metrics")
"""Asked for all day long by machines: counted, not logged."""
LOOK_S: Final = 5.0
"""How often a process writes down what only it knows."""

access_log = logging.getLogger("huanqiong.access")
log = logging.getLogger(__name__)


def route_of(request: HttpRequest) -> str:
    """The pattern under which a request was answered; of files and unknown addresses one word."""
    if request.path.startswith("/static/"):
        return "/static/"
    try:
        # Where a middleware answered, nothing has looked the address up yet.
        return f"/{(request.resolver_match or resolve(request.path_info)).route}"
    except Resolver404:
        return "(none)"


class MetricsMiddleware:
    """Counts every answer, and leaves one line of it in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        status = 500
        try:
            response = self.get_response(request)
            status = response.status_code
            return response
        finally:
            seconds = time.perf_counter() - began
            route = route_of(request)
            REQUESTS.labels(route, request.method or "", status).inc()
            SECONDS.labels(route).observe(seconds)
            facts = {
                "route": route,
                "method": request.method,
                "status": status,
                "ms": round(seconds * 1000, 1),
            }
            level = logging.DEBUG if route in PROBES else logging.INFO
            access_log.log(level, "answered", extra={"facts": facts})


def watch_this_process() -> None:
    """Writes down, for as long as the process lives, how many browsers hear it and how many it let go."""

    def look() -> None:
        let_go = 0
        while True:
            with stream._lock:
                tails = list(stream._tails.values())
            READERS.set(sum(len(t.readers) for t in tails))
            dropped = sum(t.dropped for t in tails)
            DROPPED.inc(max(0, dropped - let_go))
            let_go = dropped
            time.sleep(LOOK_S)

    threading.Thread(target=look, name="metrics", daemon=True).start()


class _Records:
    """What the records and the feed say at the moment of asking, the same in every process."""

    def collect(self) -> Iterator[Any]:
        up = GaugeMetricFamily("huanqiong_database_up", "1 while the records' database answers.")
        try:
            yield from _log()
            up.add_metric([], 1)
        except DatabaseError:
            log.warning("metrics: the records' database does not answer")
            up.add_metric([], 0)
        yield up
        yield from _feeds()


def _log() -> Iterator[Any]:
    end = log_end()
    yield CounterMetricFamily("huanqiong_acts", "Acts in the audit log.", value=end.size + end.waiting)
    yield GaugeMetricFamily("huanqiong_log_size", "Entries that have their place in the log.", value=end.size)
    yield GaugeMetricFamily("huanqiong_log_waiting", "Entries that wait for their place.", value=end.waiting)
    yield GaugeMetricFamily(
        "huanqiong_log_lag_seconds", "How long the oldest entry has waited for its place.", value=end.lag_s
    )
    yield GaugeMetricFamily(
        "huanqiong_outbox_waiting",
        "News that wait for their place, given with the log's.",
        value=outbox_waiting(),
    )


_FEED: Final = (
    ("sentences", CounterMetricFamily, "huanqiong_feed_sentences", "Sentences heard from a source."),
    ("broken", CounterMetricFamily, "huanqiong_feed_broken", "Sentences that could not be read."),
    ("dropped", CounterMetricFamily, "huanqiong_feed_dropped", "Sentences lost before they were kept."),
    ("age_s", GaugeMetricFamily, "huanqiong_feed_age_seconds", "Age of a source's last report."),
)
STATES: Final = ("ok", "late", "failing", "lost", "never")


def _feeds() -> Iterator[Any]:
    desk = live_desk()
    rows = desk.health() if desk is not None else []
    for key, family, name, text in _FEED:
        one = family(name, text, labels=["source"])
        for row in rows:
            if row.get(key) is not None:
                one.add_metric([row["name"]], row[key])
        yield one
    states = GaugeMetricFamily(
        "huanqiong_feed_state", "1 for the state a source is in.", labels=["source", "state"]
    )
    for row in rows:
        for state in STATES:
            states.add_metric([row["name"], state], float(row["state"] == state))
    yield states
    ships = GaugeMetricFamily("huanqiong_ships_shown", "Ships of the live picture.")
    if desk is not None:
        ships.add_metric([], len(desk.now))
    yield ships


def may_read(request: HttpRequest) -> bool:
    """Whether the asker is this machine itself, no proxy between, or brings the token of `metrics.token`."""
    token = _token()
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    # A proxy on this machine asks for somebody else, and says so.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _token() -> str:
    """The token that `hq up` leaves in the store's keys; "" where there is none."""
    if settings.STORE_PATH is None:
        return ""
    try:
        return (settings.STORE_PATH / "keys" / "metrics.token").read_text().strip()
    except FileNotFoundError:
        return ""


def metrics(request: HttpRequest) -> HttpResponse:
    """`GET /metrics`: Prometheus' text; 404 to whoever may not read it."""
    if not may_read(request):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    registry.register(_Records())
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.MultiProcessCollector(registry)
        text = generate_latest(registry)
    else:
        text = generate_latest(registry) + generate_latest(ONE_PROCESS)
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
