import pytest

from digest.contrib.webhooks.models import WebhookEndpoint
from digest.contrib.webhooks.presets import PRESETS
from tests.contrib.changes.feed import relay
from tests.contrib.webhooks.builders import PatientPreset, make_endpoint
from tests.contrib.webhooks.receiver import running


@pytest.fixture
def feed(digest):
    """Let the feed be filled with what is public at the installation, which is no event."""
    relay()


@pytest.fixture
def endpoint(db) -> WebhookEndpoint:
    return make_endpoint()


@pytest.fixture
def patient(db, monkeypatch) -> WebhookEndpoint:
    """Return an endpoint of a preset that waits for later events."""
    monkeypatch.setitem(PRESETS, "patient", PatientPreset())
    return make_endpoint(preset="patient")


@pytest.fixture(scope="session")
def receiver_process():
    with running() as receiver:
        yield receiver


@pytest.fixture
def receiver(receiver_process, settings):
    """Return a receiver in another process, to which requests are allowed."""
    settings.DIGEST_HTTP_ALLOWED_HOSTS = [receiver_process.host]
    return receiver_process
