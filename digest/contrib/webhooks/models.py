"""Webhooks: events, the endpoints that are told of them, and the deliveries to each.

The rows are the queue: ``digest.contrib.webhooks.sending`` sends what is due in them.
"""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from digest.contrib.webhooks import signing

# For so long the secret before the present one signs, too.
ROTATION = timedelta(hours=24)
# How long one thread may send to an endpoint before others may: longer than a request takes.
CLAIM = timedelta(seconds=30)


class WebhookEvent(models.Model):
    """What happened, as all endpoints are told. The row outlives its page.

    ``site_id`` is null for what concerns all sites, ``page_id`` for what concerns no page.
    """

    readers_see_rows = False
    wagtail_reference_index_ignore = True

    class Type(models.TextChoices):
        ISSUE_PUBLISHED = "issue.published", _("Issue published")
        ISSUE_UPDATED = "issue.updated", _("Issue updated")
        ISSUE_UNPUBLISHED = "issue.unpublished", _("Issue unpublished")
        ISSUE_DELETED = "issue.deleted", _("Issue deleted")
        DIGEST_PUBLISHED = "digest.published", _("Digest published")
        DIGEST_UPDATED = "digest.updated", _("Digest updated")
        DIGEST_UNPUBLISHED = "digest.unpublished", _("Digest unpublished")
        DIGEST_DELETED = "digest.deleted", _("Digest deleted")
        CONTENT_CHANGED = "content.changed", _("Any content changed")
        PING = "webhook.ping", _("Test")

    id = models.UUIDField(primary_key=True, default=uuid4)
    type = models.CharField(max_length=40, choices=Type.choices)
    sequence = models.BigIntegerField()
    site_id = models.BigIntegerField(null=True)
    page_id = models.BigIntegerField(null=True)
    # The body that the preset "standard" sends.
    data = models.JSONField()
    occurred_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.type} {self.sequence}"

    @property
    def page_url(self) -> str:
        """Return the URL of the page, or the one at which it was public; empty without one."""
        data = self.data["data"]
        return data.get("url") or data.get("previous_url") or ""


class WebhookEndpoint(models.Model):
    """Who is told of events, by requests to a URL.

    One request at a time is sent to an endpoint: the sender has claimed it until ``busy_until``, or
    the receiver has asked for a pause until then. The URL may be a credential, so it is shown
    masked and never logged.
    """

    readers_see_rows = False
    wagtail_reference_index_ignore = True

    class DisabledReason(models.TextChoices):
        PAUSED = "paused", _("Paused")
        GONE = "gone", _("The receiver has responded with 410 Gone")
        FAILING = "failing", _("Every delivery of three days has failed")

    name = models.CharField(_("name"), max_length=100)
    preset = models.CharField(_("for"), max_length=20)
    url = models.TextField(_("URL"), validators=[MaxLengthValidator(2048)])
    site = models.ForeignKey(
        Site,
        verbose_name=_("site"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Only what happens on this site; without one, on all."),
    )
    # Values of ``WebhookEvent.Type``.
    events = models.JSONField(_("events"), default=list)
    nonce = models.CharField(max_length=64, default=signing.new_nonce, editable=False)
    previous_nonce = models.CharField(max_length=64, blank=True, editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    is_active = models.BooleanField(default=True, editable=False)
    disabled_reason = models.CharField(
        max_length=20, choices=DisabledReason.choices, blank=True, editable=False
    )
    # The first failure since the last success.
    failing_since = models.DateTimeField(null=True, editable=False)
    last_success_at = models.DateTimeField(null=True, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_url(self) -> str:
        """Return the scheme and the host of the URL; what follows may be a credential."""
        scheme, host, *_rest = urlsplit(self.url)
        return f"{scheme}://{host}/…"

    @property
    def secret(self) -> str:
        return signing.secret(self.nonce)

    @property
    def nonces(self) -> list[str]:
        """Return the nonces whose secrets are valid now, the present one first."""
        is_valid = self.previous_until is not None and self.previous_until > timezone.now()
        return [self.nonce, *([self.previous_nonce] if is_valid else [])]

    def rotate(self) -> None:
        """Make another secret; the one until now signs, too, for a day."""
        self.previous_nonce, self.nonce = self.nonce, signing.new_nonce()
        self.previous_until = timezone.now() + ROTATION
        self.save(update_fields=["nonce", "previous_nonce", "previous_until"])

    def pause(self) -> None:
        """Send nothing until it is turned on; events of that time can be sent afterwards."""
        self.is_active, self.disabled_reason = False, self.DisabledReason.PAUSED
        self.save(update_fields=["is_active", "disabled_reason"])

    def turn_on(self) -> None:
        """Send again, also if it was disabled or the receiver has asked for a pause."""
        self.is_active, self.disabled_reason = True, ""
        self.failing_since = None
        self.save(update_fields=["is_active", "disabled_reason", "failing_since"])
        # Not what a thread has claimed that is sending a test: its result would be lost.
        pauses = WebhookEndpoint.objects.filter(busy_until__gt=timezone.now() + CLAIM)
        pauses.filter(pk=self.pk).update(busy_until=None)


class WebhookDelivery(models.Model):
    """An event that an endpoint is told, and the attempts to tell it.

    The ID is that of the request, the same in each attempt.
    """

    readers_see_rows = False
    wagtail_reference_index_ignore = True

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    # What is still to be sent.
    QUEUED = (State.WAITING, State.SENDING)

    id = models.UUIDField(primary_key=True, default=uuid4)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.WAITING
    )
    # When it is to be sent; null once it is over, so that the index has only the queue.
    due_at = models.DateTimeField(null=True, default=timezone.now)
    # Those since the delivery was queued, also those that are not in ``attempts`` any more.
    attempt_count = models.IntegerField(default=0)
    # The last ten, the latest last: see ``digest.contrib.webhooks.attempts``.
    attempts = models.JSONField(default=list)
    # When it was queued, for the first time or again.
    queued_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "event"], name="%(app_label)s_%(class)s_event"
            )
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"],
                name="digest_webhooks_due",
                condition=models.Q(due_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def may_be_sent_again(self) -> bool:
        return self.state not in self.QUEUED or (
            self.state == self.State.WAITING and self.attempt_count > 0
        )
