"""Accounts of named persons, the roles they hold, their one-time logins and sessions. Rows change only in
`acts`. Second factors are rows of allauth's `Authenticator`.
"""

from __future__ import annotations

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from huanqiong.desk.trust.fields import LineField


def new_code() -> str:
    """An opaque id for a person: what the audit log calls them, so that a name can be erased."""
    return f"p-{secrets.token_hex(6)}"


def new_session_code() -> str:
    """An opaque id for a session. It opens nothing: the browser's cookie holds another secret."""
    return f"s-{secrets.token_hex(6)}"


class Person(AbstractBaseUser):
    """An account of a named person. `code` stands for them in the audit log."""

    last_login = None  # type: ignore[assignment]  # sign-ins are audit entries, not a column

    code = LineField(max_length=20, unique=True, default=new_code, editable=False)
    username = LineField(_("user name"), max_length=60, unique=True)
    name_zh = LineField(_("name (Chinese)"), max_length=60, blank=True)
    name_en = LineField(_("name (English)"), max_length=60, blank=True)
    badge = LineField(_("badge"), max_length=30, blank=True)
    agency = LineField(_("agency"), max_length=80, blank=True)
    units = models.JSONField(_("units"), default=list)  # codes of registry units the person serves with
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    failed = models.PositiveIntegerField(default=0)  # failed passwords and codes since the last good sign-in
    locked_until = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    objects = BaseUserManager()

    @property
    def display_name(self) -> str:
        return self.name_zh or self.name_en or self.username

    def __str__(self) -> str:
        return self.username


class Grant(models.Model):
    """A role a person holds from `since` to `until` (None: open). Revoking ends it; it is never deleted.

    `units` and `areas`: codes of the stations and areas where it holds; both empty: everywhere.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = LineField(_("role"), max_length=40)
    units = models.JSONField(default=list)
    areas = models.JSONField(default=list)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    granted_by = LineField(max_length=20)  # actor code
    revoked_by = LineField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "until"])]


class LoginToken(models.Model):
    """A one-time way in: only the SHA-256 of the URL token is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="login_tokens")
    token_sha256 = LineField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class PersonSession(models.Model):
    """A signed-in browser of a person, from `begun_at` to `ended_at` (None: it runs, or has lapsed unseen).

    `code` stands in the browser's session and names this row; ending the row ends the session at its next
    request, whatever the browser still holds.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sessions")
    code = LineField(max_length=20, unique=True, default=new_session_code, editable=False)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # to the minute
    how = LineField(max_length=40)  # password, one_time, passkey; with the second factor after a +
    address = LineField(max_length=45, blank=True)  # "" = not known
    agent = LineField(max_length=200, blank=True)  # what the browser calls itself
    ended_at = models.DateTimeField(null=True)
    ended_why = LineField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "ended_at"])]
