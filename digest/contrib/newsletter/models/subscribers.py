"""Readers: their requests, addresses and subscriptions, and the addresses that get no mail.

Only ``subscriptions`` changes the state of a subscription.
"""

import secrets

import swapper
from django.contrib import admin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from digest.contrib.newsletter.email_addresses import MAX_LENGTH, readable
from digest.contrib.newsletter.models.imports import SubscriberImport
from digest.contrib.newsletter.models.settings import ConsentText

DIGEST_PAGE_MODEL = swapper.get_model_name("digest", "DigestPage")


def new_token() -> str:
    """Return 128 random bits in 22 characters."""
    return secrets.token_urlsafe(16)


def new_counter() -> int:
    """Return a random start: a restored database gives out primary keys again, and other readers
    must not get rows that old tokens open."""
    return secrets.randbelow(2**30)


class Source(models.TextChoices):
    """Where a sign-up comes from."""

    API = "api", _("API")
    FORM = "form", _("form of this site")
    IMPORT = "import", _("import")


class SignupRequest(models.Model):
    """A request that nobody has looked up yet, so that its response is the same for all addresses.

    ``subscriptions.process`` deletes it.
    """

    readers_see_rows = False

    class Kind(models.TextChoices):
        SUBSCRIBE = "subscribe"
        PREFERENCES = "preferences"

    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.SUBSCRIBE)
    # Null for preferences, which concern all digests.
    digest = models.ForeignKey(
        DIGEST_PAGE_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    consent_text = models.ForeignKey(
        ConsentText, null=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField(max_length=MAX_LENGTH)
    # A field that readers do not see and programs fill in.
    has_filled_honeypot = models.BooleanField(default=False)
    source = models.CharField(max_length=20, choices=Source.choices)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Subscriber(models.Model):
    """An e-mail address with its subscriptions."""

    readers_see_rows = False

    address = models.CharField(_("address"), max_length=MAX_LENGTH)
    key = models.CharField(max_length=MAX_LENGTH, unique=True, editable=False)
    bucket = models.CharField(max_length=MAX_LENGTH, db_index=True, editable=False)
    # Signed tokens have it.
    counter = models.PositiveIntegerField(default=new_counter, editable=False)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    # Refusals in a row that were not final, and when the first of them was.
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    first_failure_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return self.address

    @property
    @admin.display(description=_("address"))
    def readable_address(self) -> str:
        return readable(self.address)


class Subscription(models.Model):
    """A reader's subscription to a digest, with the record of consent."""

    readers_see_rows = False

    class State(models.TextChoices):
        PENDING = "pending", _("not confirmed")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")
        # The address bounced; active again once that is lifted.
        SUPPRESSED = "suppressed", _("suppressed")

    class EndReason(models.TextChoices):
        ONE_CLICK = "one_click", _("one-click unsubscribe")
        PAGE = "page", _("page of this site")
        API = "api", _("API")
        ASKED = "asked", _("asked never to be written to")
        EDITOR = "editor", _("ended by an editor")
        COMPLAINED = "complained", _("reported as spam")
        PROVIDER = "provider", _("unsubscribed at the mail provider")
        AGAIN = "again", _("ended again after a restore")
        IMPORTED = "imported", _("had ended before the import")

    subscriber = models.ForeignKey(
        Subscriber, on_delete=models.CASCADE, related_name="subscriptions"
    )
    digest = models.ForeignKey(DIGEST_PAGE_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.PENDING)
    # In clear and without expiry: all it can do is to end one subscription.
    unsubscribe_token = models.CharField(max_length=22, unique=True, default=new_token)
    # Signed tokens have it; an end raises it, so that no old link revives the subscription.
    counter = models.PositiveIntegerField(default=new_counter)
    consent_text = models.ForeignKey(
        ConsentText, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.CharField(max_length=20, choices=Source.choices)
    # The import that it comes from, whose note is the record of consent.
    origin = models.ForeignKey(
        SubscriberImport, null=True, on_delete=models.PROTECT, related_name="subscriptions"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    # Also of a suppressed one: since when it gets no mail.
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=EndReason.choices, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["digest", "subscriber"], name="digest_subscription")
        ]
        indexes = [
            models.Index(
                fields=["digest", "id"],
                condition=models.Q(state="active"),
                name="digest_active_subscriptions",
            ),
            models.Index(
                fields=["state", "digest", "subscriber"], name="digest_subscription_states"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber}: {self.digest}"


class Suppression(models.Model):
    """An address that gets no mail, or that was erased, as a keyed hash of its key."""

    readers_see_rows = False

    class Reason(models.TextChoices):
        BOUNCED = "bounced", _("bounced")
        COMPLAINED = "complained", _("complained")
        ASKED = "asked", _("asked never to be written to")
        IMPORTED = "imported", _("imported as suppressed")
        ERASED = "erased", _("erased")

    address_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    at = models.DateTimeField(default=timezone.now)
    # The one that bounced: its bounces can be lifted together.
    mailing = models.ForeignKey(
        "digest_newsletter.Mailing", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}: {self.reason}"


class NewsletterSecret(models.Model):
    """One row with the key of all address hashes, so that they outlive a change of SECRET_KEY."""

    readers_see_rows = False

    pepper = models.CharField(max_length=22, default=new_token)

    def __str__(self) -> str:
        return str(self.pk)
