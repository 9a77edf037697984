"""The shapes of the answers of readers' search, for the schema; the data is made in
``digest.contrib.search.api.data``."""

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
    help_text = "Where words begin and end that were found: offsets in code points of `text`."
    return serializers.ListField(child=pair, help_text=help_text)


class MarkedSerializer(serializers.Serializer):
    """A text with the words in it that were found."""

    text = serializers.CharField()
    html = serializers.CharField(help_text="The text, escaped, with `<mark>` around these words.")
    marks = _marks()


class _ResultSerializer(serializers.Serializer):
    title = MarkedSerializer()
    excerpt = MarkedSerializer()
    url = serializers.URLField()
    api_url = serializers.URLField()
    score = serializers.FloatField(
        allow_null=True, help_text="By `order=relevance`: the more, the better it fits."
    )
    date = serializers.DateField(help_text="That of the issue.")
    locale = serializers.CharField()
    tags = TagReferenceSerializer(many=True, help_text="Those of the issue.")
    issue = PageReferenceSerializer()
    digest = DigestReferenceSerializer(allow_null=True)


class StoryResultSerializer(_ResultSerializer):
    """A story that was found."""

    type = ConstantField("story")
    id = serializers.CharField(help_text="That of the block.")


class IssueResultSerializer(_ResultSerializer):
    """An issue that was found, by what it tells beside its stories."""

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
    """A word that nothing has, and the one that was searched for in its place."""

    written = serializers.CharField()
    searched = serializers.CharField()


class SearchQuerySerializer(serializers.Serializer):
    """What was searched for."""

    text = serializers.CharField(help_text="As it was written.")
    searched = serializers.CharField(help_text="As it was searched for, with the corrections.")
    corrections = CorrectionSerializer(many=True)
    literal_url = serializers.URLField(
        allow_null=True, help_text="The same search without corrections, where there are any."
    )
    match = serializers.ChoiceField(
        choices=["all", "some"],
        help_text="`some`: nothing has all the words; what was found has some of them.",
    )


class PromotionSerializer(serializers.Serializer):
    """What editors want to be seen first by who searches for this."""

    title = serializers.CharField()
    description = serializers.CharField()
    url = serializers.URLField()
    page = PageSerializer(allow_null=True, help_text="Null for what is not on this site.")


class TagFacetSerializer(TagReferenceSerializer):
    """A tag with how many of the results have it."""

    count = serializers.IntegerField(min_value=1)
    url = serializers.URLField()
    api_url = serializers.URLField()


class DigestFacetSerializer(DigestReferenceSerializer):
    """A digest with how many of the results are in it."""

    count = serializers.IntegerField(min_value=1)


class YearFacetSerializer(serializers.Serializer):
    """A year with how many of the results are of it."""

    year = serializers.IntegerField()
    count = serializers.IntegerField(min_value=1)


class FacetsSerializer(serializers.Serializer):
    """By what the results can be narrowed, with how many there are of each."""

    tags = TagFacetSerializer(many=True)
    digests = DigestFacetSerializer(many=True)
    years = YearFacetSerializer(many=True)


class SearchResultListSerializer(serializers.Serializer):
    """A page of what was found."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = serializers.ListField(child=SearchResultField())
    count = serializers.IntegerField(required=False)
    count_is_exact = serializers.BooleanField(
        required=False, help_text="False: there are more than `count`."
    )
    query = SearchQuerySerializer()
    promoted = PromotionSerializer(many=True, help_text="On the first page alone.")
    facets = FacetsSerializer()


class SuggestionSerializer(MarkedSerializer):
    """What somebody who is typing may want to find, or to search for."""

    type = serializers.ChoiceField(choices=["title", "tag", "query"])
    url = serializers.URLField(
        allow_null=True, help_text="The story, the issue or the tag; null for a query."
    )
    api_url = serializers.URLField(help_text="The same in this API; of a query, its results.")


class SuggestionListSerializer(serializers.Serializer):
    """Suggestions, the best first."""

    suggestions = SuggestionSerializer(many=True)
