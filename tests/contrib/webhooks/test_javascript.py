"""Signatures, verified by the JavaScript library of Standard Webhooks (``make webhook-check``)."""

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from digest.contrib.webhooks.presets import PRESETS
from tests.contrib.webhooks.builders import make_delivery
from tests.contrib.webhooks.sending import deliver, requests_to

FOLDER = Path(__file__).parent / "javascript"
IS_INSTALLED = shutil.which("node") and (FOLDER / "node_modules").exists()
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not IS_INSTALLED, reason="`make webhook-check` installs the library"),
]


def verify(*requests):
    """Return for each request the type of its event, or why it is refused."""
    names = ("secret", "headers", "body")
    text = json.dumps([dict(zip(names, request, strict=True)) for request in requests])
    command = [shutil.which("node"), FOLDER / "verify.js"]
    found = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    return json.loads(found.stdout)


def test_request_as_it_arrives_is_verified(receiver):
    endpoint = deliver(receiver, "/statuses/204").endpoint
    [request] = requests_to(receiver, endpoint)
    headers, body = request["headers"], request["body"]
    changed = body.replace("content", "contend")
    found = verify((endpoint.secret, headers, body), (endpoint.secret, headers, changed))
    assert found == ["content.changed", "No matching signature found"]


def test_old_and_new_secrets_and_keys_are_verified(endpoint, settings):
    delivery, secrets = make_delivery(endpoint), [endpoint.secret]
    endpoint.rotate()
    secrets.append(endpoint.secret)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [settings.SECRET_KEY]
    secrets.append(endpoint.secret)
    request = PRESETS["standard"].request(delivery, int(timezone.now().timestamp()))
    found = verify(*((secret, request.headers, request.body.decode()) for secret in secrets))
    assert found == ["content.changed"] * 3


def test_old_request_is_refused(endpoint):
    an_hour_ago = timezone.now() - timedelta(hours=1)
    request = PRESETS["standard"].request(make_delivery(endpoint), int(an_hour_ago.timestamp()))
    found = verify((endpoint.secret, request.headers, request.body.decode()))
    assert found == ["Message timestamp too old"]
