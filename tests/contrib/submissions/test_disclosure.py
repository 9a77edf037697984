"""Every output for readers says that AI has written an issue, and who has approved it."""

import json
from datetime import UTC, datetime
from html import unescape
from xml.etree import ElementTree

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from wagtail.models import Locale

from digest.contrib.newsletter.composing import compose
from digest.contrib.newsletter.models import NewsletterSettings
from digest.contrib.submissions.models import DigestDisclosure, IssueProvenance
from digest.models import DigestPage, IssuePage
from digest.rendering.seo import WITH_AI
from tests.builders import make_issue
from tests.contrib.submissions.builders import approve, make_submitted
from tests.previews.helpers import token_of

pytestmark = pytest.mark.django_db
# Already the next day in Auckland.
AT = datetime(2026, 4, 14, 22, 30, tzinfo=UTC)
TEXT = "Curated with AI."
APPROVED = "Approved by the editors of Daily on 15 April 2026"
UNREVIEWED = "Published without review by a person"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def issue(digest):
    DigestPage.objects.update(time_zone="Pacific/Auckland")
    return make_submitted(digest)


def page(client, issue):
    return client.get(issue.url).content.decode()


def mail_html(client, issue):
    return composed(issue).html


def mail_text(client, issue):
    return composed(issue).text


def excerpt(client, issue):
    return composed(issue, content=NewsletterSettings.Content.EXCERPT).text


def composed(issue, **fields):
    digest = issue.get_parent().specific
    return compose(IssuePage.objects.get(pk=issue.pk), NewsletterSettings(digest=digest, **fields))


def rss(client, issue):
    content = client.get("/feeds/daily/rss.xml").content
    return ElementTree.fromstring(content).find(f"channel/item/{CONTENT}").text  # noqa: S314


def atom(client, issue):
    content = client.get("/feeds/daily/atom.xml").content
    return ElementTree.fromstring(content).find(f"{ATOM}entry/{ATOM}content").text  # noqa: S314


def json_feed(client, issue):
    return client.get("/feeds/daily/feed.json").json()["items"][0]["content_html"]


def markdown(client, issue):
    data = front_matter(client, issue)
    return "\n".join(data[name] for name in ("disclosure", "approval") if name in data)


def front_matter(client, issue):
    text = client.get(f"/api/v1/issues/{issue.pk}.md").content.decode()
    return yaml.safe_load(text.split("---")[1])


def json_ld(client, issue):
    return client.get(f"/api/v1/issues/{issue.pk}/").json()["seo"]["json_ld"].get("backstory", "")


HTML = [page, mail_html, rss, atom, json_feed]
OUTPUTS = [*HTML, mail_text, excerpt, markdown, json_ld]


def words(output, client, issue):
    """Return the words that readers see."""
    text = output(client, issue)
    if output in HTML:
        text = unescape(strip_tags(text.replace("<br>", " ")))
    return " ".join(text.split())


@pytest.mark.parametrize("output", OUTPUTS)
def test_output_says_that_nobody_has_reviewed_the_issue(client, issue, output):
    assert f"{TEXT} {UNREVIEWED}" in words(output, client, issue)


@pytest.mark.parametrize("output", OUTPUTS)
def test_output_says_who_has_approved_it_and_when(client, digest, issue, output):
    approve(issue, AT)
    assert f"{TEXT} {APPROVED}" in words(output, client, issue)
    DigestDisclosure.objects.create(digest=digest, text="By <b>us</b> & AI.", name_approver=True)
    IssueProvenance.objects.update(approved_by="Edith <i>Example</i>")
    expected = "By <b>us</b> & AI. Approved by Edith <i>Example</i> on 15 April 2026"
    assert expected in words(output, client, issue)


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("make", [make_issue, lambda digest: make_submitted(digest, uses_ai=False)])
def test_output_of_other_issues_says_nothing(client, digest, output, make):
    text = words(output, client, make(digest))
    assert TEXT not in text
    assert UNREVIEWED not in text
    assert "Approved" not in text


def test_feeds_end_with_it(client, issue):
    assert json_feed(client, issue).strip().endswith(f"{UNREVIEWED}</p>")


