"""Take sign-ups: each is one row, inserted by the same statements whatever the address is."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404

from digest.contrib.newsletter.email_addresses import Address
from digest.contrib.newsletter.models import (
    ConsentText,
    NewsletterSettings,
    SignupRequest,
    default_consent,
)


def newsletter_settings(digests: Iterable[Any]) -> dict[int, NewsletterSettings]:
    """Map the primary keys of digests that have a newsletter to its settings."""
    rows = NewsletterSettings.objects.filter(digest__in=[digest.pk for digest in digests])
    return {row.digest_id: row for row in rows.select_related("digest__locale", "consent_text")}


def open_newsletter(digest: Any) -> NewsletterSettings:
    """Return the settings of a digest; raise Http404 if it takes no sign-ups."""
    found = newsletter_settings([digest]).get(digest.pk)
    if found and found.takes_signups:
        return found
    raise Http404


def consent_text(newsletter: NewsletterSettings) -> ConsentText:
    """Return the row of what readers of a digest agree to, for the record of a sign-up."""
    if newsletter.consent_text:
        return newsletter.consent_text
    return store_consent(newsletter.digest, default_consent(newsletter.digest))


def store_consent(digest: Any, text: str) -> ConsentText:
    """Return the version with this text; an earlier one with the same text is used again."""
    return ConsentText.objects.get_or_create(digest=digest, text=text)[0]


def request_subscription(
    newsletter: NewsletterSettings,
    address: Address,
    source: str,
    has_filled_honeypot: bool = False,
) -> None:
    """Insert a request to subscribe to a digest."""
    SignupRequest.objects.create(
        kind=SignupRequest.Kind.SUBSCRIBE,
        digest=newsletter.digest,
        consent_text=consent_text(newsletter),
        address=address.address,
        has_filled_honeypot=has_filled_honeypot,
        source=source,
    )


def request_preferences(address: Address, source: str) -> None:
    """Insert a request for the link to the preferences."""
    SignupRequest.objects.create(
        kind=SignupRequest.Kind.PREFERENCES, address=address.address, source=source
    )
