"""The settings of a digest's newsletter, and what its readers agree to."""

from hashlib import sha256
from typing import Any

import swapper
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from digest.contrib.newsletter.languages import language_of

DIGEST_PAGE_MODEL = swapper.get_model_name("digest", "DigestPage")


class NewsletterSettings(models.Model):
    """The newsletter of a digest; a digest without a row takes no sign-ups and sends nothing."""

    class Content(models.TextChoices):
        WHOLE = "whole", _("the whole issue")
        EXCERPT = "excerpt", _("an excerpt")

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
    sends_on_publish = models.BooleanField(
        _("send when published"),
        default=False,
        help_text=_(
            "Sends each issue to all subscribers when it is published for the first time. Issues "
            "that are public already are never sent by themselves."
        ),
    )
    delay_minutes = models.PositiveSmallIntegerField(
        _("delay in minutes"),
        default=10,
        validators=[MaxValueValidator(24 * 60)],
        help_text=_("The time between publishing and sending, in which it can be cancelled."),
    )
    sends_unreviewed = models.BooleanField(
        _("send issues that no person has approved"),
        default=False,
        help_text=_(
            "An issue that an API key has published is held otherwise, until somebody sends it."
        ),
    )
    content = models.CharField(
        _("content of mails"),
        max_length=20,
        choices=Content.choices,
        default=Content.WHOLE,
        help_text=_("An excerpt has the summary, and the headings of the stories with links."),
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


def default_consent(digest: Any) -> str:
    """Return the sentence that a reader agrees to unless the editors have written another one."""
    with translation.override(language_of(digest)):
        text = gettext("Send me each issue of “{title}” by e-mail. I can unsubscribe at any time.")
    return text.format(title=digest.title)
