"""The serializers that describe responses in the schema.

``digest.api.representations`` and ``digest.api.issues`` build the data. The tests validate every
response against the schema, so the two cannot diverge.
"""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from digest.api.extensions import digest_fields
from digest.api.issues import story_fields


class ConstantField(serializers.ChoiceField):
    """A field with one possible value, such as ``"type": "issue"``."""

    def __init__(self, value: str, **kwargs: Any) -> None:
        self.value = value
        super().__init__(choices=[value], **kwargs)


class RenditionSerializer(serializers.Serializer):
    """An image in one size and format."""

    url = serializers.URLField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    format = serializers.CharField(help_text="`webp` or `jpeg`")


class FocalPointSerializer(serializers.Serializer):
    """The focal point, as fractions of width and height."""

    x = serializers.FloatField()
    y = serializers.FloatField()


class ImageSerializer(serializers.Serializer):
    """An image with its renditions."""

    alt = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    focal_point = FocalPointSerializer(allow_null=True)
    renditions = RenditionSerializer(many=True)


class TagReferenceSerializer(serializers.Serializer):
    """A tag of an issue."""

    name = serializers.CharField()
    slug = serializers.CharField()


class TagSerializer(TagReferenceSerializer):
    """A tag with the number of its public issues."""

    type = ConstantField("tag")
    issue_count = serializers.IntegerField(min_value=1)
    url = serializers.URLField()
    api_url = serializers.URLField()


class PageReferenceSerializer(serializers.Serializer):
    """A reference to an issue."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField()


class TranslationSerializer(PageReferenceSerializer):
    """A translation of an issue."""

    locale = serializers.CharField()


class DigestReferenceSerializer(serializers.Serializer):
    """A reference to a digest."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    title = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField()


class DiscussionSettingsSerializer(serializers.Serializer):
    """The Giscus configuration of a digest."""

    provider = serializers.CharField()
    repo = serializers.CharField()
    repo_id = serializers.CharField()
    category = serializers.CharField()
    category_id = serializers.CharField()


class DiscussionSerializer(DiscussionSettingsSerializer):
    """The Giscus configuration of an issue."""

    mapping = serializers.CharField()
    term = serializers.CharField(help_text="The id of the issue's discussion; it never changes.")
    strict = serializers.BooleanField()
    lang = serializers.CharField(help_text="The language of Giscus nearest to the issue's.")


class FeedSerializer(serializers.Serializer):
    """A feed of a digest."""

    title = serializers.CharField()
    type = serializers.CharField(help_text="The media type.")
    url = serializers.URLField()


