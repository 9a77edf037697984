"""Test detection of stories published before, in another draft, or repeated in an issue."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Site

from digest.checklist.findings import Level
from digest.checklist.run import check_issue
from digest.models import IssuePage
from tests.builders import make_digest, source
from tests.checklist.checking import TEXT, good_story, issue_of, messages_of

pytestmark = pytest.mark.django_db

CITED = "Story 1: This source was cited before."
SAME_HEADING = "Story 1: A story with nearly this heading was published before."
URL = "https://example.com/forecast"


def citing(url, heading="Operators agree on one forecast", **value):
    return good_story(heading, sources=[source(title="Forecast", url=url)], **value)


@pytest.fixture
def past(digest):
    """Make a live issue of 1 April with one story."""
    return issue_of(digest, citing(URL), day=1, publish=True)


def repeats(issue):
    return messages_of(issue, "repeated_story")


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "http://www.example.com/forecast/?utm_source=letter#top",
        "https://EXAMPLE.com/forecast?fbclid=1",
    ],
)
def test_cited_source_is_flagged_for_any_spelling_of_its_url(digest, past, url):
    issue = issue_of(digest, citing(url, "A town counts its bells"))
    [finding] = check_issue(issue)
    story = issue.stories[0]
    item = story.value["sources"].bound_blocks[0]
    assert (finding.message, finding.path) == (CITED, f"body.{story.id}.sources.{item.id}.url")
    [mention] = finding.mentions
    assert (mention.pk, mention.title, mention.date) == (past.pk, past.title, date(2026, 4, 1))
    assert finding.long_message == "Story 1: This source was cited before (Wed 1 Apr 2026)."


def test_link_in_the_text_counts_as_a_source(digest, past):
    text = f'{TEXT}<p>See <a href="{URL}?utm_medium=rss">the forecast</a>.</p>'
    issue = issue_of(digest, good_story("A town counts its bells", body=text))
    assert repeats(issue) == [(CITED, "body.body")]


@pytest.mark.parametrize("url", ["https://example.com/", "https://example.com/other", "", "mail"])
def test_other_source_is_not_flagged(digest, past, url):
    issue_of(digest, citing("https://example.com", "The kerb is priced"), day=2, publish=True)
    assert repeats(issue_of(digest, citing(url, "A town counts its bells"))) == []


def test_heading_similar_to_a_published_one_is_flagged(digest, past):
    issue = issue_of(digest, citing("", "Grid operators agree on one forecast"))
    assert repeats(issue) == [(SAME_HEADING, "body.heading")]


def test_issue_is_mentioned_once_per_story(digest, past):
    assert [message for message, _ in repeats(issue_of(digest, citing(URL)))] == [CITED]


def test_heading_of_a_recurring_section_is_not_flagged(digest):
    for day in range(1, 5):
        issue_of(digest, citing("", "The week in numbers"), day=day, publish=True)
    assert repeats(issue_of(digest, citing("", "The week in numbers"))) == []


def test_issue_is_not_compared_with_itself(past):
    assert repeats(past) == []


def test_live_issue_is_not_flagged_for_later_issues(digest, past):
    later = issue_of(digest, citing(URL), day=2, publish=True)
    assert repeats(past) == []
    assert repeats(later) == [(CITED, "body.sources.url")]


def test_aliases_and_translations_are_not_compared(digest, past, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    german = Locale.objects.create(language_code="de")
    elsewhere = make_digest(digest.get_parent(), "weekly")
    alias = past.create_alias(parent=elsewhere)
    translated = past.copy_for_translation(german, copy_parents=True)
    translated.save_revision().publish()
    for page in (past, alias, translated):
        assert repeats(IssuePage.objects.get(pk=page.pk)) == []


def test_alias_is_not_mentioned_together_with_its_issue(digest, past):
    past.create_alias(parent=make_digest(digest.get_parent(), "weekly"))
    [finding] = check_issue(issue_of(digest, citing(URL)))
    assert [mention.pk for mention in finding.mentions] == [past.pk]


def test_all_digests_of_the_site_but_no_other_site_are_compared(digest, past, home_page):
    weekly = make_digest(home_page, "weekly")
    assert repeats(issue_of(weekly, citing(URL))) == [(CITED, "body.sources.url")]
    root = home_page.get_parent().add_child(instance=type(home_page)(title="Two", slug="two"))
    Site.objects.create(hostname="two.example", root_page=root)
    assert repeats(issue_of(make_digest(root, "daily"), citing(URL))) == []


def test_headings_are_compared_within_a_language(digest, past):
    german = Locale.objects.create(language_code="de")
    german_digest = make_digest(digest.get_parent(), "taeglich", locale=german)
    issue = issue_of(german_digest, citing(""), locale=german)
    assert repeats(issue) == []


def test_finding_about_a_draft_is_only_advisory(digest):
    digest.checklist = {"rules": {"repeated_story": "required"}}
    digest.save()
    draft = issue_of(digest, citing(URL), day=1)
    [finding] = check_issue(issue_of(digest, citing(URL, "A town counts its bells")))
    assert finding.message == "Story 1: This source is also cited in another draft."
    assert finding.level == Level.WARNING
    assert [(m.pk, m.is_draft) for m in finding.mentions] == [(draft.pk, True)]


def test_the_latest_revision_of_a_draft_counts(digest):
    draft = issue_of(digest, citing(URL), day=1)
    other = issue_of(digest, citing("https://example.com/other", "A town counts its bells"), day=2)
    draft.body, draft.date = other.body, date(2026, 4, 3)
    draft.save_revision()
    IssuePage.objects.filter(pk=other.pk).delete()
    assert repeats(issue_of(digest, citing(URL))) == []
    again = issue_of(digest, citing("", "A town counts its bells"))
    findings = [each for each in check_issue(again) if each.rule == "repeated_story"]
    assert [each.mentions[0].date for each in findings] == [date(2026, 4, 3)]


def test_draft_with_the_same_heading_or_link_is_flagged(digest):
    text = f'{TEXT}<p><a href="{URL}">The forecast</a></p>'
    issue_of(digest, good_story("Bells are counted", body=text, sources=[]), day=1)
    issue = issue_of(digest, citing(URL, "Bells are counted"), citing("", "Bells are counted"))
    assert [place for _, place in repeats(issue)][0::2] == ["body.sources.url", "body.heading"]


@pytest.mark.parametrize(
    "broken",
    [
        '[{"type": "story_section", "value": 3}, {"type": "gone", "value": [{"url": 1}]}]',
        '[5, null, {"value": {}}, {"type": "story_section"}]',
    ],
)
def test_draft_with_broken_body_is_ignored(digest, broken):
    draft = issue_of(digest, citing(URL), day=1)
    draft.latest_revision.content["body"] = broken
    draft.latest_revision.save()
    assert repeats(issue_of(digest, citing(URL))) == []


@pytest.mark.parametrize("content", [{}, {"body": "{"}, {"body": "5", "date": 5}, []])
def test_draft_with_a_broken_revision_is_what_its_row_has(digest, content):
    draft = issue_of(digest, citing(URL), day=1)
    draft.latest_revision.content = content
    draft.latest_revision.save()
    assert len(repeats(issue_of(digest, citing(URL)))) == 1


def test_second_of_two_equal_stories_is_flagged(digest):
    issue = issue_of(digest, citing(URL), citing("", "A harbour sleeps"), citing(URL))
    assert repeats(issue) == [
        ("Story 3: Story 1 cites the same page.", "body.sources.url"),
        ("Story 3: Story 1 has nearly the same heading.", "body.heading"),
    ]


def test_section_may_be_in_an_issue_twice(digest):
    sections = [citing(f"https://example.com/{n}", "In brief") for n in range(2)]
    assert repeats(issue_of(digest, *sections)) == []


def three(*urls):
    headings = ("A town counts its bells", "The kerb is priced", "Tides are an open book now")
    return [citing(url, heading) for url, heading in zip(urls, headings, strict=True)]


@pytest.mark.parametrize("url", ["https://example.com/c", ""])
def test_issue_with_many_of_the_stories_is_named_once(digest, past, url):
    urls = ["https://example.com/a", "https://example.com/b", url]
    other = issue_of(digest, *three(*urls), day=2, publish=True)
    found = check_issue(issue_of(digest, *three(*urls), citing(URL)))
    assert [finding.message for finding in found if finding.rule == "repeated_story"] == [
        "3 stories were published before, in one issue.",
        "Story 4: This source was cited before.",
    ]
    assert [mention.pk for mention in found[0].mentions] == [other.pk]


def test_two_stories_of_an_issue_are_named_each(digest):
    urls = ["https://example.com/a", "https://example.com/b", "https://example.com/c"]
    issue_of(digest, *three(*urls)[:2], day=2, publish=True)
    assert len(repeats(issue_of(digest, *three(*urls)))) == 2


def test_draft_with_many_of_the_stories_is_advisory(digest):
    urls = ["https://example.com/a", "https://example.com/b", "https://example.com/c"]
    issue_of(digest, *three(*urls), day=2)
    [finding] = check_issue(issue_of(digest, *three(*urls)))
    assert finding.message == "3 stories are also in another draft."
    assert finding.is_advisory


def test_number_of_queries_is_constant(digest):
    def queries(issue):
        issue = IssuePage.objects.get(pk=issue.pk)
        with CaptureQueriesContext(connection) as captured:
            assert check_issue(issue)
        return len(captured)

    def stories(number):
        return [citing(f"{URL}/{n}", f"{'abcdefgh'[n] * 9} rises") for n in range(number)]

    issue_of(digest, *stories(1), day=1, publish=True)
    few = queries(issue_of(digest, *stories(1), day=8))
    for day in range(2, 5):
        issue_of(digest, *stories(8), day=day, publish=True)
    assert queries(issue_of(digest, *stories(8), day=9)) == few <= 10
