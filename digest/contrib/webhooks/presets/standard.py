"""Signed requests by Standard Webhooks 1.0.0, for receivers of one's own."""

import json

from django.utils.translation import gettext_lazy as _

from digest.contrib.webhooks import signing
from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent
from digest.contrib.webhooks.presets.base import Preset, Request


class StandardPreset(Preset):
    name = "standard"
    label = _("Any receiver (Standard Webhooks)")
    help_text = _("Signed requests for chosen events, such as for Next.js, Zapier or a script.")
    url_label = _("URL")
    is_signed = True
    events = tuple(type for type in WebhookEvent.Type.values if type != WebhookEvent.Type.PING)

    def request(self, delivery: WebhookDelivery, timestamp: int) -> Request:
        endpoint, message_id = delivery.endpoint, str(delivery.pk)
        body = json.dumps(delivery.event.data, separators=(",", ":")).encode()
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signing.signatures(endpoint.nonces, message_id, timestamp, body),
        }
        return Request(endpoint.url, body, headers)
