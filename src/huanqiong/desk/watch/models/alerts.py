"""Verdicts, the alerts they are grouped into, and what people did about them.

Invariants: a verdict's content never changes (a later one stands beside it and is named in
`replaced_by`); what a person acted on is kept in Frozen; a distress alert is never held by a silence;
a sealed alert and all that hangs on it is in no `objects`, only in `everything`.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huanqiong.desk.trust.fields import LineField
from huanqiong.desk.trust.models import Unsealed

PERSON = settings.AUTH_USER_MODEL
STATES = ("open", "claimed", "judged", "closed", "withdrawn")
JUDGEMENTS = ("true", "false", "unclear")
ORDER_STATES = ("issued", "acknowledged", "done", "expired")
OUTCOMES = ("hit", "no_hit", "not_possible")
CAUSES = ("no_unit", "weather", "gone", "other")


class _Alerts(Unsealed):
    sealed_at = "sealed_at"


class OfAlerts(Unsealed):
    """Of tables whose rows hang on an alert."""

    sealed_at = "alert__sealed_at"


class OfOrders(Unsealed):
    """Of tables whose rows hang on an order."""

    sealed_at = "order__alert__sealed_at"


class Silence(models.Model):
    """No alerts about one subject and kind for behaviour that ends between `since` and `until`."""

    subject = LineField(max_length=80, db_index=True)
    mmsi = models.BigIntegerField(null=True)
    kind = LineField(_("kind"), max_length=40, blank=True)  # "" = every kind
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")


class Alert(models.Model):
    """One episode of one vessel, or of a pair. `kind`, `severity`, place come from its worst verdict."""

    state = LineField(max_length=12, default="open")
    kind = LineField(_("kind"), max_length=40)
    kinds = models.JSONField(default=list)
    subject = LineField(max_length=80, db_index=True)
    other_subject = LineField(max_length=80, blank=True, db_index=True)  # "" unless a pair
    mmsi = models.BigIntegerField(null=True, db_index=True)
    other_mmsi = models.BigIntegerField(null=True, db_index=True)
    vessel = models.ForeignKey("registry.Vessel", null=True, on_delete=models.PROTECT, related_name="+")
    other_vessel = models.ForeignKey("registry.Vessel", null=True, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("watch.Verdict", null=True, on_delete=models.PROTECT, related_name="+")
    t0 = models.DateTimeField()
    t1 = models.DateTimeField()
    known_at = models.DateTimeField()  # behaviour time at which the first of its verdicts was complete
    lat = models.FloatField(null=True)  # None: a distress call without a position
    lon = models.FloatField(null=True)
    severity = models.SmallIntegerField()
    rank = models.FloatField()
    tier = models.SmallIntegerField()
    provisional = models.BooleanField(default=False)  # no final verdict yet
    changed_since = models.BooleanField(default=False)  # late data came after a person acted
    distress = models.BooleanField(default=False)
    test = models.BooleanField(default=False)  # a beacon in test mode
    acknowledged_at = models.DateTimeField(null=True)  # distress only
    acknowledged_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    judgement = LineField(max_length=10, blank=True)  # the standing one; "" = none
    judged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    standing = models.ForeignKey(
        "watch.Standing", null=True, on_delete=models.PROTECT, related_name="+"
    )  # the standing alert that asked for it
    raised_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    sealed_at = models.DateTimeField(null=True)  # trust.Seal says by whom and why

    objects = _Alerts()
    everything = models.Manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "tier", "-rank"]),
            models.Index(fields=["kind", "known_at"]),
        ]


class Verdict(models.Model):
    """What a detector found. Frozen; the pointers at the end say what became of it."""

    key = LineField(max_length=60, db_index=True)  # the event's identity across versions
    content_sha256 = LineField(max_length=64)
    number = models.PositiveIntegerField(default=1)  # version of this event, 1 = first
    kind = LineField(_("kind"), max_length=40)
    subject = LineField(max_length=80, db_index=True)
    other_subject = LineField(max_length=80, blank=True)
    mmsi = models.BigIntegerField(null=True)
    other_mmsi = models.BigIntegerField(null=True)
    t0 = models.DateTimeField()
    t1 = models.DateTimeField()
    lat = models.FloatField(null=True)  # None: a distress call without a position
    lon = models.FloatField(null=True)
    score = models.FloatField()
    severity = models.SmallIntegerField()
    reasons = models.JSONField()
    profile = LineField(max_length=40)
    version = LineField(max_length=40)
    policy = LineField(max_length=80, blank=True)  # fingerprint of the profile
    geography = LineField(max_length=80, blank=True)  # fingerprint of the geography
    raw = models.JSONField(default=list)  # [{sha256, offset}] of the positions it rests on
    provisional = models.BooleanField(default=False)
    recorded_at = models.DateTimeField()
    alert = models.ForeignKey(Alert, null=True, on_delete=models.PROTECT, related_name="verdicts")
    silence = models.ForeignKey(Silence, null=True, on_delete=models.PROTECT, related_name="held")
    period = models.ForeignKey(
        "registry.Period", null=True, on_delete=models.PROTECT, related_name="+"
    )  # the weather that explains it: in shelter while it ran, so that it raised nothing
    shelter = LineField(max_length=80, blank=True)  # where, of such a one
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaces")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.TextField(blank=True)

    objects = OfAlerts()
    everything = models.Manager()

    class Meta:
        constraints = [
            # A verdict is stored once; what was withdrawn may be found again.
            models.UniqueConstraint(
                fields=["content_sha256"], condition=models.Q(withdrawn_at=None), name="verdict_stored_once"
            )
        ]


class Frozen(models.Model):
    """What was on the screen when a person acted: canonical JSON and its SHA-256."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="frozen")
    moment = LineField(max_length=12)  # claim, judge, order, distress
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    shown = models.TextField()
    sha256 = LineField(max_length=64)

    objects = OfAlerts()
    everything = models.Manager()


