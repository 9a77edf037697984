"""What the API says of digests, issues and tags; a short form for lists, a full one for details.

Whatever costs a query is gathered for a whole response by the view and handed over in ``context``:
``site``, ``images`` (image -> data), ``bodies`` (issue id -> body), ``translations``.
"""

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from digest import seo
from digest.discussion import discussion_settings
from digest.feeds import FEEDS, feed_url


class PublicURLField(serializers.URLField):
    """The address of a page on its own site, as readers see it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, page: Any) -> str | None:
        """Ask Wagtail, which keeps the roots of the sites on the request."""
        return page.get_full_url(self.context["request"]._request)


class ApiURLField(serializers.URLField):
    """The address of a resource in this API."""

    def __init__(self, view_name: str, lookup: str, **kwargs: Any) -> None:
        self.view_name, self.lookup = view_name, lookup
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, instance: Any) -> str:
        """Reverse the view by the instance's key."""
        key = getattr(instance, self.lookup)
        return reverse(self.view_name, args=[key], request=self.context["request"])


class UTCField(serializers.DateTimeField):
    """A moment in UTC to the second, ending in Z, whatever the site's time zone."""

    def to_representation(self, moment: datetime) -> str:
        """As the page's own JSON-LD says it."""
        return seo.utc_text(moment)


class ConstantField(serializers.ChoiceField):
    """A member that is always the same, such as ``"type": "issue"``."""

    def __init__(self, value: str, **kwargs: Any) -> None:
        self.value = value
        super().__init__(choices=[value], source="*", read_only=True, **kwargs)

    def to_representation(self, instance: Any) -> str:
        """Say it."""
        return self.value


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


class WithImage:
    """The image of a page, for serializers that declare ``image`` a SerializerMethodField."""

    def get_image(self, page: Any) -> ImageSerializer(allow_null=True):
        """Null where there is none or it may not be shown."""
        return self.context["images"].get(page.image)


class TagReferenceSerializer(serializers.Serializer):
    """A tag as issues carry it."""

    name = serializers.CharField()
    slug = serializers.CharField()


class TagSerializer(TagReferenceSerializer):
    """A tag with the number of public issues that carry it."""

    type = ConstantField("tag")
    issue_count = serializers.IntegerField()
    url = serializers.SerializerMethodField()
    api_url = ApiURLField("digest:api:tag", "slug")

    def get_url(self, tag: Any) -> str:
        """The tag's page on the site."""
        return self.context["site"].root_url + reverse("digest:tag", args=[tag.slug])


class PageReferenceSerializer(serializers.Serializer):
    """Another issue, as far as a link to it needs."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    url = PublicURLField()
    api_url = ApiURLField("digest:api:issue", "pk")


class TranslationSerializer(PageReferenceSerializer):
    """The same issue in another language."""

    locale = serializers.CharField(source="locale.language_code")


class DigestReferenceSerializer(serializers.Serializer):
    """A digest as issues name it."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    title = serializers.CharField()
    url = PublicURLField()
    api_url = ApiURLField("digest:api:digest", "slug")


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


class DigestSerializer(WithImage, DigestReferenceSerializer):
    """A publication."""

    type = ConstantField("digest")
    tagline = serializers.CharField()
    locale = serializers.CharField(source="locale.language_code")
    image = serializers.SerializerMethodField()
    latest_issue = PageReferenceSerializer(allow_null=True)
    feeds = serializers.SerializerMethodField()
    discussion = serializers.SerializerMethodField()

    def get_feeds(self, digest: Any) -> FeedSerializer(many=True):
        """RSS, Atom and JSON Feed."""
        site = self.context["site"]
        return [
            {"title": feed.label, "type": feed.media_type, "url": feed_url(digest, feed, site)}
            for feed in FEEDS
        ]

    def get_discussion(self, digest: Any) -> DiscussionSettingsSerializer(allow_null=True):
        """Null where readers cannot discuss."""
        return discussion_settings(digest)


class BodyField(serializers.Field):
    """The blocks of an issue; ``digest.api.schema`` describes each type from its definition."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", **kwargs)

    def to_representation(self, issue: Any) -> list[dict[str, Any]]:
        """Take the body from what was gathered for the response."""
        return self.context["bodies"][issue.pk]


class IssueSerializer(WithImage, serializers.Serializer):
    """An issue as lists show it."""

    id = serializers.IntegerField()
    type = ConstantField("issue")
    slug = serializers.CharField()
    title = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    url = PublicURLField()
    api_url = ApiURLField("digest:api:issue", "pk")
    date = serializers.DateField(format="iso-8601")
    published_at = UTCField()
    updated_at = UTCField()
    locale = serializers.CharField(source="locale.language_code")
    headline = serializers.CharField()
    summary = serializers.CharField()
    word_count = serializers.IntegerField()
    reading_time_minutes = serializers.IntegerField()
    tags = serializers.SerializerMethodField()
    digest = DigestReferenceSerializer(allow_null=True)
    image = serializers.SerializerMethodField()
    body = BodyField(required=False)
    discussion = DiscussionSerializer(allow_null=True)
    translations = serializers.SerializerMethodField()

    def to_representation(self, issue: Any) -> dict[str, Any]:
        """Leave the body out of a list that did not ask for it."""
        if "bodies" not in self.context:
            self.fields.pop("body", None)
        return super().to_representation(issue)

    def get_tags(self, issue: Any) -> TagReferenceSerializer(many=True):
        """By name; one without a slug (an emoji alone) has no address and is left out."""
        tags = (item.tag for item in issue.tagged_items.all() if item.tag.slug)
        return [
            {"name": tag.name, "slug": tag.slug} for tag in sorted(tags, key=lambda tag: tag.name)
        ]

    def get_translations(self, issue: Any) -> TranslationSerializer(many=True):
        """The public ones."""
        translations = self.context["translations"].get(issue.translation_key, [])
        others = [page for page in translations if page.pk != issue.pk]
        return TranslationSerializer(others, many=True, context=self.context).data


class SeoSerializer(serializers.Serializer):
    """What search engines and link previews are to be told."""

    title = serializers.CharField()
    description = serializers.CharField()
    canonical_url = serializers.URLField()
    image_url = serializers.URLField(allow_null=True)
    json_ld = serializers.DictField()


class IssueDetailSerializer(IssueSerializer):
    """An issue with all that a page of it needs: no second request."""

    body = BodyField()
    previous = PageReferenceSerializer(allow_null=True, source="neighbours.previous")
    next = PageReferenceSerializer(allow_null=True, source="neighbours.next")
    seo = serializers.SerializerMethodField()

    def get_seo(self, issue: Any) -> SeoSerializer:
        """The same as the issue's page says."""
        return seo.issue_seo(issue, self.context["site"])


class MapSerializer(serializers.Serializer):
    """Where everything is."""

    name = serializers.CharField()
    version = serializers.CharField()
    links = serializers.DictField(child=serializers.URLField())


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
