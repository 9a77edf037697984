"""The arguments of the tools, which are validated as the JSON bodies of the API are."""

from typing import Any

from django.core.validators import validate_unicode_slug
from rest_framework import serializers

from digest.api.bodies import Body, LimitedListField, TextField
from digest.api.parameter_fields import DATE, StrictDateField
from digest.contrib.submissions.api.bodies import MAX_MADE_WITH

MAX_LIMIT = 20
MAX_ASKED = 20  # headings, and URLs
LATEST = "latest"
PAGE_ID = {"min_value": 1, "max_value": 10**15 - 1}  # as long as numbers in JSON may be


def _check_slug(text: str) -> None:
    validate_unicode_slug(text)


def _digest(**choices: Any) -> serializers.CharField:
    # A function, since the pattern of the validator has another meaning in JSON Schema.
    return serializers.CharField(
        max_length=255, validators=[_check_slug], help_text="slug", **choices
    )


class ListArguments(Body):
    """Filters, and a page of results."""

    digest = _digest(required=False)
    tag = serializers.CharField(required=False, help_text="slug; several with commas: any of them")
    date_from = StrictDateField(required=False)
    date_to = StrictDateField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=10)
    cursor = serializers.CharField(required=False, help_text="of `next` in the last result")


class SearchStories(ListArguments):
    query = serializers.CharField(help_text='words, "phrases", -excluded, OR')


class ListIssues(ListArguments):
    pass


class GetIssue(Body):
    id = serializers.IntegerField(required=False, **PAGE_ID)
    digest = _digest(required=False)
    date = serializers.RegexField(rf"^({DATE}|{LATEST})$", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if set(attrs) not in ({"id"}, {"digest", "date"}):
            raise serializers.ValidationError("Give id alone, or digest and date.", "invalid")
        return attrs


class FindRepeats(Body):
    headings = LimitedListField(
        child=serializers.CharField(max_length=300), max_length=MAX_ASKED, default=list
    )
    urls = LimitedListField(
        child=serializers.CharField(max_length=1000), max_length=MAX_ASKED, default=list
    )


class CheckIssue(Body):
    digest = _digest()
    document = TextField(trim_whitespace=False, help_text="Markdown")


class SubmitIssue(CheckIssue):
    idempotency_key = serializers.CharField(max_length=255, help_text="new for each draft: a UUID")
    made_with = serializers.CharField(
        max_length=MAX_MADE_WITH, required=False, help_text="model or script"
    )


class GetSubmission(Body):
    id = serializers.UUIDField()


class UpdateSubmission(GetSubmission):
    document = TextField(trim_whitespace=False, help_text="Markdown")
    etag = serializers.CharField(max_length=100)

    def validate_etag(self, etag: str) -> str:
        """Return the hash in an ETag of any spelling, never the `*` that would match all."""
        if "*" in etag:
            raise serializers.ValidationError("Send the etag of the draft that you read.")
        return etag.removeprefix("W/").strip('"')
