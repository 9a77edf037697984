"""Headings, whose fields wrap but hold one line."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from digest.blocks import IssueBodyBlock
from digest.blocks.headings import HeadingBlock, OneLineTextarea


def test_line_breaks_of_a_title_become_spaces():
    value = OneLineTextarea().value_from_datadict({"title": "A ferry\r\n crosses\n\n"}, {}, "title")
    assert value == "A ferry crosses"
    assert OneLineTextarea().value_from_datadict({}, {}, "title") is None


def test_line_breaks_of_a_heading_become_spaces():
    block = HeadingBlock(max_length=255)
    block.set_name("heading")
    assert block.value_from_datadict({"b": "A ferry\ncrosses"}, {}, "b") == "A ferry crosses"


def test_headings_are_textareas_that_do_not_cut_what_is_pasted():
    story = IssueBodyBlock().child_blocks["story_section"]
    widget = story.child_blocks["heading"].field.widget
    assert isinstance(widget, OneLineTextarea)
    assert widget.is_required
    assert "maxlength" not in widget.render("heading", "", {})
    title = forms.CharField(max_length=9, widget=OneLineTextarea)
    assert "maxlength" not in title.widget.render("title", "", {})
    with pytest.raises(ValidationError, match="at most 255 characters"):
        story.child_blocks["heading"].clean("x" * 256)


def test_migrations_see_a_heading_as_wagtails_own_block():
    path, _args, kwargs = HeadingBlock(max_length=255).deconstruct()
    assert (path, kwargs) == ("wagtail.blocks.CharBlock", {"max_length": 255})
