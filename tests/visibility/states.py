"""The states a page can be in: each function makes an issue of that state and returns it.

The titles are all "Marker", and so is the tag, so that a test can look for them anywhere.
"""

from datetime import timedelta

from django.utils import timezone
from wagtail.models import Page, PageViewRestriction

from digest.models import IssuePage
from tests.builders import body, expire, make_digest, restrict, story
from tests.builders import make_issue as make_any_issue


def make_issue(digest, **fields):
    """An issue that can be recognised."""
    return make_any_issue(digest, **({"title": "Marker", "tags": ("Marker",)} | fields))


def draft(home_page, digest):
    return make_issue(digest, publish=False)


def scheduled(home_page, digest):
    tomorrow = timezone.now() + timedelta(days=1)
    return make_issue(digest, go_live_at=tomorrow)


def unpublished(home_page, digest):
    issue = make_issue(digest)
    issue.unpublish()
    return issue


def expired(home_page, digest):
    issue = make_issue(digest)
    expire(issue)
    return issue


def private(home_page, digest):
    issue = make_issue(digest)
    restrict(issue)
    return issue


def in_a_private_digest(home_page, digest):
    issue = make_issue(digest)
    restrict(digest)
    return issue


def below_a_private_home(home_page, digest):
    issue = make_issue(digest)
    restrict(home_page, PageViewRestriction.PASSWORD)
    return issue


def alias_of_a_page_made_private_later(home_page, digest):
    source = make_issue(digest)
    alias = source.create_alias(parent=make_digest(home_page, "weekly"))
    restrict(source)
    return alias.specific


def alias_of_a_private_page(home_page, digest):
    source = make_issue(digest)
    restrict(source)
    return source.create_alias(parent=make_digest(home_page, "weekly")).specific


def below_an_alias_of_a_private_digest(home_page, digest):
    make_issue(digest)
    alias = digest.create_alias(recursive=True, update_slug="mirror")
    restrict(digest)
    return alias.get_children().get().specific


def under_no_site(home_page, digest):
    issue = make_issue(digest)
    digest.move(Page.get_first_root_node(), "last-child")
    return type(issue).objects.get(pk=issue.pk)


HIDDEN = [
    draft,
    scheduled,
    unpublished,
    expired,
    private,
    in_a_private_digest,
    below_a_private_home,
    alias_of_a_page_made_private_later,
    alias_of_a_private_page,
    below_an_alias_of_a_private_digest,
    under_no_site,
]


def live(home_page, digest):
    return make_issue(digest)


def live_with_a_newer_draft(home_page, digest):
    issue = make_issue(digest)
    issue.title, issue.slug = "Unsaid", "unsaid"
    issue.body = body(story("Unsaid", body="<p>Unsaid</p>"), summary="Unsaid")
    issue.tags.add("Unsaid")
    issue.save_revision()
    return IssuePage.objects.get(pk=issue.pk)


def below_an_unpublished_digest(home_page, digest):
    issue = make_issue(digest)
    digest.unpublish()
    return issue


def with_an_open_restriction(home_page, digest):
    issue = make_issue(digest)
    restrict(issue, PageViewRestriction.NONE)
    return issue


def alias(home_page, digest):
    return make_issue(digest).create_alias(parent=make_digest(home_page, "weekly")).specific


def alias_of_a_page_no_longer_private(home_page, digest):
    source = make_issue(digest)
    restriction = restrict(source)
    copy = source.create_alias(parent=make_digest(home_page, "weekly")).specific
    restriction.delete()
    return copy


def alias_of_an_issue_in_a_private_digest(home_page, digest):
    source = make_issue(digest)
    restrict(digest)
    return source.create_alias(parent=make_digest(home_page, "weekly")).specific


PUBLIC = [
    live,
    live_with_a_newer_draft,
    below_an_unpublished_digest,
    with_an_open_restriction,
    alias,
    alias_of_a_page_no_longer_private,
    alias_of_an_issue_in_a_private_digest,
]
