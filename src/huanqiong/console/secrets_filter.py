"""Keeps secrets out of logs: one-time logins in addresses, passwords and keys that a message repeats."""

from __future__ import annotations

import logging
import re

_RULES = (
    (re.compile(r"(/login/)[^\s/?#'\"]+"), r"\1***"),
    (re.compile(r"(\w+://[^\s:/@]+:)[^\s@]+(@)"), r"\1***\2"),  # a database's address
    (
        re.compile(
            r"(?i)\b((?:password|passphrase|passwd|token|secret|sessionid|csrfmiddlewaretoken|hq_\w+_(?:session|csrf)"
            r"|otp|authorization|cookie)[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s&;,}]+)"
        ),
        r"\1***",
    ),
    (re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]+"), "AGE-SECRET-KEY-***"),
    (re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END|\Z)", re.DOTALL), r"\1 *** \2"),
)


def without_secrets(text: str) -> str:
    """The text with what only its owner may know starred out."""
    for pattern, stars in _RULES:
        text = pattern.sub(stars, text)
    return text


class NoSecrets(logging.Filter):
    """Stars secrets out of every record's message and traceback before a handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: a record is changed, never lost."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit: what the handler would report
            message = f"{record.msg} {record.args}"
        record.msg, record.args = without_secrets(message), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = without_secrets(record.exc_text)
        return True