def test_json_ld_names_the_digital_source(client, issue):
    page_data = page(client, issue)
    assert WITH_AI in page_data
    data = client.get(f"/api/v1/issues/{issue.pk}/").json()["seo"]["json_ld"]
    assert data["digitalSourceType"] == WITH_AI


PROVENANCE = {"ai": True, "text": TEXT, "approved_by": "", "approved_at": None}


@pytest.mark.parametrize("path", ["?fields=provenance", "?fields=id,provenance", ""])
def test_api_has_it_in_detail_and_list(client, issue, path):
    def read():
        detail = client.get(f"/api/v1/issues/{issue.pk}/{path}").json()
        [listed] = client.get(f"/api/v1/issues/{path}").json()["results"]
        assert listed["provenance"] == detail["provenance"]
        return detail["provenance"]

    assert read() == PROVENANCE
    approve(issue, AT)
    approved = {"approved_by": "the editors of Daily", "approved_at": "2026-04-14T22:30:00Z"}
    assert read() == PROVENANCE | approved


def test_api_has_null_for_other_issues(client, digest):
    make_issue(digest, 1)
    make_submitted(digest, 2, uses_ai=False)
    results = client.get("/api/v1/issues/").json()["results"]
    assert [issue["provenance"] for issue in results] == [None, None]


@pytest.mark.parametrize(
    "url", ["/api/v1/issues/", "/api/v1/issues/?fields=provenance", "/feeds/daily/rss.xml"]
)
def test_lists_take_a_constant_number_of_queries(client, digest, issue, url):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    count()  # warms up
    DigestDisclosure.objects.create(digest=digest)
    few = count()
    for day in (2, 3, 4):
        make_submitted(digest, day)
    assert count() == few


def test_api_without_the_field_reads_nothing_of_it(client, issue):
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/issues/?fields=id,title")
    assert "digest_submissions" not in json.dumps([query["sql"] for query in queries])


def test_change_of_what_readers_see_empties_the_cache(client, digest, issue):
    url = f"/api/v1/issues/{issue.pk}/"
    first = client.get(url)["ETag"]
    record = approve(issue, AT)
    second = client.get(url)["ETag"]
    disclosure = DigestDisclosure.objects.create(digest=digest, name_approver=True)
    third = client.get(url)["ETag"]
    disclosure.delete()
    assert client.get(url)["ETag"] == second
    record.delete()
    assert client.get(url)["ETag"] == first
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("is_live", [False, True])
def test_preview_of_a_draft_does_not_say_who_has_approved_it(client, digest, is_live):
    issue = make_submitted(digest, publish=is_live)
    if is_live:
        approve(issue, AT)
        issue.save_revision()
    token = token_of(IssuePage.objects.get(pk=issue.pk))
    data = client.get(f"/api/v1/preview/{token}/").json()
    assert data["provenance"] == PROVENANCE
    assert data["seo"]["json_ld"]["backstory"] == TEXT
    html = client.get(f"/preview/{token}/").content.decode()
    assert TEXT in html
    assert UNREVIEWED not in html
    assert "Approved" not in html


def test_preview_in_the_editor_shows_it(client, digest, django_user_model):
    issue = make_submitted(digest, publish=False)
    client.force_login(django_user_model.objects.create_superuser("edith"))
    url = reverse("wagtailadmin_pages:view_draft", args=[issue.pk])
    html = client.get(url).content.decode()
    assert TEXT in html
    assert UNREVIEWED not in html


def test_test_mail_of_a_draft_does_not_say_that_nobody_has_reviewed_it(digest):
    issue = make_submitted(digest, publish=False)
    text = composed(issue).text
    assert TEXT in text
    assert UNREVIEWED not in text


@pytest.mark.parametrize("output", OUTPUTS)
def test_disclosure_is_in_the_language_of_the_issue(client, digest, issue, output):
    german = Locale.objects.create(language_code="de")
    DigestPage.objects.update(locale=german)
    IssuePage.objects.update(locale=german)
    approve(issue, AT)
    expected = (
        "Mit KI zusammengestellt. Freigegeben durch die Redaktion von Daily am 15. April 2026"
    )
    assert expected in words(output, client, issue)