class DigestSerializer(DigestReferenceSerializer):
    """A publication."""

    type = ConstantField("digest")
    tagline = serializers.CharField()
    locale = serializers.CharField()
    image = ImageSerializer(allow_null=True)
    latest_issue = PageReferenceSerializer(allow_null=True)
    feeds = FeedSerializer(many=True)
    discussion = DiscussionSettingsSerializer(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        added = {field.name: field.make_field() for field in digest_fields()}
        return super().get_fields() | added


class BodyField(serializers.Field):
    """The blocks of an issue, described in ``digest.api.schema`` by their definitions."""


class StoryBlockField(serializers.Field):
    """A field of the story block, described in ``digest.api.schema`` by its definition."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        self.name = name
        super().__init__(**kwargs)


class SeoSerializer(serializers.Serializer):
    """Metadata for search engines and link previews."""

    title = serializers.CharField()
    description = serializers.CharField()
    canonical_url = serializers.URLField()
    image_url = serializers.URLField(allow_null=True)
    json_ld = serializers.DictField()


class CorrectionNoteSerializer(serializers.Serializer):
    """A note about what was corrected in an issue, as plain text."""

    text = serializers.CharField()
    at = serializers.DateTimeField(help_text="When the note was published, in UTC.")


class ProvenanceSerializer(serializers.Serializer):
    """The disclosure to readers of an issue that AI has written or edited."""

    ai = serializers.BooleanField()
    text = serializers.CharField(help_text="The disclosure, in the language of the issue.")
    approved_by = serializers.CharField(
        help_text="Who has approved what is published; empty if no person has."
    )
    approved_at = serializers.DateTimeField(
        allow_null=True, help_text="In UTC; null if no person has approved it."
    )


class IssueSerializer(serializers.Serializer):
    """An issue in a list, with `body` if requested."""

    id = serializers.IntegerField()
    type = ConstantField("issue")
    slug = serializers.CharField()
    title = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    url = serializers.URLField()
    api_url = serializers.URLField()
    date = serializers.DateField(
        help_text="The day that the issue is for, in the time zone of its digest."
    )
    published_at = serializers.DateTimeField(help_text="In UTC.")
    updated_at = serializers.DateTimeField(help_text="In UTC.")
    locale = serializers.CharField()
    headline = serializers.CharField()
    summary = serializers.CharField()
    byline = serializers.CharField(help_text="Who wrote it; empty if only the digest is named.")
    correction = CorrectionNoteSerializer(allow_null=True)
    provenance = ProvenanceSerializer(
        allow_null=True, help_text="Null unless AI has written or edited the issue."
    )
    word_count = serializers.IntegerField()
    reading_time_minutes = serializers.IntegerField(min_value=1)
    tags = TagReferenceSerializer(many=True)
    digest = DigestReferenceSerializer(allow_null=True)
    image = ImageSerializer(allow_null=True)
    body = BodyField(required=False)
    discussion = DiscussionSerializer(allow_null=True)
    translations = TranslationSerializer(many=True)


class IssueDetailSerializer(IssueSerializer):
    """A complete issue."""

    body = BodyField()
    previous = PageReferenceSerializer(allow_null=True)
    next = PageReferenceSerializer(allow_null=True)
    seo = SeoSerializer()


class StorySerializer(serializers.Serializer):
    """A story of an issue, with all fields of its block."""

    id = serializers.CharField(help_text="The id of the block.")
    type = ConstantField("story")
    anchor = serializers.CharField(help_text="The fragment of the story's URL.")
    url = serializers.URLField()
    api_url = serializers.URLField()
    date = serializers.DateField(help_text="The date of the issue.")
    locale = serializers.CharField()
    issue = PageReferenceSerializer()
    digest = DigestReferenceSerializer(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        own = super().get_fields()
        return {name: own.get(name) or StoryBlockField(name) for name in story_fields()}


class SourceSerializer(serializers.Serializer):
    """A URL that public issues cite."""

    type = ConstantField("source")
    url = serializers.CharField(help_text="As most recently cited.")
    canonical_url = serializers.URLField(help_text="The normalised URL.")
    host = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
    issue_count = serializers.IntegerField(min_value=1)
    first_cited_on = serializers.DateField(help_text="The date of the first issue.")
    last_cited_on = serializers.DateField(help_text="The date of the latest issue.")


class ApiRootSerializer(serializers.Serializer):
    """The URLs of the endpoints."""

    name = serializers.CharField()
    version = serializers.CharField()
    links = serializers.DictField(child=serializers.URLField())


class PageSerializer(serializers.Serializer):
    """A page of the site; `api_url` is null unless it is an issue or a digest."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=["issue", "digest", "page"])
    title = serializers.CharField()
    locale = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField(allow_null=True)


class RedirectSerializer(serializers.Serializer):
    """A redirect from a former path."""

    type = ConstantField("redirect")
    location = serializers.URLField()
    is_permanent = serializers.BooleanField()


PageAtPathSerializer = PolymorphicProxySerializer(
    component_name="PageAtPath",
    serializers=dict.fromkeys(["issue", "digest", "page"], PageSerializer)
    | {"redirect": RedirectSerializer},
    resource_type_field_name="type",
)


class NavigationSerializer(PageSerializer):
    """A page in menus."""

    level = serializers.IntegerField(help_text="0 for the front page, 1 for its children.")


class LocaleSerializer(serializers.Serializer):
    """A language with a front page."""

    code = serializers.CharField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()
    url = serializers.URLField()


class SiteSerializer(serializers.Serializer):
    """The site, its navigation and its digests."""

    name = serializers.CharField()
    root_url = serializers.URLField()
    locales = LocaleSerializer(many=True)
    navigation = NavigationSerializer(many=True)
    digests = DigestSerializer(many=True)
    search_url = serializers.URLField(allow_null=True, help_text="The search endpoint.")
    sitemap_url = serializers.URLField()
    llms_url = serializers.URLField()


class ProblemErrorSerializer(serializers.Serializer):
    """An error in a query parameter, or at a JSON pointer (RFC 6901) into the body."""

    parameter = serializers.CharField(required=False)
    pointer = serializers.CharField(required=False)
    code = serializers.CharField()
    detail = serializers.CharField()
    place = serializers.CharField(required=False, help_text="The lines in a submitted document.")


class ProblemSerializer(serializers.Serializer):
    """A problem detail (RFC 9457)."""

    type = serializers.CharField(help_text="The URL that explains the problem type.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ProblemErrorSerializer(many=True, required=False)
