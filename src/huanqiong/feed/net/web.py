"""Asking over HTTP with the standard library: one request, and what its failures mean to a person."""

from __future__ import annotations

import gzip
import http.client
import io
import socket
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from huanqiong import __version__
from huanqiong.core.errors import InputError, UsageError

AGENT = f"huanqiong/{__version__}"
TIMEOUT_S = 30.0
BROKEN = (URLError, OSError, http.client.HTTPException)
"""What may be raised while asking or reading, other than an answer with an error status."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, unpacked."""

    body: bytes
    headers: Mapping[str, str]


class StatusError(Exception):
    """An answer with an error status. `retry_s`: how long the server asks to wait; None: not said."""

    def __init__(
        self, status: int, reason: str, url: str, retry_s: float | None, headers: Mapping[str, str]
    ) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.url, self.retry_s, self.headers = status, url, retry_s, headers

    @property
    def passing(self) -> bool:
        """True for a fault that may be gone later: too many requests, or the server's own."""
        return self.status in (408, 425, 429) or self.status >= 500


def host_of(url: str) -> str:
    return urlsplit(url).hostname or url


def ask(url: str, headers: Mapping[str, str] | None = None) -> Any:
    """An open `http.client.HTTPResponse`; StatusError for 400 and more, one of BROKEN for no answer."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError(f"Address {url!r} is no http:// or https:// address.")
    request = Request(url, headers={"User-Agent": AGENT} | dict(headers or {}))
    try:
        return urlopen(request, timeout=TIMEOUT_S)
    except HTTPError as error:
        with error:
            retry_s = _seconds(error.headers.get("Retry-After"))
            raise StatusError(error.code, str(error.reason), url, retry_s, dict(error.headers)) from None


def get(url: str, headers: Mapping[str, str] | None = None, *, limit: int) -> Answer:
    """A whole answer of at most `limit` bytes when unpacked; InputError when it is larger or badly packed."""
    with ask(url, {"Accept-Encoding": "gzip"} | dict(headers or {})) as response:
        packed = response.headers.get("Content-Encoding", "").lower() == "gzip"
        stated = response.headers.get("Content-Length")
        body = response.read(limit + 1)
        if stated is not None and stated.isdigit() and len(body) < min(int(stated), limit):
            raise http.client.IncompleteRead(body, int(stated) - len(body))
        kept = dict(response.headers)
    try:
        if packed:
            with gzip.GzipFile(fileobj=io.BytesIO(body)) as unpacked:
                body = unpacked.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(
            f"the answer is badly packed: {error}", where=url, remedy="Ask again later"
        ) from None
    if len(body) > limit:
        raise InputError(
            f"the answer is larger than {limit >> 20} MiB", where=url, remedy="Narrow the request"
        )
    return Answer(body, kept)


def why(error: BaseException) -> str:
    """The reason a connection failed, in a few words."""
    inner = error.reason if isinstance(error, URLError) else error
    if isinstance(inner, socket.gaierror):
        return "the name is not known here"
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    if isinstance(inner, http.client.IncompleteRead):
        return "the connection broke off"
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return str(inner) or type(inner).__name__


def _seconds(text: str | None) -> float | None:
    """`Retry-After`, in seconds or as a date (which we take as one minute: clocks differ)."""
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        parsedate_to_datetime(text)
    except ValueError:
        return None
    return 60.0
