"""Serializers of the query parameters of the feed of changes, and of ``at``."""

from typing import Any

from digest.api.parameter_fields import (
    ChoiceField,
    NameListField,
    StrictIntegerField,
    StrictRegexField,
)
from digest.api.parameters import LocaleParameters, TextParameters
from digest.contrib.changes.models import FeedState, PublicState


class SequenceField(StrictIntegerField):
    """Accept a sequence that the feed has reached."""

    max_digits = 18  # that of a restarted feed has ten
    default_error_messages = {"future": "The feed has not reached this sequence."}

    def to_internal_value(self, data: Any) -> int:
        value = super().to_internal_value(data)
        if not FeedState.objects.filter(sequence__gte=value).exists():
            self.fail("future")
        return value


class ChangeParameters(LocaleParameters, TextParameters):
    since = StrictRegexField(
        r"^[A-Za-z0-9_-]+$",
        max_length=200,
        required=False,
        help_text="`next_since` of the last response, unchanged; without it, all that is public.",
    )
    limit = StrictIntegerField(
        min_value=1, max_value=500, default=100, help_text="The number of results per page."
    )
    kind = ChoiceField(
        choices=PublicState.Kind.values, required=False, help_text="Only issues, or only digests."
    )
    include = NameListField(
        ["issue"], required=False, help_text="`issue` adds each issue, with its body."
    )
