"""URLs of the newsletter's pages, on this site or on the frontend of DIGEST_NEWSLETTER_URLS."""

from typing import Any

from django.urls import reverse

from digest.contrib.newsletter import tokens
from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.models import EmailDelivery
from digest.contrib.newsletter.tokens import Purpose


def confirm_url(letter: EmailDelivery) -> str:
    """Return the URL that confirms the subscription of a letter."""
    subscription = letter.subscription
    token = tokens.make(Purpose.CONFIRM, subscription.pk, subscription.counter, letter.created_at)
    return _page_url(subscription.digest, "confirm", token)


def preferences_url(letter: EmailDelivery) -> str:
    """Return the URL of what is stored about the reader of a letter."""
    return _page_url(
        letter.subscription.digest, "preferences", _subscriber_token(Purpose.PREFERENCES, letter)
    )


def block_url(letter: EmailDelivery) -> str:
    """Return the URL by which the reader of a letter is never written to again."""
    return _url_of_site(
        letter.subscription.digest, "block", _subscriber_token(Purpose.BLOCK, letter)
    )


def _subscriber_token(purpose: Purpose, letter: EmailDelivery) -> str:
    subscriber = letter.subscription.subscriber
    return tokens.make(purpose, subscriber.pk, subscriber.counter, letter.created_at)


def unsubscribe_url(digest: Any, token: str) -> str:
    """Return the URL of the page with a button that ends a subscription."""
    return _page_url(digest, "unsubscribe", token)


def one_click_url(digest: Any, token: str) -> str:
    """Return the URL by which mail programs end a subscription (RFC 8058)."""
    return _url_of_site(digest, "one-click", token)


def request_preferences_url(digest: Any) -> str:
    """Return the URL of the page on which a reader asks for a link to the preferences."""
    return _url_of_site(digest, "request-preferences")


def _page_url(digest: Any, name: str, token: str) -> str:
    pages = conf.NEWSLETTER_URLS.get(_root_url(digest), {})
    if name in pages:
        return pages[name].replace("{token}", token)
    return _url_of_site(digest, name, token)


def _url_of_site(digest: Any, name: str, *args: str) -> str:
    return _root_url(digest) + reverse(f"digest:newsletter:{name}", args=args)


def _root_url(digest: Any) -> str:
    parts = digest.get_url_parts()
    return parts[1] if parts else ""
