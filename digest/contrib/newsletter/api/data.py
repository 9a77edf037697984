"""Build the data of responses; ``digest.contrib.newsletter.api.serializers`` describe them."""

from collections.abc import Iterable
from typing import Any

from digest import visibility
from digest.api.representations import digest_reference, reference
from digest.api.scope import Scope
from digest.contrib.newsletter import signup, suppression
from digest.contrib.newsletter.models import Subscriber, Subscription
from digest.contrib.newsletter.preferences import stored_subscriptions
from digest.pages.listing import latest_first

MAIL_FIELDS = ("kind", "state", "created_at", "code", "reply", "event")


def newsletters(digests: Iterable[Any], scope: Scope) -> dict[int, dict[str, Any]]:
    """Return the newsletter of each digest that has one, by primary key."""
    by_pk = {digest.pk: digest for digest in digests}
    return {
        pk: {
            "subscribe_url": subscribe_url(by_pk[pk], scope),
            "consent": row.consent,
            "privacy_url": row.privacy_url,
            "is_open": row.takes_signups,
        }
        for pk, row in signup.newsletter_settings(by_pk.values()).items()
    }


def subscribe_url(digest: Any, scope: Scope) -> str:
    url = scope.api_url("digests", digest.slug, "subscriptions")
    return scope.localized_url(digest, url)


def public_reference(digest: Any, scope: Scope) -> dict[str, Any] | None:
    """Return the reference to a digest, or None if readers may not see it."""
    return digest_reference(digest, scope) if visibility.is_public(digest) else None


def latest_issue(digest: Any, scope: Scope) -> dict[str, Any] | None:
    latest = latest_first(scope.issues().child_of(digest)).first()
    return latest and reference(latest, scope)


def preferences(subscriber: Subscriber, scope: Scope) -> dict[str, Any]:
    subscriptions = stored_subscriptions(subscriber)
    suppressed = suppression.of(subscriber.key)
    letters = [mail for row in subscriptions for mail in row.deliveries.all()]
    return {
        "address": subscriber.address,
        "created_at": subscriber.created_at,
        "suppression": suppressed and suppressed.reason,
        "subscriptions": [_subscription(row, scope) for row in subscriptions],
        "letters": [
            {name: getattr(mail, name) for name in MAIL_FIELDS}
            for mail in sorted(letters, key=lambda mail: mail.pk, reverse=True)
        ],
    }


def _subscription(row: Subscription, scope: Scope) -> dict[str, Any]:
    digest = row.public_digest
    return {
        "slug": row.digest.slug,
        "digest": digest and digest_reference(digest, scope),
        "state": row.state,
        "consent": row.consent_text and row.consent_text.text,
        "imported": row.origin and {"at": row.origin.created_at, "note": row.origin.note},
        "source": row.source,
        "requested_at": row.requested_at,
        "confirmed_at": row.confirmed_at,
        "ended_at": row.ended_at,
        "end_reason": row.end_reason or None,
    }
