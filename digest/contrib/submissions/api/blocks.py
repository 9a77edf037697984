"""The fields and blocks of an issue that is sent as JSON, in the form that the API returns."""

import re
from collections import Counter
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.fields import empty

from digest.api.bodies import Body, LimitedListField, TextField, UnionField
from digest.api.parameter_fields import ChoiceField, StrictDateField
from digest.api.parameters import shared_instance
from digest.importing.documents import Format, strip_unprintable
from digest.importing.rich_text import MAX_URL_LENGTH
from digest.importing.sources import is_source_url
from digest.pages.page_models import get_issue_page_model

MAX_BLOCKS, MAX_SOURCES, MAX_TAGS = 200, 200, 100
MAX_TEXT, MAX_TEXTS = 50_000, 200_000  # characters of a text with formatting, and of all of them
FORMATTED = ("body", "why_it_matters", "text")
# With four spaces before it, it would be code.
BLOCK_OF_HTML = re.compile(
    r"(?:[ \t]*\n)* {0,3}<(?:p|ul|ol|h[1-6]|blockquote|div|table)[\s/>]", re.IGNORECASE
)
MAX_LINE, MAX_DETAIL, MAX_ALT = 255, 200, 1_000
NOT_WRITABLE = "not_writable"
RICH_TEXT = [Format.MARKDOWN.value, Format.HTML.value]
ORDER = ["headline", "story_section", "bottom_line", "sources"]


class LineField(serializers.CharField):
    """Accept a text of which something is left without its invisible characters."""

    def run_validation(self, data: Any = empty) -> str:
        text = super().run_validation(data)
        if not strip_unprintable(text)[0].strip():
            self.fail("blank")
        return text


