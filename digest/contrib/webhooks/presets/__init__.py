"""What is sent to an endpoint, by who receives it: one file each."""

from digest.contrib.webhooks.models import WebhookEndpoint
from digest.contrib.webhooks.presets.base import Preset
from digest.contrib.webhooks.presets.deploy import DeployPreset
from digest.contrib.webhooks.presets.github import GitHubPreset
from digest.contrib.webhooks.presets.standard import StandardPreset
from digest.contrib.webhooks.presets.unknown import UnknownPreset

# By name, as in ``WebhookEndpoint.preset``; the first is the default.
PRESETS: dict[str, Preset] = {
    preset.name: preset for preset in (StandardPreset(), DeployPreset(), GitHubPreset())
}


def preset_of(endpoint: WebhookEndpoint) -> Preset:
    return PRESETS.get(endpoint.preset) or UnknownPreset(endpoint)
