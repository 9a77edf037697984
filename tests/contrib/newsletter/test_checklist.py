"""Rules of the checklist about the mail of an issue."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from digest.checklist.findings import Level
from digest.checklist.run import check_issue
from digest.contrib.newsletter import mailings
from digest.contrib.newsletter.models import Mailing, NewsletterSettings
from tests.checklist.checking import codes, good_body, good_story, issue_of, messages_of
from tests.contrib.newsletter.readers import open_newsletter

pytestmark = pytest.mark.django_db

LONG = "A headline that says more than the list of an inbox shows of it, I fear"


@pytest.fixture
def newsletter(digest):
    return open_newsletter(digest, imprint="Ada Quill", sends_on_publish=True)


def test_good_issue_has_no_findings(newsletter, digest):
    assert codes(issue_of(digest)) == []


def test_headline_is_long_for_a_subject_unless_there_is_another_one(newsletter, digest):
    issue = issue_of(digest, title=LONG)
    [(message, path)] = messages_of(issue, "newsletter.subject")
    assert path == "title"
    assert message.startswith("The headline is long for the subject of the mail: 71 characters")
    mailings.save_draft(issue, "Short", "")
    assert codes(issue) == []
    mailings.save_draft(issue, LONG, "")
    assert messages_of(issue, "newsletter.subject") == [
        ("The subject of the mail is long: 71 characters of at most 60.", "title")
    ]


def test_headline_of_the_body_is_the_place_to_shorten(newsletter, digest):
    stored = good_body(good_story()).replace('"headline": ""', f'"headline": "{LONG}"')
    assert messages_of(issue_of(digest, body=stored), "newsletter.subject")[0][1] == "body.headline"


def test_preheader_is_missing_without_a_summary(newsletter, digest):
    issue = issue_of(digest, body=good_body(good_story(), summary=""))
    [(_message, path)] = messages_of(issue, "newsletter.preheader")
    assert path == "body.summary"
    mailings.save_draft(issue, "", "In short")
    assert codes(issue) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (13_500, "The mail is large: "),
        (40_000, "The issue is too long for a mail, which will have an excerpt of it."),
    ],
)
def test_large_mail(newsletter, digest, words, message):
    long = good_story(body=f"<p>{'words ' * words}</p>")
    [(found, path)] = messages_of(issue_of(digest, long), "newsletter.size")
    assert found.startswith(message)
    assert path == "body"
    NewsletterSettings.objects.update(content="excerpt")
    assert messages_of(issue_of(digest, long, day=15), "newsletter.size") == []


def test_newsletter_needs_an_imprint(newsletter, digest):
    NewsletterSettings.objects.update(imprint=" ")
    assert codes(issue_of(digest)) == ["newsletter.imprint"]


@pytest.mark.parametrize("state", [None, "done", "skipped"])
def test_rules_do_not_apply_to_issues_that_are_not_to_be_sent(newsletter, digest, state):
    NewsletterSettings.objects.update(imprint="", sends_on_publish=state is not None)
    issue = issue_of(digest, title=LONG)
    if state:
        mailings.save_draft(issue, "", "")
        Mailing.objects.update(state=state)
    assert codes(issue) == []
    NewsletterSettings.objects.all().delete()
    assert codes(issue) == []


def test_prepared_mailing_is_checked(newsletter, digest):
    NewsletterSettings.objects.update(imprint="", sends_on_publish=False)
    issue = issue_of(digest)
    mailings.save_draft(issue, "Subject", "")
    assert codes(issue) == ["newsletter.imprint"]


def test_rules_share_what_they_read(newsletter, digest):
    off = dict.fromkeys(("newsletter.size", "repeated_story"), "off")
    digest.checklist = {"rules": off}
    digest.save()
    issue = issue_of(digest)
    with CaptureQueriesContext(connection) as queries:
        check_issue(issue, [Level.WARNING])
    assert len(queries) <= 6
