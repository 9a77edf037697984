"""Issues that a page lists beside its own, and the digests of issues."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import Locale, Site

from digest import memo, visibility
from digest.models import DigestPage
from digest.pages.listing import related_issues, with_digests
from tests.builders import expire, make_digest, make_issue, restrict

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    return make_issue(digest, 20, tags=("Power", "Heat"))


def titles(issue, *args, **kwargs):
    return [found.title for found in related_issues(issue, *args, **kwargs)]


def test_related_issues_are_the_newest_with_one_of_the_tags(issue, digest):
    for day, tag in ((1, "Power"), (2, "Heat"), (3, "Power"), (4, "Power"), (5, "Water")):
        make_issue(digest, day, title=f"{tag} {day}", tags=(tag,))
    assert titles(issue) == ["Power 4", "Power 3", "Heat 2"]


def test_related_issues_leave_out_what_is_shown_elsewhere(issue, digest):
    make_issue(digest, 1, title="One", tags=("Power",))
    neighbour = make_issue(digest, 2, title="Two", tags=("Power",))
    assert titles(issue, exclude=[neighbour]) == ["One"]


@pytest.mark.parametrize("hide", [restrict, expire, lambda issue: issue.unpublish()])
def test_related_issues_are_public(issue, digest, hide):
    hide(make_issue(digest, 1, tags=("Power",)))
    assert titles(issue) == []


def test_related_issues_are_of_the_site(issue, home_page, site):
    other = make_digest(home_page.get_parent(), "elsewhere")
    make_issue(other, 1, tags=("Power",))
    assert titles(issue, site) == []


def test_related_issues_are_no_aliases(issue, home_page):
    alias = issue.create_alias(parent=make_digest(home_page, "weekly")).specific
    assert titles(issue) == titles(alias) == []


def test_related_issues_are_in_the_same_language(issue, digest, settings):
    settings.WAGTAIL_I18N_ENABLED = True
    french = make_issue(digest, 1, tags=("Power",))
    type(french).objects.filter(pk=french.pk).update(
        locale=Locale.objects.create(language_code="fr")
    )
    assert titles(issue) == []


def test_number_of_queries_for_related_issues_is_fixed(
    issue, digest, home_page, django_assert_max_num_queries
):
    for day in range(1, 9):
        parent = make_digest(home_page, f"digest-{day}")
        make_issue(parent, day, tags=("Power", "Heat"))
    with django_assert_max_num_queries(8):
        assert len(related_issues(issue)) == 3


def test_issue_without_tags_needs_one_query(digest, django_assert_num_queries):
    untagged = make_issue(digest)
    with django_assert_num_queries(1):
        assert related_issues(untagged) == []


def digests(*issues, site=visibility.ANY_SITE):
    return [found.digest for found in with_digests(issues, site)]


def test_digests_are_read_once_for_a_content_version(
    cached, issue, digest, home_page, django_assert_num_queries
):
    weekly = make_digest(home_page, "weekly")
    other = make_issue(weekly)
    before = digests(issue, other)
    with django_assert_num_queries(0):
        assert digests(issue, other) == before == [digest, weekly]


def test_digests_are_read_with_one_query(cached, home_page, django_assert_num_queries):
    issues = [make_issue(make_digest(home_page, slug)) for slug in ("one", "two", "three")]
    assert digests(issues[0]) != [None]  # what depends on the content version alone
    with django_assert_num_queries(1):
        assert None not in digests(*issues)


def test_digest_that_a_response_has_changed_is_changed_for_no_other(cached, issue, digest):
    [found] = digests(issue)
    found.title = "Changed"
    assert digests(issue)[0].title == digest.title != "Changed"


def test_digest_is_not_shown_after_its_expiry(cached, issue, digest):
    DigestPage.objects.filter(pk=digest.pk).update(expire_at=timezone.now() + timedelta(hours=1))
    assert digests(issue) == [digest]
    with visibility.at(timezone.now() + timedelta(hours=2)):
        assert digests(issue) == [None]


def test_digest_of_another_site_is_not_shown(issue, digest, site):
    elsewhere = make_digest(site.root_page.get_parent(), "elsewhere")
    other = Site.objects.create(hostname="other.example", root_page=elsewhere)
    issues = [issue, make_issue(elsewhere)]
    memo.clear()
    with memo.reading("one"):
        for _time in range(2):
            assert digests(*issues, site=site) == [digest, None]
            assert digests(*issues, site=other) == [None, elsewhere]
            assert digests(*issues, site=None) == [None, None]
            assert digests(*issues) == [digest, elsewhere]


def test_next_expiry_is_looked_up_once_when_the_first_has_passed(
    cached, issue, digest, django_assert_num_queries
):
    now = timezone.now()
    first, second = now + timedelta(hours=1), now + timedelta(hours=2)
    DigestPage.objects.filter(pk=digest.pk).update(expire_at=second)
    type(issue).objects.filter(pk=issue.pk).update(expire_at=first)
    assert visibility.next_expiry() == first
    with visibility.at(now + timedelta(minutes=90)):
        assert visibility.next_expiry() == second
    with visibility.at(now + timedelta(minutes=91)), django_assert_num_queries(0):
        assert visibility.next_expiry() == second
    with visibility.at(second):
        assert visibility.next_expiry() is None


def test_digest_has_the_fields_that_are_needed(cached, issue):
    with_digests([issue], only=["title", "path"])
    assert "tagline" in issue.digest.get_deferred_fields()
    with_digests([issue])
    assert not issue.digest.get_deferred_fields()


def test_digest_is_read_again_for_another_version(issue, digest, django_assert_num_queries):
    memo.clear()
    with memo.reading("one") as reading:
        assert digests(issue) == [digest]
    reading.store()
    restrict(digest)
    with memo.reading("one"), django_assert_num_queries(0):
        assert digests(issue) == [digest]
    with memo.reading("two"):
        assert digests(issue) == [None]
    memo.clear()
