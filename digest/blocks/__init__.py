"""The block types of an issue.

The keys of ``IssueBodyBlock``, the stream, are part of the public API. A site adds a block by
subclassing it (docs/how-to/add-a-block.md). Blocks do not depend on pages.
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
from wagtail.rich_text import RichText

from digest.blocks.headings import HeadingBlock
from digest.blocks.safe_values import read_id, without_surrogates
from digest.blocks.stored import positional_id, readable
from digest.blocks.walk import walk

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
    """A source of a story or an issue. Only its title is required."""

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


class SourceListBlock(ListBlock):
    """A list of sources; its form has a field for links (``digest.admin.sources.links``)."""

    # Migrations see Wagtail's own block, since both store the same.
    canonical_module_path = "wagtail.blocks.ListBlock"


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
    """Compare images that may be empty, with which Wagtail 8.0.1's own comparison fails."""

    def htmlvalue(self, value: Any) -> str:
        return "" if value is None else super().htmlvalue(value)

    def htmldiff(self) -> str:
        for value in (self.val_a, self.val_b):
            value.update(alt_text=value["alt_text"] or "", decorative=bool(value["decorative"]))
        return super().htmldiff() if self.val_a["image"] or self.val_b["image"] else ""


class StoryImageBlock(ImageBlock):
    """An optional image with alt text."""

    def bulk_to_python(self, values: Iterable[Any]) -> list[Any]:
        # An empty image has two stored forms, with a mix of which Wagtail 8.0.1 fails.
        stored = map(self._with_readable_id, values)
        return super().bulk_to_python(
            value if isinstance(value, dict) else {"image": value} for value in stored
        )

    def _with_readable_id(self, stored: Any) -> Any:
        """Return a stored value without an image if no image can have its id."""
        model = self.child_blocks["image"].model_class
        if isinstance(stored, dict):
            return stored | {"image": read_id(model, stored.get("image"))}
        return read_id(model, stored)

    def get_searchable_content(self, value: Any) -> list[str]:
        return []  # Readers may not be allowed to see the image.

    def get_comparison_class(self) -> type:
        return StoryImageComparison

    class Meta:
        collapsed = True
        label_format = "{alt_text}"


class HeadlineBlock(StructBlock):
    """The headline and the summary of an issue."""

    headline = HeadingBlock(
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
        form_layout = [
            BlockGroup(
                children=["headline"],
                heading=_("Another headline on the page"),
                classname="collapsed",
                label_format="{headline}",
            ),
            "summary",
        ]


class StorySectionBlock(StructBlock):
    """A story: what happened, why it matters, and its sources."""

    heading = HeadingBlock(max_length=255, label=_("Heading"))
    body = RichTextBlock(features=STORY_FEATURES, label=_("Story"))
    why_it_matters = WhyItMattersBlock(required=False)
    image = StoryImageBlock(required=False, label=_("Image"))
    sources = SourceListBlock(SourceBlock(), default=[], required=False, label=_("Sources"))

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
    """The conclusion of an issue."""

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

    items = SourceListBlock(SourceBlock(), label=_("Sources"))

    class Meta:
        icon = "list-ul"
        label = _("Sources")
        label_format = ""
        group = CLOSING
        description = _("Lists the sources of the whole issue.")
        template = "digest/blocks/sources.html"
        preview_template = PREVIEW_TEMPLATE
        preview_value = {"items": [SOURCE_PREVIEW]}


class IssueBodyBlock(StreamBlock):
    """The body of an issue: a headline, stories, then a bottom line and sources.

    Wagtail checks ``block_counts``, and ``clean`` checks the order. Both are deferred for drafts.
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
        """Leave out unreadable blocks, and derive missing or unusable ids from the position.

        An id is therefore the same each time the body is read.
        """
        stream = super().to_python(readable(self, value))
        for position, raw in enumerate(stream._raw_data):
            if isinstance(raw, dict) and not (raw.get("id") and isinstance(raw["id"], str)):
                raw["id"] = positional_id(position)
        return stream

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> StreamValue:
        """Read the form, without the half of an emoji that the text editor can send."""
        stream = super().value_from_datadict(data, files, prefix)
        for node in walk(self, stream):
            if isinstance(node.value, RichText):
                node.value.source = without_surrogates(node.value.source)
        return stream

    def clean(self, value: StreamValue) -> StreamValue:
        cleaned = super().clean(value)
        errors = {} if self.is_deferred_validation else dict(self._order_errors(value))
        if errors:
            raise StreamBlockValidationError(block_errors=errors)
        return cleaned

    def _order_errors(self, value: StreamValue) -> Iterator[tuple[int, ValidationError]]:
        """Yield the position and the error of each block in the wrong place."""
        types = [child.block_type for child in value]
        last_story = max((i for i, name in enumerate(types) if name == "story_section"), default=-1)
        for position, name in enumerate(types):
            if name == "headline" and position > 0:
                yield position, ValidationError(_now("The headline must be the first block."))
            elif name in ("bottom_line", "sources") and position < last_story:
                message = _now("%(block)s must come after the last story.")
                label = self.child_blocks[name].label
                yield position, ValidationError(message % {"block": label})


# Blocks that are not read as text.
UNREAD = (SourceBlock, SourcesBlock, ImageBlock)


def reading_text(block: Block, value: Any) -> Iterator[str]:
    """Yield the texts that a reader reads in a value, without sources and alt texts."""
    for node in walk(block, value, stop=UNREAD):
        if node.is_leaf and not isinstance(node.block, UNREAD):
            yield from node.block.get_searchable_content(node.value)
