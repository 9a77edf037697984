"""The blocks an issue is made of, each whole in one place: fields, rules, and the editor's view.

``IssueBodyBlock`` is the stream; its keys are words of the public API. A site adds a block by
subclassing it (see docs/how-to/add-a-block.md). Blocks know nothing of pages.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import (
    Block,
    BlockGroup,
    CharBlock,
    DateBlock,
    ListBlock,
    RichTextBlock,
    StreamBlock,
    StreamBlockValidationError,
    StreamValue,
    StructBlock,
    TextBlock,
    URLBlock,
)
from wagtail.images.blocks import ImageBlock, ImageBlockComparison

from digest.blocks.stored import positional_id, readable

OPENING, STORIES, CLOSING = _("Opening"), _("Stories"), _("Closing")
PREVIEW_TEMPLATE = "digest/block_preview.html"
INLINE_FEATURES = ["bold", "italic", "link", "document-link", "code"]
TEXT_FEATURES = [*INLINE_FEATURES, "ol", "ul", "strikethrough", "superscript", "subscript"]
STORY_FEATURES = ["h3", "blockquote", *TEXT_FEATURES]

SOURCE_PREVIEW = {
    "title": "Grid operators publish their first joint forecast",
    "url": "https://example.com/forecast",
    "publisher": "Example Wire",
    "author": "A. Writer",
    "published_on": None,
}


class SourceBlock(StructBlock):
    """One source that a story or an issue stands on. Only its title is required."""

    title = CharBlock(max_length=300, label=_("Title"))
    url = URLBlock(
        required=False,
        max_length=2000,
        label=_("URL"),
        validators=[RegexValidator("(?i)^https?://", _("Start with http:// or https://."))],
        help_text=_("Where a reader finds it. Leave empty for a source that is not online."),
    )
    publisher = CharBlock(required=False, max_length=200, label=_("Publisher"))
    author = CharBlock(required=False, max_length=200, label=_("Author"))
    published_on = DateBlock(required=False, label=_("Published on"))

    class Meta:
        icon = "link"
        label = _("Source")
        label_format = "{title}"
        group = CLOSING
        description = _("A link or a reference that backs what was said.")
        template = "digest/blocks/source.html"
        preview_template = PREVIEW_TEMPLATE
        preview_value = SOURCE_PREVIEW
        form_layout = [
            "title",
            "url",
            BlockGroup(
                children=["publisher", "author", "published_on"],
                heading=_("Publication"),
                classname="collapsed",
                label_format="{publisher}",
            ),
        ]


class WhyItMattersBlock(RichTextBlock):
    """What a story means for the reader, set apart from the story itself."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("What changes for the reader. Set apart from the story on the page.")
        super().__init__(**({"features": TEXT_FEATURES, "help_text": help_text} | kwargs))

    class Meta:
        icon = "help"
        label = _("Why it matters")
        group = STORIES
        description = _("Two or three sentences: what the story changes for the reader.")
        template = "digest/blocks/why_it_matters.html"
        preview_template = PREVIEW_TEMPLATE
        preview_value = "<p>Forecasts that agree let cities plan repairs a season ahead.</p>"


class StoryImageComparison(ImageBlockComparison):
    """Compares images of revisions; Wagtail 8.0.1's own fails where the image is empty."""

    def htmlvalue(self, value: Any) -> str:
        """Show nothing for no image."""
        return "" if value is None else super().htmlvalue(value)

    def htmldiff(self) -> str:
        """Show nothing where neither revision has an image, and no "None" where one has."""
        for value in (self.val_a, self.val_b):
            value.update(alt_text=value["alt_text"] or "", decorative=bool(value["decorative"]))
        return super().htmldiff() if self.val_a["image"] or self.val_b["image"] else ""


class StoryImageBlock(ImageBlock):
    """An image with alternative text, or none."""

    def bulk_to_python(self, values: Iterable[Any]) -> list[Any]:
        """Take an empty image in either stored form; Wagtail 8.0.1 fails where both occur."""
        return super().bulk_to_python(
            value if isinstance(value, dict) else {"image": value} for value in values
        )

    def get_searchable_content(self, value: Any) -> list[str]:
        """Nothing: the image may be one that readers may not see."""
        return []

    def get_comparison_class(self) -> type:
        """Take the comparison that knows an empty image."""
        return StoryImageComparison

    class Meta:
        collapsed = True
        label_format = "{alt_text}"


class HeadlineBlock(StructBlock):
    """The first words of an issue."""

    headline = CharBlock(
        required=False,
        max_length=255,
        label=_("Headline"),
        help_text=_("Leave empty to use the page title."),
    )
    summary = TextBlock(
        rows=4,
        label=_("Summary"),
        help_text=_("The whole issue in a few sentences; lists, feeds and link previews show it."),
    )

    class Meta:
        icon = "title"
        label = _("Headline")
        label_format = "{headline}"
        group = OPENING
        description = _("Opens the issue: a headline and a summary of everything below.")
        template = "digest/blocks/headline.html"
        preview_template = PREVIEW_TEMPLATE
        preview_value = {
            "headline": "Three grids, one forecast",
            "summary": "Operators agree on one forecast, and a city opens its data.",
        }


