"""Panels of the page editor."""

from types import SimpleNamespace

import pytest

from digest.models import IssuePage
from digest.pages.panels import TagsWidget


def tags(*names):
    return [SimpleNamespace(name=name) for name in names]


def test_tags_of_several_words_are_shown_without_quotation_marks():
    assert TagsWidget().format_value(tags("Power", "Open data")) == "Open data,Power"


@pytest.mark.parametrize(
    ("posted", "names"),
    [
        ("Open data", ["Open data"]),
        ("Open data,Power", ["Open data", "Power"]),
        ('"Open data"', ["Open data"]),
        ("", []),
    ],
)
def test_tags_of_several_words_are_read_whole(posted, names):
    form_class = IssuePage.get_edit_handler().get_form_class()
    field = form_class.base_fields["tags"]
    assert isinstance(field.widget, TagsWidget)
    assert field.clean(field.widget.value_from_datadict({"tags": posted}, {}, "tags")) == names
