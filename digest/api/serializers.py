"""The shapes of the answers, for the schema. The data is made in ``digest.api.representations``
and ``digest.api.issues``.

The tests hold every answer against the schema, so the two cannot part.
"""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from digest.api.issues import story_members


class ConstantField(serializers.ChoiceField):
    """A member that is always the same, such as ``"type": "issue"``."""

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
    """The point to keep in sight when cropping, as fractions of width and height."""

    x = serializers.FloatField()
    y = serializers.FloatField()


class ImageSerializer(serializers.Serializer):
    """An image with the sizes there are of it."""

    alt = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    focal_point = FocalPointSerializer(allow_null=True)
    renditions = RenditionSerializer(many=True)


class TagReferenceSerializer(serializers.Serializer):
    """A tag as issues carry it."""

    name = serializers.CharField()
    slug = serializers.CharField()


class TagSerializer(TagReferenceSerializer):
    """A tag with the number of public issues that carry it."""

    type = ConstantField("tag")
    issue_count = serializers.IntegerField(min_value=1)
    url = serializers.URLField()
    api_url = serializers.URLField()


class PageReferenceSerializer(serializers.Serializer):
    """Another issue, as far as a link to it needs."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField()


class TranslationSerializer(PageReferenceSerializer):
    """The same issue in another language."""

    locale = serializers.CharField()


class DigestReferenceSerializer(serializers.Serializer):
    """The digest of an issue."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    title = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField()


class DiscussionSettingsSerializer(serializers.Serializer):
    """What Giscus needs of a digest."""

    provider = serializers.CharField()
    repo = serializers.CharField()
    repo_id = serializers.CharField()
    category = serializers.CharField()
    category_id = serializers.CharField()


class DiscussionSerializer(DiscussionSettingsSerializer):
    """What Giscus needs to show the discussion of an issue."""

    mapping = serializers.CharField()
    term = serializers.CharField()
    strict = serializers.BooleanField()


class FeedSerializer(serializers.Serializer):
    """A feed of a digest."""

    title = serializers.CharField()
    type = serializers.CharField(help_text="Its media type.")
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


class BodyField(serializers.Field):
    """The blocks of an issue; ``digest.api.schema`` describes each type from its definition."""


class StoryMemberField(serializers.Field):
    """A member of a story that its block has, described from the block's definition."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        self.name = name
        super().__init__(**kwargs)


class SeoSerializer(serializers.Serializer):
    """What search engines and link previews are to be told."""

    title = serializers.CharField()
    description = serializers.CharField()
    canonical_url = serializers.URLField()
    image_url = serializers.URLField(allow_null=True)
    json_ld = serializers.DictField()


class IssueSerializer(serializers.Serializer):
    """An issue as lists show it; ``body`` is there when it is asked for."""

    id = serializers.IntegerField()
    type = ConstantField("issue")
    slug = serializers.CharField()
    title = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    url = serializers.URLField()
    api_url = serializers.URLField()
    date = serializers.DateField()
    published_at = serializers.DateTimeField(help_text="In UTC.")
    updated_at = serializers.DateTimeField(help_text="In UTC.")
    locale = serializers.CharField()
    headline = serializers.CharField()
    summary = serializers.CharField()
    word_count = serializers.IntegerField()
    reading_time_minutes = serializers.IntegerField(min_value=1)
    tags = TagReferenceSerializer(many=True)
    digest = DigestReferenceSerializer(allow_null=True)
    image = ImageSerializer(allow_null=True)
    body = BodyField(required=False)
    discussion = DiscussionSerializer(allow_null=True)
    translations = TranslationSerializer(many=True)


class IssueDetailSerializer(IssueSerializer):
    """An issue with all that a page of it needs: no second request."""

    body = BodyField()
    previous = PageReferenceSerializer(allow_null=True)
    next = PageReferenceSerializer(allow_null=True)
    seo = SeoSerializer()


class StorySerializer(serializers.Serializer):
    """A story of an issue, with all that its block has."""

    id = serializers.CharField(help_text="That of the block.")
    type = ConstantField("story")
    anchor = serializers.CharField(help_text="The fragment of the story's address.")
    url = serializers.URLField()
    api_url = serializers.URLField()
    date = serializers.DateField(help_text="That of the issue.")
    locale = serializers.CharField()
    issue = PageReferenceSerializer()
    digest = DigestReferenceSerializer(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Add what the block has, in the order of the answer."""
        own = super().get_fields()
        return {name: own.get(name) or StoryMemberField(name) for name in story_members()}


class SourceSerializer(serializers.Serializer):
    """An address that public issues cite, and what these say of it."""

    type = ConstantField("source")
    url = serializers.CharField(help_text="As it was cited last.")
    canonical_url = serializers.URLField(help_text="One spelling for each source.")
    host = serializers.CharField()
    title = serializers.CharField()
    publisher = serializers.CharField()
    issue_count = serializers.IntegerField(min_value=1)
    first_cited_on = serializers.DateField(help_text="The date of an issue.")
    last_cited_on = serializers.DateField(help_text="The date of an issue.")


class MapSerializer(serializers.Serializer):
    """Where everything is."""

    name = serializers.CharField()
    version = serializers.CharField()
    links = serializers.DictField(child=serializers.URLField())


class PageSerializer(serializers.Serializer):
    """A page of the site; ``api_url`` says where the API has more of it."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=["issue", "digest", "page"])
    title = serializers.CharField()
    locale = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField(allow_null=True)


class RedirectSerializer(serializers.Serializer):
    """Where a path leads that is no page's any more."""

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
    """A page that editors show in menus."""

    level = serializers.IntegerField(help_text="1 directly below the front page, 0 itself.")


class LocaleSerializer(serializers.Serializer):
    """A language in which there is a front page."""

    code = serializers.CharField()
    name = serializers.CharField()
    is_default = serializers.BooleanField()
    url = serializers.URLField()


class SiteSerializer(serializers.Serializer):
    """All that a frontend starts with."""

    name = serializers.CharField()
    root_url = serializers.URLField()
    locales = LocaleSerializer(many=True)
    navigation = NavigationSerializer(many=True)
    digests = DigestSerializer(many=True)
    search_url = serializers.URLField(allow_null=True, help_text="Of readers' search.")
    sitemap_url = serializers.URLField()
    llms_url = serializers.URLField()


class ProblemErrorSerializer(serializers.Serializer):
    """One thing that is wrong with a request."""

    parameter = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """An error (RFC 9457)."""

    type = serializers.CharField(help_text="Where this kind of problem is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ProblemErrorSerializer(many=True, required=False)
