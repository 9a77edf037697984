"""The warning on the admin's front page that webhooks are disabled."""

from typing import Any

from django.http import HttpRequest
from wagtail.admin.ui.components import Component

from digest.contrib.webhooks.models import WebhookEndpoint

Reason = WebhookEndpoint.DisabledReason
SHOWN = 5


class DisabledWebhooksPanel(Component):
    name = "digest_disabled_webhooks"
    order = 20
    template_name = "digest/webhooks/admin/home_panel.html"

    def __init__(self, endpoints: list[WebhookEndpoint]) -> None:
        self.endpoints = endpoints

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"endpoints": self.endpoints[:SHOWN], "has_more": len(self.endpoints) > SHOWN}


def add_disabled_webhooks(request: HttpRequest, panels: list[Any]) -> None:
    """Warn users who may turn them on again."""
    if not request.user.has_perm("digest_webhooks.change_webhookendpoint"):
        return
    disabled = WebhookEndpoint.objects.filter(disabled_reason__in=[Reason.GONE, Reason.FAILING])
    if endpoints := list(disabled[: SHOWN + 1]):
        panels.append(DisabledWebhooksPanel(endpoints))
