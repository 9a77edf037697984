"""System checks of the newsletter's settings."""

import re
from typing import Any

from django.core.checks import CheckMessage, register

from digest.checks import SettingCheck, check_settings, is_positive_integer
from digest.contrib.newsletter.conf import conf

ORIGIN = re.compile(r"https?://[^/?#\s]+")
PAGES = {"confirm", "unsubscribe", "preferences"}


def _are_senders(value: Any) -> bool:
    addresses = value.values() if isinstance(value, dict) else [value]
    return all(isinstance(address, str) and "@" in address for address in addresses)


def _are_origins(value: Any) -> bool:
    is_list = isinstance(value, (list, tuple, set))
    return is_list and all(isinstance(item, str) and ORIGIN.fullmatch(item) for item in value)


def _are_urls(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(root, str) and ORIGIN.fullmatch(root) and _are_pages(pages)
        for root, pages in value.items()
    )


def _are_pages(value: Any) -> bool:
    return isinstance(value, dict) and all(
        name in PAGES and isinstance(url, str) and url.count("{token}") == 1
        for name, url in value.items()
    )


def _is_rate(value: Any) -> bool:
    return value is None or bool(re.fullmatch(r"[1-9][0-9]*/(sec|min|hour|day)", str(value)))


SETTINGS = [
    SettingCheck(
        "digest.E030",
        "NEWSLETTER_FROM",
        _are_senders,
        "must be an e-mail address, or map slugs of digests to addresses, not {value!r}.",
    ),
    SettingCheck(
        "digest.E031",
        "NEWSLETTER_ORIGINS",
        _are_origins,
        "must be a list of origins, not {value!r}.",
        'For example ["https://www.example.com"].',
    ),
    SettingCheck(
        "digest.E032",
        "NEWSLETTER_URLS",
        _are_urls,
        "must map root URLs of sites to the URLs of pages, not {value!r}.",
        'For example {"https://cms.example.com": {"confirm": "https://example.com/c/{token}"}}.',
    ),
    SettingCheck(
        "digest.E033",
        "NEWSLETTER_SIGNUP_RATE",
        _is_rate,
        'must be a rate such as "20/hour", not {value!r}.',
        "A number, a slash, and sec, min, hour or day; None for no limit.",
    ),
    SettingCheck(
        "digest.E034",
        "NEWSLETTER_LETTERS_PER_HOUR",
        is_positive_integer,
        "must be a positive whole number, not {value!r}.",
    ),
]


@register()
def check_newsletter_settings(**kwargs: Any) -> list[CheckMessage]:
    """Check every setting in ``SETTINGS``."""
    return check_settings(conf, SETTINGS)
