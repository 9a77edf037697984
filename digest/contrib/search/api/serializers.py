"""The serializers that describe search responses in the schema.

``digest.contrib.search.api.data`` builds the data.
"""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from digest.api.serializers import (
    ConstantField,
    DigestReferenceSerializer,
    PageReferenceSerializer,
    PageSerializer,
    TagReferenceSerializer,
)


def _marks() -> serializers.ListField:
    pair = serializers.ListField(
        child=serializers.IntegerField(min_value=0), min_length=2, max_length=2
    )
    help_text = "The start and end offsets of matches in `text`, in code points."
    return serializers.ListField(child=pair, help_text=help_text)


class MarkedSerializer(serializers.Serializer):
    """A text with highlights."""

    text = serializers.CharField()
    html = serializers.CharField(help_text="The text, escaped, with `<mark>` around matches.")
    marks = _marks()


class _ResultSerializer(serializers.Serializer):
    title = MarkedSerializer()
    excerpt = MarkedSerializer()
    url = serializers.URLField()
    api_url = serializers.URLField()
    score = serializers.FloatField(
        allow_null=True, help_text="Higher is more relevant; null if ordered by date."
    )
    date = serializers.DateField(help_text="The date of the issue.")
    locale = serializers.CharField()
    tags = TagReferenceSerializer(many=True, help_text="The tags of the issue.")
    issue = PageReferenceSerializer()
    digest = DigestReferenceSerializer(allow_null=True)


class StoryResultSerializer(_ResultSerializer):
    """A story that matches."""

    type = ConstantField("story")
    id = serializers.CharField(help_text="The id of the block.")


class IssueResultSerializer(_ResultSerializer):
    """An issue whose own text matches, rather than a story."""

    type = ConstantField("issue")
    id = serializers.IntegerField()


SearchResultSerializer = PolymorphicProxySerializer(
    component_name="SearchResult",
    serializers={"story": StoryResultSerializer, "issue": IssueResultSerializer},
    resource_type_field_name="type",
)


@extend_schema_field(SearchResultSerializer)
class SearchResultField(serializers.Field):
    """A story or an issue."""


class CorrectionSerializer(serializers.Serializer):
    """A word without a match, and the word that replaced it."""

    written = serializers.CharField()
    searched = serializers.CharField()


class SearchQuerySerializer(serializers.Serializer):
    """The query and its corrections."""

    text = serializers.CharField(help_text="The query as written.")
    searched = serializers.CharField(help_text="The query as run, with corrections.")
    corrections = CorrectionSerializer(many=True)
    literal_url = serializers.URLField(
        allow_null=True, help_text="The same search without corrections, if there are any."
    )
    match = serializers.ChoiceField(
        choices=["all", "some"],
        help_text="`some`: nothing contains all the words; the results contain some of them.",
    )


class PromotionSerializer(serializers.Serializer):
    """A promoted result for this query."""

    title = serializers.CharField()
    description = serializers.CharField()
    url = serializers.URLField()
    page = PageSerializer(allow_null=True, help_text="Null for an external link.")


class TagFacetSerializer(TagReferenceSerializer):
    """A tag with the number of results that have it."""

    count = serializers.IntegerField(min_value=1)
    url = serializers.URLField()
    api_url = serializers.URLField()


class DigestFacetSerializer(DigestReferenceSerializer):
    """A digest with the number of results in it."""

    count = serializers.IntegerField(min_value=1)


class YearFacetSerializer(serializers.Serializer):
    """A year with the number of results in it."""

    year = serializers.IntegerField()
    count = serializers.IntegerField(min_value=1)


class FacetsSerializer(serializers.Serializer):
    """The values to filter by, with the number of results of each."""

    tags = TagFacetSerializer(many=True)
    digests = DigestFacetSerializer(many=True)
    years = YearFacetSerializer(many=True)


class SearchResultListSerializer(serializers.Serializer):
    """A page of search results."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = serializers.ListField(child=SearchResultField())
    count = serializers.IntegerField(required=False)
    count_is_exact = serializers.BooleanField(
        required=False, help_text="False if there are more results than `count`."
    )
    query = SearchQuerySerializer()
    promoted = PromotionSerializer(many=True, help_text="Only on the first page.")
    facets = FacetsSerializer()


class SuggestionSerializer(MarkedSerializer):
    """A title, a tag or an earlier query."""

    type = serializers.ChoiceField(choices=["title", "tag", "query"])
    url = serializers.URLField(
        allow_null=True, help_text="The URL of the story, the issue or the tag; null for a query."
    )
    api_url = serializers.URLField(help_text="Its URL in the API; for a query, the search.")


class SuggestionListSerializer(serializers.Serializer):
    """Suggestions, best first."""

    suggestions = SuggestionSerializer(many=True)
