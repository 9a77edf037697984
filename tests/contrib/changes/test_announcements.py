"""What the relay tells other apps."""

import pytest
from taggit.models import Tag
from wagtail.models import Page

from digest.contrib.changes import relay as relay_module
from digest.contrib.changes.signals import public_changes
from digest.models import Source
from tests.builders import make_issue, restrict
from tests.contrib.changes.feed import relay, types

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """Return a list of what is told: the changes of a pass, and whether content has changed."""
    found = []

    def receive(sender, changes, has_content_changed, **kwargs):
        found.append((types(changes), has_content_changed))

    public_changes.connect(receive)
    yield found
    public_changes.disconnect(receive)


def test_what_was_public_at_the_installation_is_not_told(digest, told, monkeypatch):
    monkeypatch.setattr(relay_module, "MAX_COMPARED", 1)
    make_issue(digest)
    relay()
    assert told == []
    issue = make_issue(digest, 15)
    relay()
    assert told == [([("published", issue.pk)], True)]


def test_change_of_content_is_told_once_and_last(digest, told, monkeypatch):
    relay()
    monkeypatch.setattr(relay_module, "MAX_COMPARED", 1)
    first, second = make_issue(digest), make_issue(digest, 15)
    relay()
    assert told == [([("published", first.pk)], False), ([("published", second.pk)], True)]


@pytest.mark.parametrize(("live", "expected"), [(True, [([], True)]), (False, [])])
def test_tag_counts_as_content_if_a_live_page_has_it(digest, told, live, expected):
    make_issue(digest, tags=("Trams",))
    issue = make_issue(digest, 15, tags=("Buses",))
    Page.objects.filter(pk=issue.pk).update(live=live)
    restrict(issue)
    relay()
    told.clear()
    Tag.objects.filter(name="Buses").update(name="Coaches")
    relay()
    assert told == expected


def test_new_tag_of_a_draft_does_not_count_as_content(digest, told):
    relay()
    make_issue(digest, publish=False, tags=("drafts",))
    relay()
    assert told == []


def test_row_that_no_page_names_does_not_count_as_content(digest, told):
    relay()
    Source.objects.create(key="a", canonical_url="https://a.example", host="a.example")
    relay()
    assert told == []


def test_edit_of_a_hidden_issue_does_not_count_as_content(digest, told):
    issue = make_issue(digest)
    restriction = restrict(issue)
    relay()
    told.clear()
    Page.objects.filter(pk=issue.pk).update(title="Unsaid")
    relay()
    assert told == []
    restriction.delete()
    relay()
    assert told == [([("published", issue.pk)], True)]


def test_edit_of_another_page_counts_as_content(digest, told, home_page):
    relay()
    Page.objects.filter(pk=home_page.pk).update(title="Another title")
    relay()
    assert told[-1] == ([], True)
