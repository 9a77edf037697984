"""The form on readers' pages."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from wagtail.models import Locale

from digest.contrib.newsletter.forms import signup_forms
from digest.contrib.newsletter.models import (
    ConsentText,
    NewsletterSettings,
    SignupRequest,
    default_consent,
)
from tests.builders import expire, make_digest, make_issue, restrict
from tests.contrib.newsletter.readers import change_consent, open_newsletter
from tests.html import read, texts
from tests.previews.helpers import token_of

pytestmark = pytest.mark.django_db


def actions(client, url):
    """Return where the forms on a page post to."""
    return [form["action"] for form in read(client, url).select("form.digest-signup")]


@pytest.fixture
def issue(digest):
    return make_issue(digest)


@pytest.fixture
def newsletter(issue, digest):
    return open_newsletter(digest)


def test_form_is_on_the_pages_of_an_open_digest(newsletter, issue, client):
    for url in ("/", "/daily/", issue.url):
        [action] = actions(client, url)
        response = client.post(action, {"email": "reader@example.org"})
        assert response.status_code == 303
    assert SignupRequest.objects.count() == 3


def test_summary_of_an_issue_leads_to_the_form(newsletter, issue, client):
    page = read(client, issue.url)
    [link] = page.select(".digest-to-signup a")
    assert page.find(id=link["href"].removeprefix("#")).find_next("form", class_="digest-signup")
    NewsletterSettings.objects.update(takes_signups=False)
    assert not read(client, issue.url).select(".digest-to-signup")


def test_other_digests_have_no_form(issue, client):
    for url in ("/", "/daily/", issue.url):
        assert actions(client, url) == []
    open_newsletter(make_digest(issue.get_parent().get_parent(), "weekly"))
    assert actions(client, "/daily/") == actions(client, issue.url) == []
    NewsletterSettings.objects.update(takes_signups=False)
    assert actions(client, "/") == []


@pytest.mark.parametrize("hide", [restrict, expire, lambda digest: digest.unpublish()])
def test_hidden_digest_has_no_form(newsletter, digest, issue, admin_client, client, hide):
    hide(digest)
    assert actions(client, "/") == actions(admin_client, "/") == []
    for url in (digest.url, issue.url):
        for visitor in (client, admin_client):
            assert b"digest-signup" not in visitor.get(url).content


def test_front_page_has_a_form_for_each_open_digest(newsletter, home_page, client):
    open_newsletter(make_digest(home_page, "weekly"))
    make_digest(home_page, "closed")
    page = read(client, "/")
    assert texts(page, "summary") == ["Subscribe to Daily", "Subscribe to Weekly"]
    assert actions(client, "/") == [
        f"/newsletter/subscribe/{slug}/" for slug in ("daily", "weekly")
    ]
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_queries_of_the_front_page_do_not_grow_with_the_digests(newsletter, home_page, client):
    counts = []
    for number in range(4):
        open_newsletter(make_digest(home_page, f"paper-{number}"))
        client.get("/")
        with CaptureQueriesContext(connection) as queries:
            assert len(actions(client, "/")) == number + 2
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_front_page_has_the_forms_of_its_language(newsletter, home_page, client, site, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    home = home_page.copy_for_translation(Locale.objects.create(language_code="fr"))
    digest = make_digest(home, "daily", locale=home.locale)
    open_newsletter(digest)
    assert actions(client, "/") == ["/newsletter/subscribe/daily/"]
    [form] = signup_forms([digest], site)
    assert form.url == "/newsletter/subscribe/daily/?locale=fr"


def test_form_leads_to_imprint_and_privacy_page(newsletter, issue, client):
    imprint, privacy_url = "Ada Quill, 1 Ink Street", "https://a.test/privacy"
    NewsletterSettings.objects.update(imprint=imprint, privacy_url=privacy_url)
    for url in ("/", "/daily/", issue.url):
        links = read(client, url).select(".digest-consent a")
        urls = {link.get_text(): link["href"] for link in links}
        assert urls["Privacy policy"] == privacy_url
        path, _hash, fragment = urls["Imprint"].partition("#")
        assert imprint in read(client, path).find(id=fragment).get_text()


def test_pages_show_the_latest_consent_and_insert_none(newsletter, digest, client):
    ConsentText.objects.all().delete()
    for url in ("/", "/daily/"):
        assert texts(read(client, url), ".digest-consent") == [
            "Send me each issue of “Daily” by e-mail. I can unsubscribe at any time."
        ]
    assert not ConsentText.objects.exists()
    for text in ("Yes.", "Yes, please."):
        change_consent(digest, text)
    assert texts(read(client, "/"), ".digest-consent") == ["Yes, please."]


def test_pages_with_a_form_are_public_and_the_same_for_all(newsletter, issue, client):
    for url in ("/", "/daily/", issue.url):
        response = client.get(url)
        assert response["Cache-Control"].startswith("public")
        assert not response.cookies
        assert client.get(url).content == response.content
        assert b"csrf" not in response.content


def test_shared_draft_has_no_form(newsletter, issue):
    assert actions(Client(), f"/preview/{token_of(issue)}/") == []


def test_default_consent_is_in_the_language_of_the_digest(digest):
    digest.locale.language_code = "de"
    with override("fr"):
        assert default_consent(digest).startswith("Schicken Sie mir jede Ausgabe von „Daily“")
