"""The disclosure of issues that AI has written, and who has approved them."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from digest.contrib.submissions.models import DigestDisclosure, IssueProvenance
from digest.models import IssuePage
from digest.pages.listing import with_digests, with_locales
from digest.pages.provenance import Provenance, with_provenance
from tests.builders import expire, make_digest, make_issue, restrict
from tests.contrib.submissions.builders import approve, make_submission, make_submitted

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 14, 22, 30, tzinfo=UTC)
UNREVIEWED = Provenance(True, "Curated with AI.", "", None)


@pytest.fixture
def issue(digest):
    return make_submitted(digest)


def provenance_of(issue):
    return IssuePage.objects.get(pk=issue.pk).provenance


def test_nobody_is_named_unless_a_person_has_approved(issue):
    assert provenance_of(issue) == UNREVIEWED


def test_editors_of_the_digest_have_approved(issue):
    approve(issue, AT)
    expected = Provenance(True, "Curated with AI.", "the editors of Daily", AT)
    assert provenance_of(issue) == expected


def test_digest_that_names_its_approvers(digest, issue):
    DigestDisclosure.objects.create(digest=digest, name_approver=True)
    record = approve(issue, AT)
    assert provenance_of(issue).approved_by == "Edith Example"
    IssueProvenance.objects.filter(pk=record.pk).update(approved_by="")
    assert provenance_of(issue).approved_by == "the editors of Daily"


def test_digest_with_a_text_of_its_own(digest, issue):
    DigestDisclosure.objects.create(digest=digest, text="A model wrote this.")
    assert provenance_of(issue).text == "A model wrote this."


def test_script_without_ai_has_nothing_to_disclose(digest):
    issue = make_submitted(digest, uses_ai=False)
    assert provenance_of(issue) == Provenance(False, "", "", None)
    assert issue.disclosure is None


def test_issue_of_editors_has_none(digest):
    assert provenance_of(make_issue(digest)) is None


@pytest.mark.parametrize("hide", [lambda digest: digest.unpublish(), expire])
def test_digest_that_is_not_public_is_not_named(digest, issue, hide):
    approve(issue, AT)
    DigestDisclosure.objects.create(digest=digest, text="Hidden text.", name_approver=True)
    hide(digest)
    assert provenance_of(issue) == Provenance(True, "Curated with AI.", "the editors", AT)


def test_texts_are_in_the_language_of_the_issue(issue):
    IssuePage.objects.update(locale=Locale.objects.create(language_code="de"))
    approve(issue, AT)
    found = provenance_of(issue)
    assert found.text == "Mit KI zusammengestellt."
    assert found.approved_by == "die Redaktion von Daily"


def test_alias_has_the_provenance_of_its_source(home_page, digest, issue):
    approve(issue, AT)
    DigestDisclosure.objects.create(digest=digest, text="Of the source.", name_approver=True)
    other = make_digest(home_page, "weekly")
    alias = issue.create_alias(parent=other)
    second = alias.create_alias(parent=make_digest(home_page, "monthly"))
    expected = Provenance(True, "Of the source.", "Edith Example", AT)
    assert [provenance_of(page) for page in (issue, alias, second)] == [expected] * 3


def test_alias_does_not_name_the_hidden_digest_of_its_source(home_page, digest, issue):
    approve(issue, AT)
    DigestDisclosure.objects.create(digest=digest, text="Hidden text.", name_approver=True)
    alias = issue.create_alias(parent=make_digest(home_page, "weekly"))
    restrict(digest)
    assert provenance_of(alias) == Provenance(True, "Curated with AI.", "the editors", AT)


def test_draft_is_disclosed_without_an_approver(digest):
    draft = make_submitted(digest, publish=False)
    expected = Provenance(True, "Curated with AI.", "", None, is_draft=True)
    assert provenance_of(draft) == expected


@pytest.mark.parametrize("uses_ai", [(True, False), (False, True)])
def test_any_submission_of_a_draft_with_ai_is_disclosed(digest, uses_ai):
    draft = make_issue(digest, publish=False)
    for each in uses_ai:
        make_submission(draft, uses_ai=each)
    assert provenance_of(draft).ai is True


def test_submission_of_a_newer_draft_changes_nothing_yet(digest):
    issue = make_submitted(digest, uses_ai=False)
    approve(issue, AT, uses_ai=False)
    make_submission(issue, uses_ai=True)
    assert provenance_of(issue) == Provenance(False, "", "the editors of Daily", AT)


def go_live_by_saving(issue):
    issue.live = True
    issue.save()


def go_live_in_bulk(issue):
    IssuePage.objects.filter(pk=issue.pk).update(live=True)


@pytest.mark.parametrize("go_live", [go_live_by_saving, go_live_in_bulk])
def test_issue_that_was_not_published_but_is_live_counts_as_not_reviewed(digest, client, go_live):
    draft = make_submitted(digest, publish=False)
    go_live(draft)
    assert not IssueProvenance.objects.exists()
    assert provenance_of(draft) == UNREVIEWED
    html = client.get(IssuePage.objects.get(pk=draft.pk).url).content.decode()
    assert "Published without review by a person" in html


def test_unsaved_issue_has_none(digest):
    issue = IssuePage(title="New")
    with_provenance([issue])
    assert issue.provenance is None


def test_list_takes_a_constant_number_of_queries(home_page, digest):
    def count(issues):
        issues = with_digests(with_locales(issues))
        with CaptureQueriesContext(connection) as queries:
            with_provenance(issues)
        return len(queries)

    one = make_submitted(digest, 1)
    few = count([one])
    drafts = [make_submitted(digest, day, publish=False) for day in (21, 22)]
    assert count(drafts) == few
    others = [make_submitted(digest, day) for day in range(2, 6)]
    assert count(IssuePage.objects.filter(pk__in=[each.pk for each in others])) == few == 2
    assert count([make_issue(digest, 20)]) == 1
    alias = one.create_alias(parent=make_digest(home_page, "weekly"))
    more = count([alias])
    aliases = [each.create_alias(parent=make_digest(home_page, f"d{each.pk}")) for each in others]
    assert count([*aliases, one]) == more
