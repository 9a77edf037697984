"""The serializers that describe the feed of changes in the schema."""

from rest_framework import serializers

from digest.api.serializers import IssueSerializer
from digest.contrib.changes.models import PublicState


class ChangeSerializer(serializers.Serializer):
    """The latest state of a page. One that is `gone` has only `state`, `kind`, `id`, `sequence`."""

    state = serializers.ChoiceField(choices=["public", "gone"])
    kind = serializers.ChoiceField(choices=PublicState.Kind.values)
    id = serializers.IntegerField()
    locale = serializers.CharField(required=False)
    sequence = serializers.IntegerField(help_text="Later changes have higher sequences.")
    changed_at = serializers.DateTimeField(
        required=False, help_text="When the change was noticed, seconds after it was made."
    )
    url = serializers.URLField(required=False, allow_null=True)
    api_url = serializers.URLField(required=False)
    issue = IssueSerializer(required=False, help_text="With `include=issue`.")


class ChangeListSerializer(serializers.Serializer):
    """Changes in their order."""

    results = ChangeSerializer(many=True)
    next_since = serializers.CharField(help_text="The value of `since` in the next request.")
    has_more = serializers.BooleanField(help_text="Whether to send the next request at once.")
