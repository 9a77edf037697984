"""Query parameters of the endpoints."""

from typing import Any

from rest_framework import serializers

from digest.api.bodies import CONTROL_CHARACTERS
from digest.api.parameter_fields import ChoiceField, StrictBooleanField, StrictDateTimeField
from digest.api.parameters import PageParameters, Parameters
from digest.contrib.submissions.api.bodies import ACTIONS, MAX_MADE_WITH, MAX_NAME


class LineField(serializers.CharField):
    """Accept a text without control characters, as the fields of bodies do."""

    default_error_messages = {"characters": "Control characters are not allowed."}

    def to_internal_value(self, data: Any) -> str:
        if CONTROL_CHARACTERS.search(str(data)):
            self.fail("characters")
        return super().to_internal_value(data)


class ReplaceParameters(Parameters):
    """What a request with a raw document says about it; JSON says it in the body."""

    OF_DOCUMENTS = ("action", "name", "made_with")

    dry_run = StrictBooleanField(
        default=False, help_text="`true` returns the report without saving anything."
    )
    preview = StrictBooleanField(
        default=False, help_text="`true` adds a link to a preview of the draft, valid for 24 hours."
    )
    action = ChoiceField(
        choices=ACTIONS,
        required=False,
        help_text=(
            "`submit` starts the review of the draft, and `publish` publishes it, with a key that "
            "may; by default it stays a draft."
        ),
    )
    name = LineField(
        max_length=MAX_NAME, required=False, help_text="The file name of the document."
    )
    made_with = LineField(
        max_length=MAX_MADE_WITH,
        required=False,
        help_text="The model or script that wrote the document.",
    )


class SubmitParameters(ReplaceParameters):
    OF_DOCUMENTS = ("digest", *ReplaceParameters.OF_DOCUMENTS)

    digest = serializers.SlugField(
        allow_unicode=True,
        max_length=255,
        trim_whitespace=False,
        required=False,
        help_text="The slug of the digest; required unless the body is JSON.",
    )


class SubmissionListParameters(PageParameters):
    since = StrictDateTimeField(
        required=False, help_text="Submissions that were updated at this time or later."
    )
