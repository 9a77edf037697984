"""The built-in form: who may post it, and that the response does not depend on the address."""

import re

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page, Site

from digest.caching import content_version
from digest.contrib.newsletter import signup, subscriptions, suppression
from digest.contrib.newsletter.email_addresses import parse
from digest.contrib.newsletter.models import (
    NewsletterSettings,
    SignupRequest,
    Subscriber,
)
from tests.builders import expire, make_digest, make_issue, restrict
from tests.contrib.newsletter.readers import (
    change_consent,
    newsletter_of,
    open_newsletter,
    sign_up,
    subscribe,
)
from tests.html import read
from tests.visibility.responses import headers_of, is_same_response

pytestmark = pytest.mark.django_db
ADDRESS = "reader@example.org"
URL, INBOX, REQUEST = (
    f"/newsletter/{path}/" for path in ("subscribe/daily", "check-your-inbox", "preferences")
)
SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.fixture
def newsletter(digest):
    return open_newsletter(
        digest, imprint="Ada Quill\n1 Ink Street", privacy_url="https://a.test/p"
    )


def post(email=ADDRESS, url=URL, client=None, remote="192.0.2.1", headers=None, **fields):
    """Post the form as a browser does."""
    headers = {"sec-fetch-site": "same-origin"} if headers is None else headers
    client = client or Client(enforce_csrf_checks=True)
    data = {"email": email, "website": "", **fields}
    return client.post(url, data, headers=headers, REMOTE_ADDR=remote)


def parsed(response):
    return BeautifulSoup(response.content, "lxml")


def test_sign_up_is_recorded_and_leads_to_the_inbox(newsletter):
    response = post("Reader@Example.org")
    assert (response.status_code, response["Location"], response.content) == (303, INBOX, b"")
    request = SignupRequest.objects.get()
    assert (request.digest_id, request.source) == (newsletter.digest_id, "form")
    assert (request.address, request.has_filled_honeypot) == ("Reader@example.org", False)
    assert "Check your inbox" in read(Client(), INBOX).h1.get_text()


def test_page_has_the_form_with_its_consent_privacy_page_and_imprint(newsletter, client):
    page = read(client, URL)
    field = page.select_one("form[method=post] input[type=email]")
    assert (field["autocomplete"], field["inputmode"]) == ("email", "email")
    assert page.select_one(f"label[for={field['id']}]").get_text() == "E-mail address"
    consent = page.select_one(".digest-consent")
    assert consent.get_text().startswith("Send me each issue of “Daily” by e-mail.")
    assert consent.a["href"] == "https://a.test/p"
    assert str(page.aside.p) == "<p>Ada Quill<br/>1 Ink Street</p>"


def test_honeypot_is_hidden_and_only_noted(newsletter, client):
    field = read(client, URL).select_one("[name=website]")
    assert field.find_parent(hidden=True)
    assert (field["tabindex"], field["autocomplete"]) == ("-1", "off")
    assert post(website="https://spam.test")["Location"] == INBOX
    assert SignupRequest.objects.get().has_filled_honeypot


# The same response for all addresses


def new(digest):
    """Leave the address unknown."""


def erased(digest):
    subscribe(digest)
    subscriptions.erase(Subscriber.objects.get(key=ADDRESS))


STATES = {
    "new": new,
    "pending": sign_up,
    "active": subscribe,
    "ended": lambda digest: subscriptions.end(subscribe(digest), "page"),
    "suppressed": lambda digest: suppression.suppress(ADDRESS, "complained"),
    "blocked": lambda digest: subscriptions.block(subscribe(digest).subscriber),
    "erased": erased,
}


