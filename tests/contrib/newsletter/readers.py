"""Helpers that sign readers up and process their requests."""

from typing import Any

from digest.contrib.newsletter import signup, subscriptions, tokens
from digest.contrib.newsletter.email_addresses import parse
from digest.contrib.newsletter.models import (
    EmailDelivery,
    NewsletterSettings,
    SignupRequest,
    Source,
    Subscription,
)
from digest.contrib.newsletter.tokens import Purpose


def open_newsletter(digest: Any, **fields: Any) -> NewsletterSettings:
    """Make the settings of a digest that takes sign-ups."""
    return NewsletterSettings.objects.create(digest=digest, takes_signups=True, **fields)


def change_consent(digest: Any, text: str) -> None:
    """Make a text what readers of a digest agree to."""
    row = signup.store_consent(digest, text)
    settings = NewsletterSettings.objects.get(digest=digest)
    settings.consent_text = row
    settings.save()


def process_requests() -> None:
    for pk in SignupRequest.objects.values_list("pk", flat=True):
        subscriptions.process(pk)


def newsletter_of(digest: Any) -> NewsletterSettings:
    """Return the settings of a digest, or default ones without a row."""
    rows = NewsletterSettings.objects.filter(digest=digest)
    return rows.first() or NewsletterSettings(digest=digest)


def request_subscription(
    digest: Any, address: str = "reader@example.org", source: str = Source.FORM, **fields: Any
) -> None:
    """Sign an address up; no worker has seen it."""
    signup.request_subscription(newsletter_of(digest), parse(address), source, **fields)


def sign_up(digest: Any, address: str = "reader@example.org", **fields: Any) -> None:
    """Sign an address up, and process the request."""
    request_subscription(digest, address, **fields)
    process_requests()


def confirm_token(subscription: Subscription) -> str:
    """Return the token of the latest confirmation letter of a subscription."""
    letters = EmailDelivery.objects.filter(subscription=subscription, kind="confirm")
    letter = letters.latest("pk")
    return tokens.make(Purpose.CONFIRM, subscription.pk, subscription.counter, letter.created_at)


def preferences_token(subscription: Subscription) -> str:
    """Return the token of a letter with the link to the preferences."""
    letter, subscriber = subscription.deliveries.latest("pk"), subscription.subscriber
    return tokens.make(Purpose.PREFERENCES, subscriber.pk, subscriber.counter, letter.created_at)


def tokens_of(subscription: Subscription) -> dict[str, str]:
    """Return the tokens of a subscriber by the endpoint that takes them."""
    return {
        "confirmations": confirm_token(subscription),
        "unsubscriptions": subscription.unsubscribe_token,
        "preferences": preferences_token(subscription),
    }


def subscribe(digest: Any, address: str = "reader@example.org") -> Subscription:
    """Return an active subscription."""
    sign_up(digest, address)
    subscription = Subscription.objects.get(digest=digest, subscriber__key=address.lower())
    return subscriptions.confirm(confirm_token(subscription))
