"""Models of the newsletter: settings, subscribers, subscriptions, and the mails to be sent.

Only ``subscriptions`` changes the state of a subscription, and only ``queue`` that of a mail.
"""

import secrets
from hashlib import sha256
from typing import Any

import swapper
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digest.contrib.newsletter.email_addresses import MAX_LENGTH
from digest.contrib.newsletter.languages import language_of

DIGEST_PAGE_MODEL = swapper.get_model_name("digest", "DigestPage")


def new_token() -> str:
    """Return 128 random bits in 22 characters."""
    return secrets.token_urlsafe(16)


def new_counter() -> int:
    """Return a random start: a restored database gives out primary keys again, and other readers
    must not get rows that old tokens open."""
    return secrets.randbelow(2**30)


class NewsletterSettings(models.Model):
    """The newsletter of a digest; a digest without a row takes no sign-ups."""

    digest = models.OneToOneField(
        DIGEST_PAGE_MODEL,
        verbose_name=_("digest"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    takes_signups = models.BooleanField(
        _("open for sign-ups"),
        default=False,
        help_text=_("Shows the form on the digest's pages and accepts sign-ups."),
    )
    from_name = models.CharField(
        _("sender name"),
        max_length=100,
        blank=True,
        help_text=_("The name that mails are from; by default the digest's title."),
    )
    reply_to = models.EmailField(
        _("reply to"),
        blank=True,
        help_text=_("Where replies of readers go; by default to the sender's address."),
    )
    imprint = models.TextField(
        _("imprint"),
        blank=True,
        help_text=_("Who publishes the digest, with a postal address: it ends every mail."),
    )
    privacy_url = models.URLField(
        _("privacy page"), blank=True, validators=[URLValidator(["http", "https"])]
    )
    # Null for ``default_consent``, which follows the digest's title.
    consent_text = models.ForeignKey(
        "ConsentText", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("newsletter settings")
        verbose_name_plural = _("newsletter settings")

    def __str__(self) -> str:
        return str(self.digest)

    @property
    def consent(self) -> str:
        """Return what readers agree to."""
        return self.consent_text.text if self.consent_text else default_consent(self.digest)


class ConsentText(models.Model):
    """What a reader agrees to: a row for each version, so that a subscription proves its own.

    Readers see the one that the settings refer to, so that a row which the first sign-up inserts
    does not change what they see.
    """

    readers_see_rows = False

    digest = models.ForeignKey(DIGEST_PAGE_MODEL, on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    sha256 = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "sha256"], name="digest_consent_text")
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sha256 = sha256(self.text.encode()).hexdigest()
        super().save(*args, **kwargs)


class Source(models.TextChoices):
    """Where a sign-up comes from."""

    API = "api", _("API")
    FORM = "form", _("form of this site")


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

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")

    def __str__(self) -> str:
        return self.address


class Subscription(models.Model):
    """A reader's subscription to a digest, with the record of consent."""

    readers_see_rows = False

    class State(models.TextChoices):
        PENDING = "pending", _("not confirmed")
        ACTIVE = "active", _("active")
        ENDED = "ended", _("ended")

    class EndReason(models.TextChoices):
        ONE_CLICK = "one_click", _("one-click unsubscribe")
        PAGE = "page", _("page of this site")
        API = "api", _("API")
        ASKED = "asked", _("asked never to be written to")
        EDITOR = "editor", _("ended by an editor")
        AGAIN = "again", _("ended again after a restore")

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
    requested_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
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

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}: {self.reason}"


class NewsletterSecret(models.Model):
    """One row with the key of all address hashes, so that they outlive a change of SECRET_KEY."""

    readers_see_rows = False

    pepper = models.CharField(max_length=22, default=new_token)

    def __str__(self) -> str:
        return str(self.pk)


class EmailDelivery(models.Model):
    """A mail to one reader, and its outcome; the open ones are the queue."""

    readers_see_rows = False

    class Kind(models.TextChoices):
        CONFIRM = "confirm", _("confirmation")
        ALREADY_SUBSCRIBED = "already_subscribed", _("already subscribed")
        PREFERENCES = "preferences", _("link to the preferences")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        LEASED = "leased", _("claimed by a worker")
        SENDING = "sending", _("being sent")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        UNKNOWN = "unknown", _("unknown")
        SKIPPED = "skipped", _("skipped")

    OPEN = (State.WAITING, State.LEASED, State.SENDING)

    kind = models.CharField(max_length=20, choices=Kind.choices)
    subscription = models.ForeignKey(
        Subscription, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    # Of a confirmation: what its reader agrees to, and where the sign-up comes from.
    consent_text = models.ForeignKey(
        ConsentText, null=True, on_delete=models.SET_NULL, related_name="+"
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
    # The last reply of the server, and when.
    at = models.DateTimeField(null=True)
    code = models.CharField(max_length=20, blank=True)
    reply = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["waiting", "leased", "sending"]),
                name="digest_open_deliveries",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


def default_consent(digest: Any) -> str:
    """Return the sentence that a reader agrees to unless the editors have written another one."""
    with translation.override(language_of(digest)):
        text = gettext("Send me each issue of “{title}” by e-mail. I can unsubscribe at any time.")
    return text.format(title=digest.title)
