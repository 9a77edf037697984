"""Models of the newsletter: settings, subscribers, subscriptions, imports, mailings and mails."""

from digest.contrib.newsletter.models.imports import SubscriberImport
from digest.contrib.newsletter.models.mails import EmailDelivery, Mailing
from digest.contrib.newsletter.models.settings import (
    ConsentText,
    NewsletterSettings,
    default_consent,
)
from digest.contrib.newsletter.models.subscribers import (
    NewsletterSecret,
    SignupRequest,
    Source,
    Subscriber,
    Subscription,
    Suppression,
    new_counter,
    new_token,
)

__all__ = [
    "ConsentText",
    "EmailDelivery",
    "Mailing",
    "NewsletterSecret",
    "NewsletterSettings",
    "SignupRequest",
    "Source",
    "Subscriber",
    "SubscriberImport",
    "Subscription",
    "Suppression",
    "default_consent",
    "new_counter",
    "new_token",
]
