"""The query parameters of readers' search."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from digest.api.parameter_fields import ChoiceField, StrictIntegerField
from digest.api.parameters import IssueFilters, LocaleParameters, PageParameters
from digest.contrib.search.parsing import MAX_CHARACTERS, MAX_TERMS, TooLong, parse


class SearchField(serializers.CharField):
    """A search query. Every text is a valid one, unless it is too long."""

    default_error_messages = {"many": f"Enter at most {MAX_TERMS} words and phrases."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_CHARACTERS, **kwargs)

    def run_validation(self, data: Any = empty) -> str:
        text = super().run_validation(data)
        try:
            parse(text)
        except TooLong:
            self.fail("many")
        return text


class SearchParameters(IssueFilters, PageParameters):
    """The query, the issues to search and their order."""

    q = SearchField(help_text="What to search for: words, phrases, -excluded ones, one OR another.")
    order = ChoiceField(
        choices=["relevance", "-date", "date"],
        default="relevance",
        help_text="What fits best, or the newest or the oldest first.",
    )
    prefix = ChoiceField(
        choices=["true", "false"],
        default="false",
        help_text="`true` while the reader types: the last word may be the beginning of one.",
    )
    correct = ChoiceField(
        choices=["true", "false"],
        default="true",
        help_text="`false` searches for the words as they are written, and for all of them.",
    )


class SuggestionParameters(LocaleParameters):
    """The text that a reader is typing and the number of suggestions."""

    q = SearchField(help_text="What was typed so far.")
    limit = StrictIntegerField(
        min_value=1, max_value=10, default=8, help_text="How many suggestions there are at most."
    )
