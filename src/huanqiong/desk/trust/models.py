"""People, their roles, one-time logins, the audit log and the outbox.

Invariant: rows here change only through `huanqiong.desk.trust.acts` and the `act` context; audit entries
never change at all (database triggers refuse it).
"""

from __future__ import annotations

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_code() -> str:
    """An opaque id for a person: what the audit log calls them, so that a name can be erased."""
    return f"p-{secrets.token_hex(6)}"


class Person(AbstractBaseUser):
    """An account of a named person. `code` stands for them in the audit log."""

    last_login = None  # type: ignore[assignment]  # sign-ins are audit entries, not a column

    code = models.CharField(max_length=20, unique=True, default=new_code, editable=False)
    username = models.CharField(_("user name"), max_length=60, unique=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("name (English)"), max_length=60, blank=True)
    badge = models.CharField(_("badge"), max_length=30, blank=True)
    agency = models.CharField(_("agency"), max_length=80, blank=True)
    units = models.JSONField(_("units"), default=list)  # codes of registry units the person serves with
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    failed = models.PositiveIntegerField(default=0)  # failed sign-ins since the last good one
    locked_until = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    objects = BaseUserManager()

    @property
    def display_name(self) -> str:
        return self.name_zh or self.name_en or self.username

    def __str__(self) -> str:
        return self.username


class Grant(models.Model):
    """A role a person holds from `since` to `until` (None: open). Revoking ends it; it is never deleted."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(_("role"), max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=20)  # actor code
    revoked_by = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "until"])]


class LoginToken(models.Model):
    """A one-time way in: only the SHA-256 of the URL token is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="login_tokens")
    token_sha256 = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class AuditEntry(models.Model):
    """One act. `body` is the canonical JSON that is hashed; the columns beside it only serve searching.

    The body carries no position, so a later log may give positions after the commit; `seq` and `hash`
    are the chain of today: hash = SHA-256(previous hash || body).
    """

    seq = models.BigIntegerField(primary_key=True)
    body = models.TextField()
    hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=20, db_index=True)
    act = models.CharField(max_length=60, db_index=True)
    subject = models.CharField(max_length=80, db_index=True, blank=True)


class AuditHead(models.Model):
    """The chain's end: one row, locked while an entry is added."""

    size = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    log = models.CharField(max_length=32)  # random name of this log, in its genesis entry


class AuditSalt(models.Model):
    """The salt of an entry's private values. Erasing it makes them unprovable while the entry stays."""

    seq = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=16)


class OutboxRow(models.Model):
    """What changed, for the stream: a topic and ids, never contents. Ids rise in order of commit."""

    topic = models.CharField(max_length=40)
    payload = models.JSONField()
    at = models.DateTimeField()


class Receipt(models.Model):
    """The first result of an act that a client named by its own id: the same id gives it again."""

    request_id = models.CharField(max_length=80, primary_key=True)
    act = models.CharField(max_length=60)
    actor = models.CharField(max_length=20)
    asked_sha256 = models.CharField(max_length=64)
    result = models.JSONField(null=True)
    at = models.DateTimeField()
