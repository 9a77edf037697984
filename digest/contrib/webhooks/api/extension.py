"""The requests that receivers get, as ``webhooks`` of the OpenAPI document."""

from digest.api.extensions import APIExtension
from digest.contrib.webhooks.api.schema import event_schemas, webhooks

extension = APIExtension(schemas=event_schemas(), webhooks=webhooks())
