"""What starts builds: a build takes minutes, so one request stands for all events of a minute."""

from datetime import timedelta

from digest.contrib.webhooks.presets.base import Preset


class BuildPreset(Preset):
    """Wait for later events before a build is started, which shows all of them."""

    wait = timedelta(seconds=60)
    longest_wait = timedelta(minutes=5)
