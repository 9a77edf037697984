"""System checks of the settings."""

import re
from typing import Any

from django.core.checks import CheckMessage, register

from digest.checks import SettingCheck, check_settings, is_positive_integer
from digest.contrib.webhooks.conf import conf

MAX_THREADS = 32


def _is_number_of_threads(value: Any) -> bool:
    return is_positive_integer(value) and value <= MAX_THREADS


def _is_token(value: Any) -> bool:
    """Return whether a value can be sent in a header, or is None."""
    return value is None or (isinstance(value, str) and bool(re.fullmatch(r"[!-~]+", value)))


SETTINGS = [
    SettingCheck(
        "digest.E058",
        "WEBHOOK_THREADS",
        _is_number_of_threads,
        f"must be a whole number from 1 to {MAX_THREADS}, not {{value!r}}.",
    ),
    # Without the value, which is secret.
    SettingCheck(
        "digest.E059",
        "WEBHOOK_GITHUB_TOKEN",
        _is_token,
        "must be a token of GitHub, or None.",
        "A string of printable ASCII characters without spaces and newlines.",
    ),
]


@register()
def check_webhook_settings(**kwargs: Any) -> list[CheckMessage]:
    return check_settings(conf, SETTINGS)
