"""Signatures, verified by the reference library of Standard Webhooks."""

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from digest.contrib.webhooks import signing
from digest.contrib.webhooks.presets import PRESETS
from tests.contrib.webhooks.builders import make_delivery
from tests.contrib.webhooks.sending import deliver, endpoint_at, reload, requests_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(receiver):
    return make_delivery(endpoint_at(receiver, "/statuses/204"))


def request_of(delivery, seconds_ago=0):
    """Return the headers and the body of a request, sent so many seconds ago."""
    timestamp = int(timezone.now().timestamp()) - seconds_ago
    found = PRESETS["standard"].request(reload(delivery), timestamp)
    return found.headers, found.body


def verify(secret, headers, body):
    return Webhook(secret).verify(body, headers)


def is_valid(secret, headers, body):
    try:
        return bool(verify(secret, headers, body))
    except WebhookVerificationError:
        return False


def test_request_as_it_arrives_is_verified(receiver):
    endpoint = deliver(receiver, "/statuses/204").endpoint
    [request] = requests_to(receiver, endpoint)
    found = verify(endpoint.secret, request["headers"], request["body"].encode())
    assert found["type"] == "content.changed"


def test_secret_has_the_form_of_the_standard(endpoint):
    assert endpoint.secret.startswith("whsec_")
    assert len(endpoint.secret) == len("whsec_") + 44
    assert endpoint.nonce not in endpoint.secret


def test_both_secrets_sign_for_a_day_after_a_rotation(delivery):
    old = delivery.endpoint.secret
    delivery.endpoint.rotate()
    new = delivery.endpoint.secret
    request = request_of(delivery)
    assert old != new
    assert [is_valid(secret, *request) for secret in (old, new)] == [True, True]
    delivery.endpoint.previous_until = timezone.now() - timedelta(seconds=1)
    delivery.endpoint.save()
    request = request_of(delivery)
    assert [is_valid(secret, *request) for secret in (old, new)] == [False, True]


def test_secret_of_a_fallback_key_signs(delivery, settings):
    old = delivery.endpoint.secret
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key", [settings.SECRET_KEY]
    request = request_of(delivery)
    assert delivery.endpoint.secret != old
    assert [is_valid(secret, *request) for secret in (old, delivery.endpoint.secret)] == [True] * 2
    settings.SECRET_KEY_FALLBACKS = []
    assert not is_valid(old, *request_of(delivery))


@pytest.mark.parametrize("seconds", [400, -400])
def test_timestamp_is_that_of_the_attempt(delivery, seconds):
    with pytest.raises(WebhookVerificationError, match=r"too (old|new)"):
        verify(delivery.endpoint.secret, *request_of(delivery, seconds))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature", "body"])
def test_no_byte_can_be_changed(delivery, name):
    headers, body = request_of(delivery)
    assert is_valid(delivery.endpoint.secret, headers, body)
    if name == "body":
        body = body.replace(b"content", b"contend")
    elif name == "webhook-signature":
        headers[name] = "v1," + ("B" if headers[name][3] == "A" else "A") + headers[name][4:]
    else:
        headers[name] = headers[name][:-1] + ("1" if headers[name][-1] == "0" else "0")
    assert not is_valid(delivery.endpoint.secret, headers, body)


def test_secrets_of_two_endpoints_differ(endpoint):
    assert signing.secret(signing.new_nonce()) != signing.secret(signing.new_nonce())
    assert signing.secret(endpoint.nonce) == endpoint.secret
