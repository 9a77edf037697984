"""The state of a webhook, in words."""

from django.forms import Media
from django.utils.translation import gettext

from digest.admin import listings
from digest.contrib.webhooks.models import WebhookEndpoint
from digest.pages.time_zones import format_datetime

PAUSED = WebhookEndpoint.DisabledReason.PAUSED


def state_of(endpoint: WebhookEndpoint) -> str:
    if endpoint.is_active:
        return gettext("Failing") if endpoint.failing_since else gettext("Active")
    return gettext("Paused") if endpoint.disabled_reason == PAUSED else gettext("Disabled")


def reason_of(endpoint: WebhookEndpoint) -> str:
    """Return why a webhook does not work, or since when it fails; empty if there is no more."""
    if endpoint.is_active and endpoint.failing_since:
        return gettext("Since %(time)s") % {"time": format_datetime(endpoint.failing_since)}
    is_known = endpoint.is_active or endpoint.disabled_reason == PAUSED
    return "" if is_known else endpoint.get_disabled_reason_display()


def is_working(endpoint: WebhookEndpoint) -> bool:
    return endpoint.is_active and endpoint.failing_since is None


def styles() -> Media:
    return listings.styles("digest/webhooks/webhooks.css")
