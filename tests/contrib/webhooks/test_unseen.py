"""Rows of webhooks are not content: writing them changes no content version."""

import pytest
from django.apps import apps

from digest.caching import content_version
from digest.caching.content_version import ChangeMarker
from digest.contrib.webhooks.models import WebhookDelivery
from tests.contrib.changes.feed import run_deferred_triggers
from tests.contrib.webhooks.builders import make_delivery

pytestmark = pytest.mark.django_db


def test_no_model_is_seen_by_readers():
    models = set(apps.get_app_config("digest_webhooks").get_models())
    assert len(models) == 3
    assert not models & set(content_version.seen_models())


def test_writes_leave_version_and_markers_as_they_are(endpoint):
    versions = content_version.ContentVersion.objects.values_list("token", flat=True)
    ChangeMarker.objects.all().delete()
    before = list(versions)
    delivery = make_delivery(endpoint)
    endpoint.rotate()
    WebhookDelivery.objects.update(state="sent")
    delivery.event.delete()
    endpoint.delete()
    assert not ChangeMarker.objects.exists()
    run_deferred_triggers()
    assert list(versions) == before