class Judgement(models.Model):
    """A person's answer to an alert. Reopening sets it aside, it is never removed."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="judgements")
    kind = LineField(max_length=40)  # the alert's kind when judged: whose record it counts in
    detector = LineField(max_length=120)  # kind, profile and version
    judgement = LineField(max_length=10)
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True)
    set_aside_why = models.TextField(blank=True)

    objects = OfAlerts()
    everything = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["kind", "-at"])]


class Order(models.Model):
    """An inspection order to a unit, with a deadline in the store's time."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="orders")
    unit = models.ForeignKey("registry.Unit", on_delete=models.PROTECT, related_name="+")
    state = LineField(max_length=14, default="issued")
    text = models.TextField(_("order text"))
    deadline = models.DateTimeField()
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)  # in the store's time; None: given before it was kept
    acknowledged_at = models.DateTimeField(null=True)  # real time of writing
    received_at = models.DateTimeField(null=True)  # in the store's time, as it was told; None: not told
    acknowledged_name = LineField(max_length=80, blank=True)  # who answered, by voice where no screen
    acknowledged_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    expired_at = models.DateTimeField(null=True)
    # Of several units sent together: under whom each stands; None and "" for an order of its own.
    interception = models.ForeignKey(
        "watch.Interception", null=True, on_delete=models.PROTECT, related_name="orders"
    )
    in_command = models.BooleanField(default=False)  # of one order of an interception: the scene's
    commander = LineField(max_length=80, blank=True)
    phone = LineField(max_length=40, blank=True)
    agency = LineField(max_length=80, blank=True)  # the unit's, as it stood in the register
    meeting = models.JSONField(null=True)  # where and when the unit was to meet her; None: none was chosen

    objects = OfAlerts()
    everything = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["state", "deadline"])]


class Outcome(models.Model):
    """How an order ended: once per order. One of an interception that says hit or no hit ends the others."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="outcome")
    kind = LineField(max_length=40)
    detector = LineField(max_length=120)
    result = LineField(max_length=14)
    cause = LineField(max_length=10, blank=True)  # only of not_possible
    note = models.TextField(blank=True)
    name = LineField(max_length=80, blank=True)  # who said so, in words; "" = who noted it
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfOrders()
    everything = models.Manager()


class Release(models.Model):
    """A claim given back, and why."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="releases")
    why = models.TextField(blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = OfAlerts()
    everything = models.Manager()
