"""Test the rules on block types of a site."""

from wagtail.blocks import CharBlock, DecimalBlock, RichTextBlock, StreamBlock, StructBlock

from digest.checklist.issue_text import IssuePart, IssueText
from digest.checklist.presence import story_source, why_it_matters
from digest.checklist.wording import link_text


class BareStoryBlock(StructBlock):
    """A story with only heading and text."""

    heading = CharBlock()
    body = RichTextBlock()


class OwnBodyBlock(StreamBlock):
    """A body with other block types than those of the plugin."""

    story_section = BareStoryBlock()
    figure = DecimalBlock()
    quote = RichTextBlock()


def issue_text_of(*blocks):
    class Issue:
        body = OwnBodyBlock().to_python(
            [{"id": kind, "type": kind, "value": v} for kind, v in blocks]
        )

    return IssueText(Issue, {})


def test_missing_story_fields_are_not_required():
    issue_text = issue_text_of(("story_section", {"heading": "One", "body": "<p>Text</p>"}))
    assert not [*why_it_matters(issue_text), *story_source(issue_text)]


def test_links_are_checked_in_any_rich_text():
    issue_text = issue_text_of(
        ("figure", "3"), ("quote", '<p><a href="https://a.example/"></a></p>')
    )
    issue_text.issue.locale = type("Locale", (), {"language_code": "en"})
    assert [(finding.path, finding.story) for finding in link_text(issue_text)] == [
        ("body.quote", None)
    ]


def test_numbers_are_not_text_fields():
    [part] = issue_text_of(("figure", "3")).parts
    assert isinstance(part, IssuePart)
    assert part.fields == []
