"""With translations, each list is in one language, and pages and feeds link to the other ones."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language
from wagtail.models import Locale

from digest.models import IssuePage
from digest.previews.tokens import create_token
from digest.rendering import seo
from tests.builders import block, body, make_digest, make_issue, restrict, source, story
from tests.html import read, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def english(settings, digest):
    """A published issue in English, with a tag, on a site with translations."""
    settings.WAGTAIL_I18N_ENABLED, settings.LANGUAGE_CODE = True, "en"
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    settings.ROOT_URLCONF = "tests.pages.urls_in_languages"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
    return make_issue(digest, title="Hello", tags=("Power",))


def translate(issue, code, titles):
    """Publish a translation of an issue, of its digest and of the front page."""
    locale = Locale.objects.create(language_code=code)
    digest = issue.get_parent().specific
    for page, title in zip([digest.get_parent().specific, digest, issue], titles, strict=True):
        translation = page.copy_for_translation(locale)
        translation.title = title
        translation.save_revision().publish()
    return IssuePage.objects.get(locale=locale)


@pytest.fixture
def french(english):
    """The public translation of that issue, of its digest and of the front page."""
    return translate(english, "fr", ["Accueil", "Quotidien", "Bonjour"])


def titles(client, url):
    """Return the titles in a JSON Feed."""
    return [item["title"] for item in json.loads(client.get(url).content)["items"]]


def test_feed_is_in_the_requested_language(client, french):
    assert titles(client, "/feeds/daily/feed.json") == ["Hello"]
    assert titles(client, "/feeds/daily/feed.json?locale=fr&utm_source=x") == ["Bonjour"]
    assert titles(client, "/feeds/daily/tags/power/feed.json?locale=fr") == ["Bonjour"]
    assert client.get("/feeds/daily/feed.json?locale=de").status_code == 404


def test_feed_of_the_front_pages_language_comes_first(client, site, french):
    site.root_page = french.get_parent().get_parent()
    site.save()
    assert titles(client, "/feeds/daily/feed.json") == ["Bonjour"]


def test_locale_is_ignored_without_translations(client, digest):
    make_issue(digest, title="Hello")
    assert titles(client, "/feeds/daily/feed.json?locale=fr") == ["Hello"]


def test_feed_url_names_a_language_that_is_not_the_default(client, french):
    feed = client.get("/feeds/daily/feed.json?locale=fr").json()
    assert feed["feed_url"] == "http://localhost/feeds/daily/feed.json?locale=fr"
    assert feed["home_page_url"] == "http://localhost/fr/daily/"
    links = read(client, "/fr/daily/").select("link[type='application/rss+xml']")
    assert [link["href"] for link in links] == ["/feeds/daily/rss.xml?locale=fr"]
    assert client.get("/feeds/daily/feed.json").json()["feed_url"].endswith("feed.json")


@pytest.mark.parametrize(("path", "query"), [("/", ""), ("/fr/", "?locale=fr")])
def test_lists_of_feeds_and_tags_have_the_language_of_the_page_with_the_links(
    client, french, path, query
):
    lists = [f"/tags/{query}", f"/feeds/{query}"]
    for url in (path, *lists):
        links = [link["href"] for link in read(client, url).select("footer a")]
        assert [link for link in links if link in lists] == lists
    for url in lists:
        canonical = read(client, url).select_one("link[rel=canonical]")
        assert canonical["href"] == f"http://localhost{url}"


def test_list_of_feeds_links_to_those_of_its_language(client, french):
    links = [link["href"] for link in read(client, "/feeds/?locale=fr").select("main ul ul a")]
    assert len(links) == 6
    assert all(link.endswith("?locale=fr") for link in links)


def test_translations_have_entry_ids_of_their_own(client, french):
    [one] = client.get("/feeds/daily/feed.json").json()["items"]
    [two] = client.get("/feeds/daily/feed.json?locale=fr").json()["items"]
    assert one["id"] != two["id"]


@pytest.mark.parametrize("path", ["/daily/2026-04-14/", "/daily/"])
def test_page_has_hreflang_links(client, french, path):
    for url in (path, f"/fr{path}"):
        links = read(client, url).select("link[rel=alternate][hreflang]")
        assert {link["hreflang"]: link["href"] for link in links} == {
            "en": f"http://localhost{path}",
            "fr": f"http://localhost/fr{path}",
            "x-default": f"http://localhost{path}",
        }


def test_hidden_translation_has_no_hreflang_link(client, french, english):
    restrict(french)
    assert not read(client, "/daily/2026-04-14/").select("link[hreflang]")


def test_untranslated_page_has_no_alternates(client, site, english, digest):
    assert seo.alternates(english, site) == []


def test_there_are_no_alternates_without_translations(site, french, settings):
    settings.WAGTAIL_I18N_ENABLED = False
    assert seo.alternates(french, site) == []


def test_front_page_is_in_its_own_language(client, french):
    assert texts(read(client, "/"), ".digest-shelf h3, .digest-item h3") == ["Hello", "Daily"]
    french_page = read(client, "/fr/")
    assert texts(french_page, ".digest-shelf h3, .digest-item h3") == ["Bonjour", "Quotidien"]


def test_tag_page_is_in_one_language(client, french):
    assert texts(read(client, "/tags/power/"), ".digest-item h3") == ["Hello"]
    page = read(client, "/tags/power/?locale=fr")
    assert texts(page, ".digest-item h3") == ["Bonjour"]
    canonical = page.select_one("link[rel=canonical]")["href"]
    assert canonical == "http://localhost/tags/power/?locale=fr"
    assert client.get("/tags/power/?locale=de").status_code == 404


def test_tag_links_to_the_language_of_the_issue(client, french):
    shown = {"/daily/": "/tags/power/", "/tags/power/?locale=fr": "/tags/power/?locale=fr"}
    for url, href in shown.items():
        assert read(client, url).select_one(".digest-tags a")["href"] == href


def test_number_of_queries_of_a_tag_page_does_not_grow_with_issues(client, french):
    def number_of_queries(url, days):
        for day in days:
            make_issue(french.get_parent(), day, tags=("Power", "Grids", "Rain"))
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    for url, days in (("/tags/power/?locale=fr", [1, 5]), ("/fr/daily/", [6, 9])):
        assert number_of_queries(url, days[:1]) == number_of_queries(url, range(*days))


@pytest.mark.optional_apps
def test_search_is_in_one_language(client, french):
    found = texts(read(client, "/search/?q=happened"), ".digest-item h3")
    assert sorted(found) == ["A story", "Hello"]


def test_sitemap_has_hreflang_links(client, french):
    text = client.get("/sitemap.xml").content.decode()
    link = 'href="http://localhost{}/daily/2026-04-14/" hreflang="{}" rel="alternate"/>'
    for code, prefix in (("en", ""), ("fr", "/fr"), ("x-default", "")):
        assert text.count(link.format(prefix, code)) == 2
    restrict(french)
    assert "/fr/daily/2026-04-14/" not in client.get("/sitemap.xml").content.decode()


def test_llms_txt_lists_issues_in_the_language_of_the_site(client, french):
    text = client.get("/llms.txt").content.decode()
    assert "[Hello](" in text
    assert "Bonjour" not in text
    assert "- [Quotidien](http://localhost/fr/daily/): All of it (fr)" in text
    assert "http://localhost/feeds/daily/rss.xml?locale=fr" in text


def test_number_of_queries_of_a_sitemap_does_not_grow_with_translations(client, french):
    def number_of_queries():
        client.get("/sitemap.xml")
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap.xml")
        return len(queries)

    before = number_of_queries()
    for slug in ("b", "c", "d"):
        home = french.get_parent().get_parent()
        make_digest(home, slug, locale=french.locale)
    assert number_of_queries() == before


def test_feed_entry_is_rendered_in_the_language_of_its_issue(client, french, monkeypatch):
    languages = []
    monkeypatch.setattr(
        "digest.feeds.views.render_to_string",
        lambda *args: languages.append(get_language()) or "text",
    )
    client.get(f"/feeds/{french.get_parent().slug}/rss.xml?locale=fr")
    client.get("/feeds/daily/rss.xml")
    assert languages == ["fr", "en"]


@pytest.fixture
def german(english, settings):
    """A public issue in German, with a source and a bottom line."""
    settings.LANGUAGES += [("de", "German")]
    cited = source(title="Bericht", published_on="2026-04-12")
    english.body = body(story(sources=[cited]), block("bottom_line", text="<p>Kurz.</p>"))
    english.save_revision().publish()
    return translate(english, "de", ["Start", "Täglich", "Hallo"])


def test_issue_page_speaks_the_language_of_the_issue(client, german):
    page = read(client, "/de/daily/2026-04-14/")
    labels = texts(page, "h2.digest-label, h3.digest-label, .digest-up-to-date")
    assert labels == ["Warum das wichtig ist", "Quellen", "Unterm Strich", *labels[3:]]
    assert "Sie sind auf dem neuesten Stand." in labels
    assert texts(page, "time") == ["Dienstag, 14. April 2026", "12. April 2026"]


def test_digest_page_speaks_the_language_of_the_digest(client, german):
    page = read(client, "/de/daily/")
    assert texts(page, "h2.digest-label") == ["Alle Ausgaben"]
    assert texts(page, ".digest-item .digest-date") == ["Dienstag, 14. April 2026"]


def test_feed_speaks_the_language_of_the_digest(client, german):
    [item] = client.get("/feeds/daily/feed.json?locale=de").json()["items"]
    for text in ("Warum das wichtig ist", "Unterm Strich"):
        assert text in item["content_html"]


def test_empty_list_speaks_the_language_of_each_request(client, german):
    for issue in IssuePage.objects.live():
        issue.unpublish()
    shown = {"/de/daily/": "Es gibt noch keine Ausgabe.", "/daily/": "There is no issue yet."}
    for url, text in shown.items():
        assert texts(read(client, url), ".digest-empty") == [text]


def test_shared_draft_speaks_the_language_of_the_issue(client, german, admin_user):
    token = create_token(german, admin_user, is_shared=True)
    assert texts(read(client, f"/preview/{token}/"), ".digest-draft")[0].startswith("Dies ist")
