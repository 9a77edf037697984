"""The JSON bodies of requests that submit a document, or an issue as fields and blocks."""

from typing import Any

from rest_framework import serializers

from digest.api.bodies import Body, TextField
from digest.api.errors import InvalidBody, ProblemError
from digest.contrib.submissions.api.blocks import NOT_WRITABLE, IssueBody
from digest.contrib.submissions.api.problems import BLOCK_NOT_WRITABLE, INVALID_SUBMISSION
from digest.contrib.submissions.submitting import DRAFT, PUBLISH, SUBMIT

MEDIA_TYPES = {"markdown": "text/markdown", "html": "text/html", "text": "text/plain"}
ACTIONS = [DRAFT, SUBMIT, PUBLISH]
OF_QUERY = {"/dry_run", "/preview"}
MAX_MADE_WITH, MAX_NOTE, MAX_NAME = 200, 2_000, 100


class DocumentBody(Body):
    """A document as text."""

    format = serializers.ChoiceField(choices=list(MEDIA_TYPES))
    text = TextField(trim_whitespace=False)


class SubmissionBody(Body):
    """A document or an issue, and what to do with it."""

    digest = serializers.SlugField(allow_unicode=True, max_length=255)
    document = DocumentBody(required=False)
    issue = IssueBody(required=False)
    action = serializers.ChoiceField(choices=ACTIONS, default=DRAFT)
    name = serializers.CharField(max_length=MAX_NAME, default="", allow_blank=True)
    made_with = serializers.CharField(
        max_length=MAX_MADE_WITH,
        default="",
        allow_blank=True,
        help_text="The model or script that wrote the document.",
    )
    note = TextField(
        max_length=MAX_NOTE, default="", allow_blank=True, help_text="A note to the editors."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("document" in attrs) == ("issue" in attrs):
            raise serializers.ValidationError("Send either document or issue.", "exclusive")
        return attrs

    @classmethod
    def read(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Raise InvalidBody for values of the wrong JSON type, ProblemError (422) for the rest."""
        try:
            return super().read(data)
        except InvalidBody as error:
            errors = [_with_place(each) for each in error.errors]
            codes = {each["code"] for each in error.errors}
            if "type" in codes:
                raise InvalidBody(errors) from None
            if NOT_WRITABLE in codes:
                raise ProblemError(BLOCK_NOT_WRITABLE, errors=errors) from None
            detail = "The submission is not valid."
            raise ProblemError(INVALID_SUBMISSION, detail, errors) from None


def _with_place(error: dict[str, str]) -> dict[str, str]:
    """Say where a parameter belongs that was sent in the body."""
    if error["code"] == "unknown" and error["pointer"] in OF_QUERY:
        return error | {"detail": "Send it in the query."}
    return error


class ReplacementBody(SubmissionBody):
    """A document or an issue that replaces the one of a submission."""

    digest = None
