"""The serializers that describe responses in the schema."""

from rest_framework import serializers

from digest.checklist.findings import Level
from digest.contrib.submissions.outcomes import State


class DraftSerializer(serializers.Serializer):
    """The issue that was made of a document; with a dry run without an id."""

    id = serializers.IntegerField(allow_null=True)
    title = serializers.CharField()
    date = serializers.DateField()
    slug = serializers.CharField()
    state = serializers.ChoiceField(choices=State.values)
    has_unpublished_changes = serializers.BooleanField(
        help_text="Whether the issue is live, and readers see another text than this one."
    )
    url = serializers.URLField(
        allow_null=True, help_text="Of the public page, if the issue is live now."
    )
    edit_url = serializers.URLField(allow_null=True)
    preview_url = serializers.URLField(allow_null=True, help_text="With `preview=true`.")


class ReportLineSerializer(serializers.Serializer):
    """A part of the document, and the role that it was given."""

    place = serializers.CharField(help_text="Where it is in the document, as `lines 4-9`.")
    role = serializers.CharField()
    text = serializers.CharField()


class ReportSerializer(serializers.Serializer):
    """What was recognised in the document."""

    summary = serializers.CharField()
    not_understood = serializers.IntegerField(help_text="How many parts editors should check.")
    lines = ReportLineSerializer(many=True)
    notes = serializers.ListField(child=serializers.CharField())


class FindingSerializer(serializers.Serializer):
    """A finding of the checklist, or of what is invalid."""

    rule = serializers.CharField(help_text="Of the checklist, or `invalid`.")
    level = serializers.ChoiceField(choices=[Level.WARNING.value, Level.REQUIRED.value])
    message = serializers.CharField()
    story = serializers.IntegerField(allow_null=True, help_text="The number of the story.")
    pointer = serializers.CharField(help_text="A JSON pointer into the body; empty for all of it.")
    place = serializers.CharField(
        allow_null=True, help_text="The lines of the story in the document."
    )


class SubmittedSerializer(serializers.Serializer):
    """The result of a submission."""

    id = serializers.UUIDField(allow_null=True, help_text="Null with a dry run.")
    did = serializers.ChoiceField(
        choices=["created", "updated", "unchanged", "would_create", "would_update"]
    )
    published = serializers.BooleanField(help_text="Whether the issue is live now.")
    publishable = serializers.BooleanField(
        help_text="Whether no finding is required, and everything was understood."
    )
    issue = DraftSerializer()
    report = ReportSerializer()
    findings = FindingSerializer(many=True)


class StoriesSerializer(serializers.Serializer):
    """The numbers of submitted stories that editors kept, edited and dropped, and of added ones."""

    kept = serializers.IntegerField()
    edited = serializers.IntegerField()
    dropped = serializers.IntegerField()
    added = serializers.IntegerField()


class OutcomeSerializer(serializers.Serializer):
    """What became of a submission."""

    url = serializers.URLField(allow_null=True, help_text="Of the public page.")
    changed_by_editors = serializers.BooleanField(allow_null=True)
    stories = StoriesSerializer(allow_null=True)


class SubmissionRowSerializer(serializers.Serializer):
    """A submission of the key, in the list."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    made_with = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=State.values)


class SubmissionSerializer(SubmissionRowSerializer):
    """A submission of the key, with the last response and what became of it."""

    response = SubmittedSerializer(
        allow_null=True, help_text="Null after the retention period of the document."
    )
    outcome = OutcomeSerializer()
