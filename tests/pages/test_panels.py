"""Panels of the page editor."""

import pytest

from digest.models import IssuePage
from digest.pages.panels import TagsWidget, apps, creates_redirects
from tests.admin.test_admin import form, headline, story_section
from tests.builders import make_issue

NAMES = ['5" disk', "Open data", "a, b"]


def read(posted):
    """Return the names that a form reads, whether it has been shown again with errors or not."""
    widget = TagsWidget()
    field = IssuePage.get_edit_handler().get_form_class().base_fields["tags"]
    assert isinstance(field.widget, TagsWidget)
    value = widget.value_from_datadict({"tags": posted}, {}, "tags")
    again = widget.value_from_datadict({"tags": widget.format_value(value)}, {}, "tags")
    assert widget.unquoted(field.clean(again)) == widget.unquoted(field.clean(value))
    return widget.unquoted(field.clean(value))


def test_no_redirects_are_created_without_their_app(monkeypatch):
    assert creates_redirects()
    monkeypatch.setattr(apps, "is_installed", lambda name: name != "wagtail.contrib.redirects")
    assert not creates_redirects()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("posted", "names"),
    [
        ("Open data", ["Open data"]),
        ("Open data,Power", ["Open data", "Power"]),
        ('"Open data"', ["Open data"]),
        ('"a, b", c', ["a, b", "c"]),
        ("", []),
    ],
)
def test_tags_that_are_typed_are_separated_by_commas(posted, names):
    assert read(posted) == names


@pytest.mark.django_db
@pytest.mark.parametrize("names", [NAMES, *([name] for name in NAMES)])
def test_stored_tags_are_saved_as_they_were_shown(digest, names):
    issue = make_issue(digest, tags=names)
    form_class = IssuePage.get_edit_handler().get_form_class()
    shown = TagsWidget().format_value(issue.tags.all())
    data = form(headline(), story_section(), tags=shown, slug=issue.slug)
    saved = form_class(data, instance=issue, parent_page=digest).save()
    assert sorted(tag.name for tag in saved.tags.all()) == sorted(names)
    assert sorted(read(shown)) == sorted(names)
