"""Leave out paths of optional apps that are not installed (``make test-core``)."""

import re
from importlib import import_module

from django.apps import apps

HAS_SEARCH = apps.is_installed("digest.contrib.search")
HAS_NEWSLETTER = apps.is_installed("digest.contrib.newsletter")
HAS_SUBMISSIONS = apps.is_installed("digest.contrib.submissions")
HAS_WEBHOOKS = apps.is_installed("digest.contrib.webhooks")
OF_APPS = re.compile(
    r"(^|/)(search|newsletter|submissions|mcp|changes|subscriptions|confirmations|unsubscriptions"
    r"|preferences)/|[?&]q="
)


def served(*paths: str) -> list[str]:
    """Return the paths that this site serves: those of optional apps only if they are installed."""
    if HAS_SEARCH:
        return list(paths)
    return [path for path in paths if not OF_APPS.search(path)]


def site_patterns() -> list:
    """Return the URL patterns of the site that the settings describe."""
    return import_module("cms.urls" if HAS_SEARCH else "tests.core_urls").urlpatterns