def observe(url, **fields):
    """Return all that can be seen of a response, and its statements."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = post(url=url, **fields)
    statements = [re.sub("'[^']*'", "?", query["sql"].partition(" VALUES")[0]) for query in queries]
    return response.status_code, response.content, headers_of(response), statements


@pytest.mark.parametrize("state", STATES)
def test_response_and_queries_are_the_same_in_every_state(newsletter, state):
    post()  # which reads the URLs of the sites into Wagtail's cache
    unknown = observe(URL), observe(REQUEST)
    SignupRequest.objects.all().delete()
    STATES[state](newsletter.digest)
    assert (observe(URL), observe(REQUEST)) == unknown
    assert "subscriber" not in str(unknown)


def test_response_to_a_filled_honeypot_is_the_same(newsletter):
    post()
    assert observe(URL, website="x") == observe(URL)


# The imprint


def test_pages_of_no_digest_have_each_imprint_once(newsletter, home_page, client):
    open_newsletter(make_digest(home_page, "weekly"), imprint="Ada Quill\n1 Ink Street")
    same = {"imprint": newsletter.imprint, "privacy_url": newsletter.privacy_url}
    open_newsletter(make_digest(home_page, "yearly"), **same)
    open_newsletter(hidden := make_digest(home_page, "hidden"), imprint="Nowhere")
    restrict(hidden)
    for url in (INBOX, REQUEST):
        imprint = read(client, url).aside
        expected = "Ada Quill 1 Ink Street Privacy policy Ada Quill 1 Ink Street"
        assert imprint.get_text(" ", strip=True) == expected


# Invalid addresses


INVALID = ["", "reader", "reader@localhost", "a@[127.0.0.1]", "é@example.org", "a" * 100_000]
INVALID += ["a@b.co\nBcc: x@y.zz", "a\x00@example.org", f"{'a' * 250}@example.org", SCRIPT]


def test_invalid_address_is_shown_again_with_its_error(newsletter):
    for address in INVALID:
        response = post(address)
        field = parsed(response).select_one("input[type=email]")
        error = parsed(response).find(id=field["aria-describedby"])
        assert (response.status_code, field["aria-invalid"]) == (400, "true")
        assert field["value"][:1] == address[:1]
        assert len(field["value"]) <= 254
        assert error.get_text().endswith(".")
        assert not parsed(response).select("script, img, [onerror]")
    assert not SignupRequest.objects.exists()


FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
NO_FORMS = [
    (b"email", FORM),
    (b"email=%ff%fe", FORM),
    (b"email=a%40b.org", f"{FORM}; charset=utf-16"),
    (b"a=1&" * 20_000, FORM),
    (b"--x\r\nbroken", f"{MULTIPART}; boundary=x"),
    (b"x", MULTIPART),
    (b'{"email": "a@b.org"}', "application/json"),
]


def test_body_that_is_no_form_is_an_invalid_address(newsletter, client):
    for body, content_type in NO_FORMS:
        for url in (URL, REQUEST):
            assert client.post(url, body, content_type=content_type).status_code == 400, body[:20]
    assert not SignupRequest.objects.exists()


# From which pages


ELSEWHERE = [{"sec-fetch-site": site} for site in ("cross-site", "same-site", "none")]
ELSEWHERE += [{"sec-fetch-site": "cross-site", "origin": "http://testserver"}]
ELSEWHERE += [{"origin": origin} for origin in ("", "null", "http://[", "https://evil.test")]
ELSEWHERE += [{"origin": f"http://testserver{rest}"} for rest in (":8000", ".evil.test")]
HERE = [
    {"sec-fetch-site": "same-origin"},
    {"origin": "http://testserver"},
    {"origin": "https://TESTSERVER"},  # behind a proxy that does not pass the scheme on
    {},  # an old browser
]


@pytest.mark.parametrize("url", [URL, REQUEST])
def test_form_of_another_site_is_rejected(newsletter, url):
    for headers in ELSEWHERE:
        response = post(url=url, headers=headers)
        assert response.status_code == 403, headers
        assert parsed(response).form.select_one(".digest-error")
    assert not SignupRequest.objects.exists()


@pytest.mark.parametrize("url", [URL, REQUEST])
def test_form_of_this_site_is_accepted(newsletter, url):
    assert [post(url=url, headers=headers).status_code for headers in HERE] == [303] * 4


# The rate limit


def test_sign_ups_of_an_ip_address_are_limited(newsletter, settings):
    settings.DIGEST_NEWSLETTER_SIGNUP_RATE = "2/hour"
    post(headers={"sec-fetch-site": "cross-site"})  # not the reader's fault
    Client().get(URL, REMOTE_ADDR="192.0.2.1")
    statuses = [post().status_code, post("nobody", url=REQUEST).status_code]
    response = post()
    assert [*statuses, response.status_code] == [303, 400, 429]
    assert 3500 < int(response["Retry-After"]) <= 3600
    assert "Try again later." in parsed(response).select_one(".digest-error").get_text()
    assert post(remote="192.0.2.2").status_code == 303
    assert SignupRequest.objects.count() == 2


def test_addresses_of_a_network_count_as_one(newsletter, settings):
    settings.DIGEST_NEWSLETTER_SIGNUP_RATE = "1/hour"
    forwarded = {"sec-fetch-site": "same-origin", "x-forwarded-for": "203.0.113.9"}
    assert post(remote="2001:db8::1").status_code == 303
    assert post(remote="2001:db8::2", headers=forwarded).status_code == 429
    assert post(remote="2001:db8:0:1::1").status_code == 303


def test_without_a_limit_all_are_accepted(newsletter, settings):
    settings.DIGEST_NEWSLETTER_SIGNUP_RATE = None
    assert {post().status_code for _number in range(21)} == {303}


# Which digests


def closed(digest, newsletter):
    NewsletterSettings.objects.update(takes_signups=False)


def without_settings(digest, newsletter):
    newsletter.delete()


def unpublished(digest, newsletter):
    digest.unpublish()


def expired(digest, newsletter):
    expire(digest)


def private(digest, newsletter):
    restrict(digest)


def of_another_site(digest, newsletter):
    other = Page.get_first_root_node().add_child(instance=Page(title="Else", slug="else"))
    Site.objects.create(hostname="else.test", root_page=other)
    digest.move(other, "last-child")


@pytest.mark.parametrize(
    "hide", [closed, without_settings, unpublished, expired, private, of_another_site]
)
def test_other_digests_are_not_found(newsletter, digest, client, hide):
    hide(digest, newsletter)
    nothing = post(url="/newsletter/subscribe/nothing/")
    assert nothing.status_code == 404
    for response in (post(), client.get(URL), client.get(f"{URL}?locale=fr")):
        assert is_same_response(response, nothing)
    assert not SignupRequest.objects.exists()


def test_earlier_slug_is_found(newsletter, digest, rename):
    rename(digest, "evening")
    response = Client().get(URL)
    assert (response.status_code, response["Location"]) == (301, "/newsletter/subscribe/evening/")
    assert post().status_code == 303
    assert SignupRequest.objects.get().digest_id == digest.pk


def test_locale_selects_among_digests_with_one_slug(newsletter, digest, home_page, settings):
    settings.WAGTAIL_I18N_ENABLED, settings.USE_I18N = True, True
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    french = Locale.objects.create(language_code="fr")
    home = home_page.copy_for_translation(french)
    other = make_digest(home, "daily", title="Quotidien", locale=french)
    open_newsletter(other)
    assert read(Client(), URL).html["lang"] == "en"
    assert read(Client(), f"{URL}?locale=fr").html["lang"] == "fr"
    assert post(url=f"{URL}?locale=fr")["Location"] == f"{INBOX}?locale=fr"
    assert SignupRequest.objects.get().digest_id == other.pk
    assert read(Client(), f"{INBOX}?locale=fr").html["lang"] == "fr"
    assert read(Client(), f"{INBOX}?locale=zz").html["lang"] == "en"


@pytest.mark.parametrize(("code", "lang"), [("de", "de"), ("ar", "en")])
def test_pages_of_no_digest_are_in_the_language_of_the_site(newsletter, settings, code, lang):
    settings.LANGUAGE_CODE = code
    for url in (INBOX, REQUEST):
        assert read(Client(), url).html["lang"] == lang


# What all pages have in common


def test_pages_are_the_same_for_all_visitors_and_not_cached(newsletter, admin_client, client):
    for url in (URL, INBOX, REQUEST, "/newsletter/subscribe/nothing/"):
        mine, theirs = admin_client.get(url), client.get(url)
        assert is_same_response(mine, theirs)
        assert (mine["Cache-Control"], mine["X-Robots-Tag"]) == ("no-store", "noindex")
        assert "Set-Cookie" not in mine.headers
        assert "Cookie" not in mine.get("Vary", "")


def test_other_methods_change_nothing(newsletter, client):
    for url in (URL, INBOX, REQUEST):
        assert client.options(url)["Allow"] == "GET, HEAD, POST, OPTIONS"
        for method in ("put", "patch", "delete"):
            response = getattr(client, method)(url, {"email": ADDRESS})
            assert (response.status_code, response["Cache-Control"]) == (405, "no-store")
        assert client.head(url).status_code == 200
    assert not SignupRequest.objects.exists()


def test_texts_are_escaped(home_page, client):
    digest = make_digest(home_page, title=SCRIPT, tagline=SCRIPT)
    open_newsletter(digest, imprint=SCRIPT, privacy_url="javascript:alert(1)")
    make_issue(digest)
    for consent in (signup.consent_text(newsletter_of(digest)).text, SCRIPT):
        change_consent(digest, consent)
        for url in (URL, "/", digest.url, INBOX):
            page = read(client, url)
            assert not page.select("img, [onerror], a[href^=javascript]")
            scripts = page.select("script:not([type='application/ld+json'])")
            assert not [script for script in scripts if "alert" in script.text]


# Cached responses


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_sign_ups_leave_cached_responses_and_new_settings_do_not(newsletter, client):
    client.get("/api/v1/digests/daily/")
    before = content_version.current()
    for number in range(99):
        address = parse(f"reader{number}@example.org")
        signup.request_subscription(newsletter, address, "form")
    assert post().status_code == 303
    assert content_version.current() == before is not None
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/digests/daily/")
    assert len(queries) == 1  # of the version
    newsletter.imprint = "Elsewhere"
    newsletter.save()
    changed = content_version.current()
    change_consent(newsletter.digest, "Yes, please.")
    assert len({before, changed, content_version.current()}) == 3
