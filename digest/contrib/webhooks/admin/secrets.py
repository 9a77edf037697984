"""Show a secret on the next page, and on no later one."""

from django.http import HttpRequest

from digest.contrib.webhooks.models import WebhookEndpoint
from digest.contrib.webhooks.presets import preset_of

SESSION_KEY = "digest_webhooks_secret_of"


def show_secret(request: HttpRequest, endpoint: WebhookEndpoint) -> None:
    """Let the next page of a webhook show its secret, if its requests are signed."""
    if preset_of(endpoint).is_signed:
        request.session[SESSION_KEY] = endpoint.pk


def take_secret(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    """Return the secret if this page is to show it, and otherwise an empty text."""
    if request.session.get(SESSION_KEY) != endpoint.pk:
        return ""
    del request.session[SESSION_KEY]
    return endpoint.secret
