"""Signing up by the API: the same response for every address, whatever a digest hides."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from digest.contrib.newsletter import subscriptions, suppression
from digest.contrib.newsletter.models import NewsletterSettings, SignupRequest, Subscription
from tests.builders import make_digest, restrict
from tests.contrib.newsletter.readers import confirm_token, open_newsletter, sign_up, subscribe

pytestmark = pytest.mark.django_db

URL = "digests/daily/subscriptions/"
ADDRESS = "reader@example.org"
DETAIL = "If this address accepts mail, a message is on its way."


def test_sign_up_is_recorded_and_nothing_else(digest, post):
    response = post(URL, {"email": "Reader@Bücher.example", "website": ""})
    assert response.json() == {
        "status": "check_your_inbox",
        "digest": {"slug": "daily", "title": "Daily"},
        "detail": DETAIL,
    }
    assert response["Cache-Control"] == "private, no-store"
    assert not response.cookies
    request = SignupRequest.objects.get()
    assert request.address == "Reader@xn--bcher-kva.example"
    assert (request.source, request.has_filled_honeypot) == ("api", False)
    assert request.consent_text.text.startswith("Send me each issue of “Daily”")


def public_parts(response):
    """Return the bytes and the headers of a response, without the id of its request."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    del headers["x-request-id"]
    return response.content, headers


def respond(post, **body):
    """Return the bytes, headers and queries of a sign-up."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = post(URL, {"email": ADDRESS} | body)
    statements = [query["sql"].split("(")[0][:60] for query in queries]
    return *public_parts(response), statements


def test_response_is_the_same_for_every_address(digest, post):
    post(URL, {"email": "first@example.org"})  # inserts the text of consent
    SignupRequest.objects.all().delete()
    found = [respond(post), respond(post, website="https://spam.example")]
    SignupRequest.objects.all().delete()
    sign_up(digest)
    found.append(respond(post))
    SignupRequest.objects.all().delete()
    subscription = subscriptions.confirm(confirm_token(Subscription.objects.get()))
    found.append(respond(post))
    subscriptions.end(subscription, "page")
    found.append(respond(post))
    suppression.suppress(ADDRESS, "complained")
    found.append(respond(post))
    assert all(response == found[0] for response in found)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("rëader@example.org", "non_ascii"),
        ("a" * 250 + "@example.org", "max_length"),
        *(
            (text, "invalid")
            for text in ("reader", "@example.org", "reader@localhost", "a b@c.org")
        ),
        *((text, "invalid") for text in ("reader@[127.0.0.1]", '"a b"@example.org', "a@b..org")),
        *((text, "invalid") for text in ("<a@example.org>", "a@example.org, b@example.org")),
        ("a@example.org\nBcc: b@example.org", "characters"),
        ("", "blank"),
        (5, "type"),
        (["reader@example.org"], "type"),
    ],
)
def test_invalid_address_is_an_error_at_its_place(digest, post, address, code):
    problem = post(URL, {"email": address}, status=400).json()
    assert problem["type"].endswith("#invalid-request")
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/email", code)]
    assert not SignupRequest.objects.exists()


@pytest.mark.parametrize("body", [{}, {"email": ADDRESS, "confirmed": True}, {"email": None}])
def test_other_bodies_are_rejected(digest, post, body):
    post(URL, body, status=400)
    assert not SignupRequest.objects.exists()


def hide_draft(digest):
    digest.unpublish()


def expire(digest):
    digest.expire_at = timezone.now()
    digest.save()


def close(digest):
    NewsletterSettings.objects.update(takes_signups=False)


def remove_settings(digest):
    NewsletterSettings.objects.all().delete()


@pytest.mark.parametrize("hide", [hide_draft, expire, restrict, close, remove_settings])
def test_hidden_or_closed_digest_is_the_404_of_none(digest, post, hide):
    missing = post("digests/missing/subscriptions/", {"email": ADDRESS}, status=404)
    hide(digest)
    hidden = post(URL, {"email": ADDRESS}, status=404)
    assert public_parts(hidden) == public_parts(missing)
    assert not SignupRequest.objects.exists()


def test_digest_of_another_site_needs_its_name(digest, other_site, post):
    elsewhere = make_digest(other_site.root_page, "elsewhere")
    open_newsletter(elsewhere)
    post("digests/elsewhere/subscriptions/", {"email": ADDRESS}, status=404)
    post(f"digests/elsewhere/subscriptions/?site={other_site.hostname}", {"email": ADDRESS})
    assert SignupRequest.objects.get().digest_id == elsewhere.pk


def test_scripts_of_allowed_origins_may_sign_up(digest, post, settings):
    settings.DIGEST_NEWSLETTER_ORIGINS = ["https://app.example"]
    response = post(URL, {"email": ADDRESS}, Origin="https://app.example")
    assert response["Access-Control-Allow-Origin"] == "https://app.example"
    problem = post(URL, {"email": ADDRESS}, status=403, Origin="https://evil.example").json()
    assert "DIGEST_NEWSLETTER_ORIGINS" in problem["detail"]
    assert SignupRequest.objects.count() == 1


def test_sign_ups_of_an_ip_address_are_limited(digest, post, settings):
    settings.DIGEST_NEWSLETTER_SIGNUP_RATE = "2/hour"
    cache.clear()
    for number in range(2):
        post(URL, {"email": f"reader{number}@example.org"})
    response = post(URL, {"email": ADDRESS}, status=429, **{"X-Forwarded-For": "10.0.0.1"})
    assert 0 < int(response["Retry-After"]) <= 3600
    post("preferences/", {"email": ADDRESS}, status=429)
    assert SignupRequest.objects.count() == 2


def test_digest_has_its_newsletter(digest, home_page, get):
    make_digest(home_page, "another")
    newsletter = {
        "subscribe_url": "http://testserver/api/v1/digests/daily/subscriptions/",
        "consent": "Send me each issue of “Daily” by e-mail. I can unsubscribe at any time.",
        "privacy_url": "https://example.com/privacy/",
        "is_open": True,
    }
    assert get("digests/daily/")["newsletter"] == newsletter
    for path, name in (("digests/", "results"), ("site/", "digests")):
        assert [data["newsletter"] for data in get(path)[name]] == [None, newsletter]


def test_active_reader_is_known_only_to_the_worker(digest, post):
    subscribe(digest)
    post(URL, {"email": ADDRESS})
    assert SignupRequest.objects.count() == 1
