"""Read what is stored about an address, for the page of its preferences and the API."""

from digest import visibility
from digest.contrib.newsletter.models import Subscriber, Subscription
from digest.pages.page_models import get_digest_page_model

# Of an import, its note alone is of interest.
DEFERRED = ("origin__file", "origin__errors")


def stored_subscriptions(subscriber: Subscriber) -> list[Subscription]:
    """Return the subscriptions of an address with their mails, the latest first.

    ``public_digest`` is None if readers may not see the digest now.
    """
    rows = subscriber.subscriptions.select_related("digest__locale", "consent_text", "origin")
    rows = rows.defer(*DEFERRED)
    found = list(rows.prefetch_related("deliveries").order_by("-requested_at", "-pk"))
    digests = get_digest_page_model().objects.filter(pk__in=[row.digest_id for row in found])
    public = set(visibility.public(digests).values_list("pk", flat=True))
    for row in found:
        row.public_digest = row.digest if row.digest_id in public else None
    return found
