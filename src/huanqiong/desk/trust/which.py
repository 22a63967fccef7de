"""The cipher suite of the store that this process has open."""

from __future__ import annotations

from django.conf import settings

from huanqiong.desk.trust.suites import Suite, suite_of


def suite() -> Suite:
    """The open store's suite."""
    return suite_of(settings.AUDIT_SUITE)