class StorySectionBlock(StructBlock):
    """One story: what happened, why it matters, and what it stands on."""

    heading = CharBlock(max_length=255, label=_("Heading"))
    body = RichTextBlock(features=STORY_FEATURES, label=_("Story"))
    why_it_matters = WhyItMattersBlock(required=False)
    image = StoryImageBlock(required=False, label=_("Image"))
    sources = ListBlock(SourceBlock(), default=[], required=False, label=_("Sources"))

    class Meta:
        icon = "doc-full"
        label = _("Story")
        label_format = "{heading}"
        group = STORIES
        description = _("One story with a heading, its text and why it matters.")
        template = "digest/blocks/story_section.html"
        preview_template = PREVIEW_TEMPLATE
        preview_value = {
            "heading": "One forecast for all grids",
            "body": "<p>Three operators now publish <b>one forecast</b>.</p>",
            "why_it_matters": WhyItMattersBlock._meta_class.preview_value,
            "image": None,
            "sources": [],
        }
        form_layout = [
            "heading",
            "body",
            "why_it_matters",
            "image",
            BlockGroup(
                children=["sources"],
                heading=_("Sources of this story"),
                icon="list-ul",
                classname="collapsed",
            ),
        ]


class BottomLineBlock(StructBlock):
    """What remains when the reader has a minute: the issue drawn together."""

    text = RichTextBlock(features=TEXT_FEATURES, label=_("Text"))

    class Meta:
        icon = "pick"
        label = _("Bottom line")
        label_format = "{text}"
        group = CLOSING
        description = _("Draws the stories together at the end of the issue.")
        template = "digest/blocks/bottom_line.html"
        preview_template = PREVIEW_TEMPLATE
        preview_value = {"text": "<p>Shared data is the quiet story of the week.</p>"}


class SourcesBlock(StructBlock):
    """The sources of the issue as a whole."""

    items = ListBlock(SourceBlock(), label=_("Sources"))

    class Meta:
        icon = "list-ul"
        label = _("Sources")
        label_format = ""
        group = CLOSING
        description = _("Lists what the whole issue stands on.")
        template = "digest/blocks/sources.html"
        preview_template = PREVIEW_TEMPLATE
        preview_value = {"items": [SOURCE_PREVIEW]}


class IssueBodyBlock(StreamBlock):
    """The body of an issue: a headline, stories, then a bottom line and sources.

    Counts are Wagtail's ``block_counts``; the order is checked here. A draft may break the rules
    (Wagtail defers them), a published issue may not.
    """

    headline = HeadlineBlock()
    story_section = StorySectionBlock()
    bottom_line = BottomLineBlock()
    sources = SourcesBlock()

    class Meta:
        block_counts = {
            "headline": {"min_num": 1, "max_num": 1},
            "story_section": {"min_num": 1},
            "bottom_line": {"max_num": 1},
            "sources": {"max_num": 1},
        }

    def to_python(self, value: Any) -> StreamValue:
        """Leave out stored blocks that cannot be read; an id that is missing is made from the
        position, so it is always the same."""
        stream = super().to_python(readable(self, value))
        for position, raw in enumerate(stream._raw_data):
            if isinstance(raw, dict) and not raw.get("id"):
                raw["id"] = positional_id(position)
        return stream

    def clean(self, value: StreamValue) -> StreamValue:
        cleaned = super().clean(value)
        errors = {} if self.is_deferred_validation else dict(self._order_errors(value))
        if errors:
            raise StreamBlockValidationError(block_errors=errors)
        return cleaned

    def _order_errors(self, value: StreamValue) -> Iterator[tuple[int, ValidationError]]:
        """Yield (position, error) of each block that stands in the wrong place."""
        types = [child.block_type for child in value]
        last_story = max((i for i, name in enumerate(types) if name == "story_section"), default=-1)
        for position, name in enumerate(types):
            if name == "headline" and position > 0:
                yield position, ValidationError(_now("The headline must be the first block."))
            elif name in ("bottom_line", "sources") and position < last_story:
                message = _now("%(block)s must come after the last story.")
                label = self.child_blocks[name].label
                yield position, ValidationError(message % {"block": label})


def reading_text(block: Block, value: Any) -> Iterator[str]:
    """Yield the pieces of text that a reader reads in a value: no sources, no words for images."""
    if isinstance(block, (SourceBlock, SourcesBlock, ImageBlock)) or value is None:
        return
    if isinstance(block, StreamBlock):
        for child in value:
            yield from reading_text(child.block, child.value)
    elif isinstance(block, ListBlock):
        for child in value:
            yield from reading_text(block.child_block, child)
    elif isinstance(block, StructBlock) and isinstance(value, dict):
        for name, child in block.child_blocks.items():
            yield from reading_text(child, value.get(name))
    else:
        yield from block.get_searchable_content(value)
