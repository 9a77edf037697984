"""The results that no endpoint of the API returns."""

from rest_framework import serializers

from digest.contrib.submissions.api.serializers import SubmissionSerializer, SubmittedSerializer

ETAG = "For update_submission; null with check_issue, and if the issue was deleted."


class RepeatedInSerializer(serializers.Serializer):
    """An issue that has the story; of a draft only the digest and the date."""

    state = serializers.ChoiceField(choices=["published", "draft"])
    id = serializers.IntegerField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    url = serializers.URLField(allow_null=True)
    api_url = serializers.URLField(allow_null=True)
    digest = serializers.CharField(allow_null=True, help_text="The slug of the digest.")
    date = serializers.DateField()


class RepeatSerializer(serializers.Serializer):
    """A heading or a URL, and the issues that had it, newest first."""

    heading = serializers.CharField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    issues = RepeatedInSerializer(many=True)
    has_more = serializers.BooleanField(help_text="Whether older issues have it, too.")


class RepeatsSerializer(serializers.Serializer):
    """The issues that were published or drafted, for each requested heading and URL."""

    results = RepeatSerializer(many=True)


class DraftResultSerializer(SubmittedSerializer):
    """The result of a tool that submits a document."""

    etag = serializers.CharField(allow_null=True, help_text=ETAG)


class DraftStateSerializer(SubmissionSerializer):
    """A submission, as a tool returns it."""

    etag = serializers.CharField(allow_null=True, help_text=ETAG)
