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


def open_newsletters(digests: Iterable[Any]) -> dict[int, NewsletterSettings]:
    """Map the primary keys of digests that take sign-ups to their settings."""
    rows = NewsletterSettings.objects.filter(digest__in=list(digests), takes_signups=True)
    return {row.digest_id: row for row in rows}


def open_newsletter(digest: Any) -> NewsletterSettings:
    """Return the settings of a digest; raise Http404 if it takes no sign-ups."""
    if found := open_newsletters([digest]).get(digest.pk):
        return found
    raise Http404


def consent_text(digest: Any) -> ConsentText:
    """Return the current version of what readers of a digest agree to."""
    rows = ConsentText.objects.filter(digest=digest)
    if latest := rows.order_by("-created_at", "-pk").first():
        return latest
    return ConsentText.objects.get_or_create(digest=digest, text=str(default_consent(digest)))[0]


def request_subscription(
    digest: Any, address: Address, source: str, has_filled_honeypot: bool = False
) -> None:
    """Insert a request to subscribe to a digest."""
    SignupRequest.objects.create(
        kind=SignupRequest.Kind.SUBSCRIBE,
        digest=digest,
        consent_text=consent_text(digest),
        address=address.address,
        has_filled_honeypot=has_filled_honeypot,
        source=source,
    )


def request_preferences(address: Address, source: str) -> None:
    """Insert a request for the link to the preferences."""
    SignupRequest.objects.create(
        kind=SignupRequest.Kind.PREFERENCES, address=address.address, source=source
    )