class FormattedField(TextField):
    """Accept a text in the format of the issue; spaces at its start may be code."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_TEXT, trim_whitespace=False, **kwargs)


class DetailField(serializers.CharField):
    """Accept a text that may be missing."""

    def __init__(self, max_length: int = MAX_DETAIL) -> None:
        super().__init__(max_length=max_length, default="", allow_blank=True, allow_null=True)


class RenditionBody(Body):
    """A rendition of an image, which is ignored."""

    url = serializers.CharField(max_length=MAX_URL_LENGTH)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    format = serializers.CharField(max_length=MAX_LINE)


class FocalPointBody(Body):
    """The focal point of an image, which is ignored."""

    x = serializers.FloatField()
    y = serializers.FloatField()


class ImageBody(Body):
    """An image of the library by `id`, or one as the API returns it, which is ignored."""

    id = serializers.IntegerField(required=False, min_value=1)
    url = serializers.CharField(
        required=False, max_length=MAX_URL_LENGTH, help_text="It is not fetched."
    )
    alt = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_ALT,
        help_text="With `id`; empty for a decorative image, by default that of the library.",
    )
    width = serializers.IntegerField(required=False)
    height = serializers.IntegerField(required=False)
    focal_point = FocalPointBody(required=False, allow_null=True)
    renditions = LimitedListField(child=RenditionBody(), required=False, max_length=100)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.keys() & {"id", "url", "renditions"}:
            raise serializers.ValidationError("Choose an image by its id.", "required")
        return attrs


class SourceBody(Body):
    """A source of a story or an issue."""

    title = LineField(max_length=300)
    url = DetailField(MAX_URL_LENGTH)
    publisher = DetailField()
    author = DetailField()
    published_on = StrictDateField(default=None, allow_null=True)

    def validate_url(self, url: str | None) -> str | None:
        if url and not is_source_url(url):
            raise serializers.ValidationError("Use a URL with http:// or https://.", "invalid")
        return url


class HeadlineValueBody(Body):
    """The value of a `headline`; its summary is plain text."""

    headline = DetailField(MAX_LINE)
    summary = TextField(max_length=MAX_TEXT, default="", allow_blank=True)


class StoryValueBody(Body):
    """The value of a `story_section`."""

    heading = LineField(max_length=MAX_LINE)
    anchor = serializers.CharField(
        required=False, allow_blank=True, max_length=MAX_LINE, help_text="It is ignored."
    )
    body = FormattedField(allow_blank=True)
    why_it_matters = FormattedField(default="", allow_blank=True)
    image = ImageBody(default=None, allow_null=True)
    sources = LimitedListField(child=SourceBody(), default=list, max_length=MAX_SOURCES)


class BottomLineValueBody(Body):
    """The value of a `bottom_line`."""

    text = FormattedField(allow_blank=True)


class SourcesValueBody(Body):
    """The value of `sources`: those of the whole issue."""

    items = LimitedListField(child=SourceBody(), max_length=MAX_SOURCES)


class BlockBody(Body):
    """A block of any type."""

    id = serializers.CharField(
        required=False,
        allow_null=True,
        max_length=MAX_LINE,
        help_text="Only in a replacement: of the block of the issue that this one replaces.",
    )


class SubmittedHeadline(BlockBody):
    """The headline and the summary of the issue."""

    type = ChoiceField(["headline"])
    value = HeadlineValueBody()


class SubmittedStory(BlockBody):
    """A story."""

    type = ChoiceField(["story_section"])
    value = StoryValueBody()


class SubmittedBottomLine(BlockBody):
    """The bottom line."""

    type = ChoiceField(["bottom_line"])
    value = BottomLineValueBody()


class SubmittedSources(BlockBody):
    """The sources of the whole issue."""

    type = ChoiceField(["sources"])
    value = SourcesValueBody()


WRITABLE = dict(
    zip(
        ORDER,
        [SubmittedHeadline, SubmittedStory, SubmittedBottomLine, SubmittedSources],
        strict=True,
    )
)


class BlockField(UnionField):
    """Accept a block of one of the standard types."""

    default_error_messages = {
        "unknown": "Unknown type of block. Use one of: " + ", ".join(WRITABLE) + ".",
        NOT_WRITABLE: "Blocks of this type are added in the editor only.",
        "required": "This field is required.",
        "type": "Use a string.",
        "object": "Use an object.",
    }

    def member(self, value: Any) -> serializers.Field:
        if not isinstance(value, dict):
            return shared_instance(BlockBody)  # which names the type that it takes
        kind = value.get("type")
        if not isinstance(kind, str):
            raise self._error("required" if kind is None else "type")
        if kind in WRITABLE:
            return shared_instance(WRITABLE[kind])
        stream = get_issue_page_model()._meta.get_field("body").stream_block
        raise self._error(NOT_WRITABLE if kind in stream.child_blocks else "unknown")

    def _error(self, code: str) -> serializers.ValidationError:
        return serializers.ValidationError({"type": [self.error_messages[code]]}, code)


class TagBody(Body):
    """A tag as the API returns it."""

    name = LineField(max_length=100)
    slug = serializers.CharField(required=False, allow_blank=True, max_length=100)


class TagField(UnionField):
    """Accept the name of a tag, or the tag as the API returns it."""

    name = LineField(max_length=100)

    default_error_messages = {"type": "Use a string or an object."}

    def member(self, value: Any) -> serializers.Field:
        if isinstance(value, dict):
            return shared_instance(TagBody)
        if not isinstance(value, str):
            self.fail("type")
        return self.name

    def run_validation(self, data: Any = empty) -> str:
        tag = super().run_validation(data)
        return tag["name"] if isinstance(tag, dict) else tag


class IssueBody(Body):
    """An issue as fields and blocks."""

    title = LineField(max_length=MAX_LINE)
    date = StrictDateField()
    slug = serializers.SlugField(allow_unicode=True, max_length=255, required=False)
    byline = serializers.CharField(max_length=MAX_LINE, required=False, allow_blank=True)
    tags = LimitedListField(child=TagField(), default=list, max_length=MAX_TAGS)
    rich_text = ChoiceField(
        RICH_TEXT,
        default=Format.MARKDOWN.value,
        help_text="The format of the texts `body`, `why_it_matters` and `text`.",
    )
    body = LimitedListField(child=BlockField(), max_length=MAX_BLOCKS)

    def validate_body(self, blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Reject too much text, blocks in another order than the page has, and repeated ids."""
        values = [block["value"] for block in blocks]
        if sum(len(value.get(name, "")) for value in values for name in FORMATTED) > MAX_TEXTS:
            detail = f"Use at most {MAX_TEXTS} characters in all texts together."
            raise serializers.ValidationError(detail, "max_length")
        errors: dict[str, dict[str, list[str]]] = {}
        kinds, ids = [block["type"] for block in blocks], Counter[str]()
        for position, block in enumerate(blocks):
            ids[block.get("id") or ""] += 1
            if block.get("id") and ids[block["id"]] > 1:
                errors[str(position)] = {"id": ["Use the id of a block only once."]}
            elif position and not _may_follow(kinds[position - 1], block["type"]):
                detail = f"Use this order: {', '.join(ORDER)}; only stories may be several."
                errors[str(position)] = {"type": [detail]}
        if errors:
            raise serializers.ValidationError(errors)
        return blocks

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Reject HTML that would be read as Markdown, as the API returns it by default."""
        if attrs["rich_text"] == Format.MARKDOWN and any(map(_is_html, attrs["body"])):
            detail = ErrorDetail('A text looks like HTML: send "rich_text": "html".', "html")
            raise serializers.ValidationError({"rich_text": [detail]})
        return attrs


def _is_html(block: dict[str, Any]) -> bool:
    return any(BLOCK_OF_HTML.match(block["value"].get(name, "")) for name in FORMATTED)


def _may_follow(before: str, kind: str) -> bool:
    is_story = before == kind == "story_section"
    return is_story or ORDER.index(before) < ORDER.index(kind)
