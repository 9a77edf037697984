"""URLs that are stored in a body: http or https, and absolute, in every format."""

import json
from html import unescape

import pytest

from digest.models import IssuePage
from digest.rendering.bodies import public_bodies
from digest.rendering.rich_text import public_html
from tests.builders import block, body, corrupt, make_issue, source, story

pytestmark = pytest.mark.django_db

EVERYWHERE = [
    "/api/v1/issues/{pk}/",
    "/api/v1/issues/{pk}/?rich_text=markdown",
    "/api/v1/issues/{pk}.md",
    "/api/v1/issues/?include=body",
    "/api/v1/stories/",
    "/feeds/daily/rss.xml",
    "/feeds/daily/atom.xml",
    "/feeds/daily/feed.json",
    "/llms.txt",
]


def read(client, url, issue):
    """Return a response as text, without the escapes of its format."""
    response = client.get(url.format(pk=issue.pk))
    assert response.status_code == 200
    return unescape(unescape(response.content.decode())).replace('\\"', '"')


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JAVA\tSCRIPT:alert(1)",
        "data:text/html,alert(1)",
        "//x.example/",
        "a",
    ],
)
def test_source_that_is_not_on_the_web_has_no_link(digest, client, url):
    issue, cited = make_issue(digest), [source(title="S", url=url)]
    corrupt(issue, json.loads(body(story(sources=cited), block("sources", items=cited))))
    issue = IssuePage.objects.get(pk=issue.pk)
    for path in [*EVERYWHERE, issue.url]:
        text = read(client, path, issue)
        assert "alert(1)" not in text
        assert f'href="{url}"' not in text
    [[_, section, sources]] = public_bodies([issue.body])
    assert section["value"]["sources"][0]["url"] is None
    assert sources["value"]["items"][0]["url"] is None


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/daily/old/", "http://localhost/daily/old/"),
        ("../maps/?a=1&amp;b=2", "http://localhost/daily/maps/?a=1&b=2"),
        ("#part-two", "http://localhost/daily/2026-04-14/#part-two"),
        ("//cdn.example/file", "http://cdn.example/file"),
        ("mailto:desk@example.org", "mailto:desk@example.org"),
    ],
)
def test_links_are_absolute_in_every_format(digest, client, href, expected):
    issue = make_issue(digest, body=body(story(body=f'<p>See <a href="{href}">this</a>.</p>')))
    for path in EVERYWHERE[:-1]:
        assert expected in read(client, path, issue), path


def test_links_on_a_page_of_the_site_stay_as_they_are(digest, client):
    text = '<p><a href="/daily/old/">old</a> <a href="#x">x</a></p>'
    issue = make_issue(digest, body=body(story(body=text)))
    assert text in client.get(issue.url).content.decode()


def test_relative_links_lead_to_the_frontend(digest, client, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.example.org"}
    issue = make_issue(digest, body=body(story(body='<p><a href="/old/">old</a></p>')))
    for path in EVERYWHERE[:-1]:
        assert "https://www.example.org/old/" in read(client, path, issue), path


def test_each_text_has_the_url_of_its_page():
    texts = ['<a href="x">1</a>', '<a href="x">2</a>', '<a href="//[">3</a>']
    assert public_html(texts, "http://s", ["http://s/a/", "http://s/b/"]) == [
        '<a href="http://s/a/x">1</a>',
        '<a href="http://s/b/x">2</a>',
        "<a>3</a>",
    ]
