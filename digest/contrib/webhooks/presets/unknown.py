"""A preset that the code does not have, such as one of a newer version after a downgrade."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from digest.contrib.webhooks.models import WebhookDelivery, WebhookEndpoint
from digest.contrib.webhooks.presets.base import Preset, Request


class UnknownPreset(Preset):
    """Let a webhook be shown, edited, paused and deleted, and send nothing."""

    url_label = gettext_lazy("URL")

    def __init__(self, endpoint: WebhookEndpoint) -> None:
        self.name = endpoint.preset
        self.label = _("%(preset)s (unknown)") % {"preset": endpoint.preset}
        self.events = tuple(endpoint.events)

    def clean_url(self, value: str) -> str:
        raise self._error()

    def request(self, delivery: WebhookDelivery, timestamp: int) -> Request:
        raise self._error()

    def _error(self) -> ValidationError:
        message = _("This version does not know the receiver “%(preset)s”, and sends nothing.")
        return ValidationError(message % {"preset": self.name})
