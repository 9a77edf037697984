"""Confirming, unsubscribing and preferences by the API."""

import sys

import pytest
from django.core.signals import got_request_exception
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.views.debug import ExceptionReporter

from digest.contrib.newsletter import subscriptions, tokens
from digest.contrib.newsletter.models import SignupRequest, Subscriber, Subscription
from digest.contrib.newsletter.tokens import Purpose
from tests.builders import make_digest, make_issue
from tests.contrib.newsletter.readers import (
    confirm_token,
    preferences_token,
    process_requests,
    sign_up,
    subscribe,
    tokens_of,
)

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def subscription(digest):
    """An active subscription."""
    return subscribe(digest)


@pytest.fixture
def delete(client):
    """Return a function that sends DELETE below /api/v1/, and checks the status."""

    def delete(path, status=204):
        response = client.delete(f"/api/v1/{path}")
        assert response.status_code == status, response.content
        return response

    return delete


def state(subscription):
    subscription.refresh_from_db()
    return subscription.state


def test_confirmation_shows_a_masked_address_and_changes_nothing(digest, get):
    sign_up(digest)
    subscription = Subscription.objects.get()
    data = get(f"confirmations/{confirm_token(subscription)}/")
    assert (data["digest"]["slug"], data["address"]) == ("daily", "r•••r@example.org")
    assert state(subscription) == "pending"


def test_confirming_subscribes_and_may_be_repeated(digest, post):
    issue = make_issue(digest)
    sign_up(digest)
    subscription = Subscription.objects.get()
    url = f"confirmations/{confirm_token(subscription)}/"
    for _number in range(2):
        data = post(url, status=200).json()
        assert (data["status"], data["latest_issue"]["id"]) == ("subscribed", issue.pk)
    assert state(subscription) == "active"


def test_unsubscribing_may_be_repeated(subscription, get, post):
    url = f"unsubscriptions/{subscription.unsubscribe_token}/"
    assert get(url)["is_subscribed"]
    for _number in range(2):
        assert post(url, status=200).json() == {"status": "unsubscribed"}
    assert not get(url)["is_subscribed"]
    assert (state(subscription), subscription.end_reason) == ("ended", "api")


def test_hidden_digest_can_be_left_but_not_subscribed_to(digest, subscription, get, post):
    digest.unpublish()
    get(f"confirmations/{confirm_token(subscription)}/", status=404)
    post(f"confirmations/{confirm_token(subscription)}/", status=404)
    url = f"unsubscriptions/{subscription.unsubscribe_token}/"
    assert get(url) == {"digest": None, "is_subscribed": True}
    post(url, status=200)


def test_link_to_the_preferences_is_sent_to_known_addresses_alone(subscription, post):
    subscription.deliveries.update(created_at="2026-01-01T00:00Z")
    for address in ("reader@example.org", "nobody@example.org"):
        post("preferences/", {"email": address})
    assert SignupRequest.objects.count() == 2
    process_requests()
    assert list(subscription.deliveries.values_list("kind", flat=True)) == [
        "confirm",
        "preferences",
    ]


def test_preferences_have_everything_that_is_stored(subscription, get):
    mail = {"state": "accepted", "code": "250 2.1.5", "reply": "OK", "event": "delivered"}
    subscription.deliveries.update(**mail)
    data = get(f"preferences/{preferences_token(subscription)}/")
    assert (data["address"], data["suppression"]) == ("reader@example.org", None)
    [stored] = data["subscriptions"]
    assert (stored["slug"], stored["state"], stored["source"]) == ("daily", "active", "form")
    assert stored["consent"].startswith("Send me each issue")
    assert stored["end_reason"] is None
    [letter] = data["letters"]
    assert letter.pop("created_at")
    assert letter == {"kind": "confirm"} | mail


def test_preferences_say_why_there_is_no_mail(subscription, get):
    subscriptions.block(subscription.subscriber)
    data = get(f"preferences/{preferences_token(subscription)}/")
    assert data["suppression"] == data["subscriptions"][0]["end_reason"] == "asked"


def test_preferences_take_the_same_queries_for_all_subscriptions(
    subscription, home_page, get, django_assert_num_queries
):
    path = f"preferences/{preferences_token(subscription)}/"
    get(path)
    with CaptureQueriesContext(connection) as one:
        get(path)
    for number in range(3):
        sign_up(make_digest(home_page, f"paper-{number}"), f"other{number}@example.org")
    Subscription.objects.update(subscriber=subscription.subscriber)
    with django_assert_num_queries(len(one)):
        data = get(path)
    titles = {row["digest"]["title"] for row in data["subscriptions"]}
    assert (len(titles), len(data["letters"])) == (4, 4)


def test_preferences_end_one_subscription(subscription, delete):
    token = preferences_token(subscription)
    delete(f"preferences/{token}/weekly/", status=404)
    for _number in range(2):
        delete(f"preferences/{token}/daily/")
    assert state(subscription) == "ended"


def test_preferences_erase_the_address(subscription, delete, get):
    token = preferences_token(subscription)
    delete(f"preferences/{token}/")
    assert not Subscriber.objects.exists()
    get(f"preferences/{token}/", status=404)
    delete(f"preferences/{token}/", status=404)


def test_every_other_token_is_the_same_404(digest, subscription, client):
    token = confirm_token(subscription)
    subscriptions.end(subscription, "page")
    reader = subscription.subscriber
    block = tokens.make(Purpose.BLOCK, reader.pk, reader.counter, subscription.requested_at)
    bad = [token, token[:-1], block, "x", "%00", "é", "a" * 500, f"{token}x", "::", "..."]
    urls = [f"{name}/{text}/" for name in ("confirmations", "unsubscriptions") for text in bad]
    urls += [f"preferences/{text}/" for text in bad] + ["confirmations/"]
    responses = [client.get(f"/api/v1/{url}") for url in urls]
    responses += [client.post(f"/api/v1/confirmations/{text}/", {}, JSON) for text in bad]
    assert {(r.status_code, r.content) for r in responses} == {(404, responses[0].content)}
    assert state(subscription) == "ended"


def fail(token):
    raise RuntimeError("The server has failed.")


@pytest.fixture
def reports():
    """Return the error reports that the signal's receivers can write."""
    found = []

    def report(request, **kwargs):
        reporter = ExceptionReporter(request, *sys.exc_info())
        frames = [frame["vars"] for frame in reporter.get_traceback_frames()]
        found.append(f"{reporter.get_traceback_text()} {frames} {request.resolver_match}")

    got_request_exception.connect(report)
    yield found
    got_request_exception.disconnect(report)


def test_tokens_are_in_no_error_report(subscription, client, monkeypatch, reports, caplog):
    client.raise_request_exception = False
    for name in ("to_confirm", "to_unsubscribe", "of_preferences"):
        monkeypatch.setattr(subscriptions, name, fail)
    found = tokens_of(subscription)
    for name, token in found.items():
        assert client.get(f"/api/v1/{name}/{token}/").status_code == 500
    url = f"/api/v1/preferences/{found['preferences']}/daily/"
    assert client.delete(url).status_code == 500
    assert len(reports) == 4
    for token in found.values():
        secret = token.rpartition(":")[2]
        assert not [text for text in [*reports, caplog.text] if secret in text]
