"""One scenario for all tests of this folder, since creating it takes long."""

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.test import override_settings
from wagtail.signal_handlers import disable_reference_index_auto_update

from tests.api.conftest import notes
from tests.visibility.scenario import LANGUAGES, Scenario

__all__ = ["notes"]


def fill_feed_of_changes():
    if apps.is_installed("digest.contrib.changes"):
        from tests.contrib.changes.feed import relay

        relay()


@pytest.fixture(scope="package")
def scenario(django_db_setup, django_db_blocker):
    """A site with every state; each test may change it, since its changes are rolled back."""
    everything = {"DIGEST_ISSUES_PER_PAGE": 200, "DIGEST_FEED_LENGTH": 200}
    languages = {"LANGUAGES": LANGUAGES, "WAGTAIL_CONTENT_LANGUAGES": LANGUAGES}
    with (
        django_db_blocker.unblock(),
        override_settings(**everything, **languages),
        transaction.atomic(),
    ):
        cache.clear()
        with disable_reference_index_auto_update():  # which takes a third of the time
            created = Scenario()
        fill_feed_of_changes()
        yield created
        transaction.set_rollback(True)
