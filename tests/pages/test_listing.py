"""Issues that a page lists beside its own."""

import pytest
from wagtail.models import Locale

from digest.pages.listing import related_issues
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
