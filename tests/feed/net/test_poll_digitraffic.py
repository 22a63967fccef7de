"""Digitraffic polled from a server on loopback that speaks the same JSON, gzip and refusals."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from web_server import Served, serving

from huanqiong.core.errors import MissingError
from huanqiong.feed.net.digitraffic import NOTE, DigitrafficFeed, Polled, poll
from huanqiong.feed.net.stamps import to_us

NOW = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)


def ms(t: datetime) -> int:
    return to_us(t) // 1000


class Service:
    """The two addresses of the service over a fleet that can move between questions."""

    def __init__(self) -> None:
        self.ships: dict[int, dict[str, Any]] = {}
        self.vessels = [
            {"mmsi": 230000001, "name": "VÄINÖ", "imo": 9123456, "callSign": "OJAA", "shipType": 70,
             "draught": 64,
             "destination": "HELSINKI", "eta": 416128, "timestamp": ms(NOW), "posType": 1,
             "referencePointA": 100, "referencePointB": 20, "referencePointC": 9, "referencePointD": 8},
        ]  # fmt: skip

    def moves(self, mmsi: int, t: datetime, lat: float, **values: Any) -> None:
        properties = {
            "mmsi": mmsi, "sog": 10.2, "cog": 207.0, "navStat": 0, "rot": 0, "posAcc": True, "raim": False,
            "heading": 206, "timestamp": t.second, "timestampExternal": ms(t),
        } | values  # fmt: skip
        self.ships[mmsi] = {
            "mmsi": mmsi, "type": "Feature", "geometry": {"type": "Point", "coordinates": [25.1, lat]},
            "properties": properties,
        }  # fmt: skip

    def locations(self, handler: BaseHTTPRequestHandler) -> None:
        since = int(parse_qs(urlsplit(handler.path).query).get("from", ["0"])[0])
        found = [f for f in self.ships.values() if f["properties"]["timestampExternal"] >= since]
        answer(handler, {"type": "FeatureCollection", "dataUpdatedTime": NOW.isoformat(), "features": found})

    def served(self) -> Served:
        return Served(
            answers={
                "/api/ais/v1/locations": self.locations,
                "/api/ais/v1/vessels": lambda handler: answer(handler, self.vessels),
            }
        )


def answer(handler: BaseHTTPRequestHandler, value: Any) -> None:
    """JSON, and only to who takes gzip, as the service does."""
    if "gzip" not in handler.headers.get("Accept-Encoding", ""):
        handler.send_response(406)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return
    body = gzip.compress(json.dumps(value, ensure_ascii=False).encode())
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def follow(
    feed: DigitrafficFeed, stop_after: int, each: Callable[[int, Polled], None] = lambda n, p: None
) -> list[Polled]:
    """Runs the feed until so many answers came; `each` is called with each."""
    stop, got = threading.Event(), []
    guard = threading.Timer(20, stop.set)
    guard.start()

    def sink(polled: Polled) -> None:
        got.append(polled)
        each(len(got), polled)
        if len(got) == stop_after:
            stop.set()

    feed.run(sink, stop, NOW - timedelta(minutes=10))
    guard.cancel()
    return got


def test_static_data_then_only_what_is_new() -> None:
    service = Service()
    service.moves(230000001, NOW, 60.1)
    service.moves(230000002, NOW - timedelta(seconds=5), 59.9, heading=511, sog=102.3, cog=360.0)

    def sail(n: int, _: Polled) -> None:
        if n == 2:
            service.moves(230000001, NOW + timedelta(seconds=30), 60.2)

    with serving(service.served()) as served:
        feed = DigitrafficFeed(
            served.url, every_s=0.02, user="test/1", clock=lambda: NOW + timedelta(minutes=1)
        )
        static, first, second = follow(feed, 3, sail)
    assert [static.what, first.what, second.what] == ["vessels", "locations", "locations"]
    (row,) = static.batch.static.to_pylist()
    assert (row["name"], row["imo"], row["length_m"], row["beam_m"]) == ("VÄINÖ", 9123456, 120, 17)
    assert row["draught_m"] == pytest.approx(6.4)
    rows = {r["mmsi"]: r for r in first.batch.positions.to_pylist()}
    assert rows[230000001]["lat"] == 60.1
    assert rows[230000001]["t"] == NOW
    assert rows[230000001]["source"] == "ais"
    assert [rows[230000002][k] for k in ("heading", "sog_kn", "cog_deg")] == [None, None, None]
    assert [(r["mmsi"], r["lat"]) for r in second.batch.positions.to_pylist()] == [(230000001, 60.2)]
    assert all(h["Digitraffic-User"] == "test/1" and h["Accept-Encoding"] == "gzip" for h in served.headers)
    health = feed.health()
    assert (health.state, health.last_t, health.detail) == ("ok", NOW + timedelta(seconds=30), "connected")
    asked = [int(path.split("from=")[1]) for path, _ in served.asked if "locations" in path]
    assert asked[0] == ms(NOW - timedelta(minutes=11))
    assert asked[-1] == ms(NOW - timedelta(minutes=1))


def test_a_row_leads_back_to_the_bytes_served() -> None:
    service = Service()
    service.moves(230000001, NOW, 60.1)
    service.moves(230000002, NOW, 60.3)
    with serving(service.served()) as served:
        polled = follow(DigitrafficFeed(served.url, every_s=0.02, clock=lambda: NOW), 2)[1]
    for row in polled.batch.positions.to_pylist():
        assert row["raw_sha256"] == sha256(polled.raw).hexdigest()
        found, _ = json.JSONDecoder().raw_decode(polled.raw[row["raw_offset"] :].decode())
        assert found["mmsi"] == row["mmsi"]


def test_what_the_sink_could_not_store_comes_again() -> None:
    service = Service()
    service.moves(230000001, NOW, 60.1)
    with serving(service.served()) as served:
        feed = DigitrafficFeed(served.url, every_s=0.02, clock=lambda: NOW)

        def failing(polled: Polled) -> None:
            if polled.what == "locations":
                raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            feed.run(failing, threading.Event(), NOW - timedelta(minutes=1))
        again = [p for p in follow(feed, 2) if p.what == "locations"]
    assert again[0].batch.positions["mmsi"].to_pylist() == [230000001]


def test_a_row_from_the_future_does_not_hide_what_comes() -> None:
    service = Service()
    service.moves(230000001, NOW + timedelta(hours=5), 60.1)

    def sail(n: int, _: Polled) -> None:
        if n == 2:
            service.moves(230000002, NOW + timedelta(seconds=1), 59.0)

    with serving(service.served()) as served:
        feed = DigitrafficFeed(served.url, every_s=0.02, clock=lambda: NOW)
        last = follow(feed, 3, sail)[2]
    assert last.batch.positions["mmsi"].to_pylist() == [230000002]


def test_faults_in_between_are_counted_and_outlived() -> None:
    service = Service()
    service.moves(230000001, NOW, 60.1)

    def sail(n: int, _: Polled) -> None:
        if n == 2:
            served.statuses[:] = [503, 429]
            served.answers["/api/ais/v1/locations"] = broken_once
            service.moves(230000001, NOW + timedelta(seconds=9), 60.4)

    def broken_once(handler: BaseHTTPRequestHandler) -> None:
        served.answers["/api/ais/v1/locations"] = service.locations
        body = b"<html>maintenance"
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    with serving(service.served()) as served:
        feed = DigitrafficFeed(
            served.url, every_s=0.02, first_wait_s=0.01, clock=lambda: NOW + timedelta(seconds=20)
        )
        last = follow(feed, 3, sail)[2]
    assert last.batch.positions["lat"].to_pylist() == [60.4]
    assert feed.health().dropped == {"no answer": 2, "answer not usable": 1}


@pytest.mark.parametrize("service", ["away", "refuses"])
def test_a_service_that_cannot_be_used_is_named_at_the_start(service: str) -> None:
    with serving(Served()) as served:
        url = served.url
        if service == "refuses":
            with pytest.raises(MissingError, match=r"127\.0\.0\.1 cannot be used: 404.*hq sea replay"):
                poll(url, NOW, lambda _: None, threading.Event())
    if service == "away":
        with pytest.raises(MissingError, match=r"127\.0\.0\.1 cannot be used: Connection refused.*network"):
            poll(url, NOW, lambda _: None, threading.Event())


def test_the_licence_is_named() -> None:
    assert "CC BY 4.0" in NOTE
    assert "Fintraffic" in NOTE
