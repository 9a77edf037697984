"""Endpoints are changed in the admin while senders change them, too."""

from datetime import timedelta

import pytest
from django.utils import timezone

from digest.contrib.webhooks.admin.forms import EndpointForm
from digest.contrib.webhooks.models import WebhookEndpoint
from tests.contrib.webhooks.builders import make_endpoint

pytestmark = pytest.mark.django_db


def test_edited_endpoint_stays_claimed():
    endpoint, soon = make_endpoint(), timezone.now() + timedelta(seconds=20)
    data = {"name": "Another", "events": endpoint.events, "url": ""}
    form = EndpointForm(data, instance=endpoint)
    assert form.is_valid(), form.errors
    WebhookEndpoint.objects.update(busy_until=soon, failing_since=soon)
    form.save()
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.busy_until, endpoint.failing_since) == ("Another", soon, soon)


@pytest.mark.parametrize(("seconds", "stays"), [(20, True), (3600, False)])
def test_turning_on_ends_a_pause_and_no_claim(seconds, stays):
    until = timezone.now() + timedelta(seconds=seconds)
    endpoint = make_endpoint(is_active=False, busy_until=until, failing_since=until)
    endpoint.turn_on()
    endpoint.refresh_from_db()
    assert endpoint.is_active
    assert endpoint.busy_until == (until if stays else None)
    assert endpoint.failing_since is None
