"""Mailings of issues, and the mails to each reader.

Only ``mailings`` and ``progress`` change the state of a mailing, and only ``queue`` that of a mail.
"""

import swapper
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digest.contrib.newsletter.models.settings import ConsentText
from digest.contrib.newsletter.models.subscribers import Source, Subscription

DIGEST_PAGE_MODEL = swapper.get_model_name("digest", "DigestPage")
ISSUE_PAGE_MODEL = swapper.get_model_name("digest", "IssuePage")


class Mailing(models.Model):
    """An issue that is sent to the subscribers of its digest, or a correction of it.

    What is sent is frozen when the mailing starts: all readers get the same text.
    """

    readers_see_rows = False

    class Kind(models.TextChoices):
        ISSUE = "issue", _("issue")
        CORRECTION = "correction", _("correction")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        SENDING = "sending", _("being sent")
        PAUSED = "paused", _("paused")
        HELD = "held", _("held")
        STOPPED = "stopped", _("stopped")
        SKIPPED = "skipped", _("not sent")
        DONE = "done", _("done")

    class Reason(models.TextChoices):
        """Why a mailing is in its state, where that is not obvious."""

        CANCELLED = "cancelled", _("cancelled by an editor")
        OLD = "old", _("the issue is dated more than two days ago")
        PUBLIC_BEFORE = "public_before", _("the issue was public before sending was switched on")
        LATE = "late", _("it is more than six hours late")
        RESTORED = "restored", _("a backup was restored: readers may have it already")
        NOT_PUBLIC = "not_public", _("the issue is not public")
        NO_IMPRINT = "no_imprint", _("the newsletter has no imprint")
        EDITOR = "editor", _("by an editor")
        REFUSED = "refused", _("the server refused ten mails in a row")
        NO_REPLY = "no_reply", _("the connection was lost three times in a row")
        CONFIGURATION = "configuration", _("the server or the settings let no mail pass")
        OUTAGE = "outage", _("the server took no mail for a day")
        ALIAS = "alias", _("an alias is not sent")
        UNREVIEWED = "unreviewed", _("no person has approved the issue")

    class Audience(models.TextChoices):
        ACTIVE = "active", _("all subscribers")
        RECEIVED = "received", _("readers who received the issue")

    digest = models.ForeignKey(DIGEST_PAGE_MODEL, on_delete=models.CASCADE, related_name="+")
    # Null once the issue is deleted.
    issue = models.ForeignKey(
        ISSUE_PAGE_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    issue_title = models.CharField(_("issue"), max_length=255)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.ISSUE)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    # The reply of the server that paused it.
    reply = models.CharField(max_length=300, blank=True)
    # The last user who changed its state; null if nobody did.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # When a user last changed its state; it stays when the account is deleted.
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    # Null while a scheduled mailing waits for its issue to become public.
    due_at = models.DateTimeField(null=True)
    # No mail is tried before, after a failure that concerns all of them.
    not_before = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    # When a worker last claimed mails.
    active_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    # Empty for the headline and the summary of the issue, until the mailing starts.
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    preheader = models.CharField(_("preheader"), max_length=255, blank=True)
    # Of a correction: what was wrong.
    note = models.TextField(_("what was wrong"), blank=True)
    audience = models.CharField(max_length=20, choices=Audience.choices, default=Audience.ACTIVE)
    # Frozen when it starts: ``composing.UNSUBSCRIBE_TOKEN`` is replaced in each mail.
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    # The fields of ``messages.Sender``.
    sender = models.JSONField(default=dict)

    # How many mails there will be; an estimate until all rows are written.
    planned = models.PositiveIntegerField(default=0)
    # The last subscription that has a row, and the last one that will.
    filled_to = models.BigIntegerField(default=0)
    fill_until = models.BigIntegerField(null=True)
    # Mails by state, once the mailing is done: rows are deleted after a month.
    counts = models.JSONField(default=dict)
    refused_in_row = models.PositiveSmallIntegerField(default=0)
    unanswered_in_row = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("mailing")
        verbose_name_plural = _("mailings")
        constraints = [
            models.UniqueConstraint(
                fields=["issue"],
                condition=models.Q(kind="issue"),
                name="digest_mailing_of_issue",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["scheduled", "sending"]),
                name="digest_open_mailings",
            )
        ]

    def __str__(self) -> str:
        return self.issue_title


class EmailDelivery(models.Model):
    """A mail to one reader or editor, and its outcome; the open ones are the queue.

    A letter is a mail that a reader asks for. A test shows an editor a revision of an issue.
    """

    readers_see_rows = False

    class Kind(models.TextChoices):
        CONFIRM = "confirm", _("confirmation")
        ALREADY_SUBSCRIBED = "already_subscribed", _("already subscribed")
        PREFERENCES = "preferences", _("link to the preferences")
        ISSUE = "issue", _("issue")
        TEST = "test", _("test")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        LEASED = "leased", _("claimed by a worker")
        SENDING = "sending", _("being sent")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        UNKNOWN = "unknown", _("unknown")
        SKIPPED = "skipped", _("skipped")

    OPEN = (State.WAITING, State.LEASED, State.SENDING)
    FAILED = (State.REFUSED, State.UNKNOWN)

    # Each mail of a mailing is in every index, three times until it has ended: so most are partial.
    kind = models.CharField(max_length=20, choices=Kind.choices)
    mailing = models.ForeignKey(
        Mailing, null=True, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    # Of a test: to whom, and what.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    revision = models.ForeignKey(
        "wagtailcore.Revision",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    subscription = models.ForeignKey(
        Subscription, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    # Of a confirmation: what its reader agrees to, and where the sign-up comes from.
    consent_text = models.ForeignKey(
        ConsentText, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    source = models.CharField(max_length=20, choices=Source.choices, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    # The worker that has claimed it, and until when.
    leased_by = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True)
    # How often sending has begun, and how often in a row without a reply.
    attempts = models.PositiveSmallIntegerField(default=0)
    unanswered = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    # When sending has begun for the first time; it is given up after a day.
    begun_at = models.DateTimeField(null=True)
    # The last reply of the server, and when.
    at = models.DateTimeField(null=True)
    code = models.CharField(max_length=20, blank=True)
    reply = models.CharField(max_length=300, blank=True)
    # The id that the provider gave the mail, and the last event that it reported.
    provider_id = models.CharField(max_length=255, blank=True)
    event = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "subscription"], name="digest_delivery_of_subscription"
            )
        ]
        indexes = [
            models.Index(
                fields=["mailing", "id"],
                condition=models.Q(state__in=["waiting", "leased", "sending"]),
                name="digest_open_mails",
            ),
            models.Index(
                fields=["mailing", "id"],
                condition=models.Q(state__in=["refused", "unknown"]),
                name="digest_failed_mails",
            ),
            models.Index(
                fields=["provider_id"],
                condition=~models.Q(provider_id=""),
                name="digest_provider_ids",
            ),
            *(
                models.Index(
                    fields=[name],
                    condition=models.Q((f"{name}__isnull", False)),
                    name=f"digest_mails_by_{name}",
                )
                for name in ("user", "revision", "consent_text")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
