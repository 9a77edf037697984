"""The components of results; the URL of the server is outside the API."""

from digest.api.extensions import APIExtension
from digest.contrib.mcp.api import serializers

extension = APIExtension(
    components=[
        serializers.RepeatsSerializer,
        serializers.DraftResultSerializer,
        serializers.DraftStateSerializer,
    ],
)
