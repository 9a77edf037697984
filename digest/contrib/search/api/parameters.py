"""Serializers of the query parameters of search."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from digest.api.parameter_fields import ChoiceField, StrictBooleanField, StrictIntegerField
from digest.api.parameters import IssueFilters, LocaleParameters, PageParameters
from digest.contrib.search.parsing import MAX_CHARACTERS, MAX_TERMS, TooLong, parse


class SearchField(serializers.CharField):
    """Accept a search query; every text is valid unless it is too long."""

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
    q = SearchField(help_text="The query: words, phrases, -excluded ones, one OR another.")
    order = ChoiceField(
        choices=["relevance", "-date", "date"],
        default="relevance",
        help_text="Most relevant, newest or oldest first.",
    )
    prefix = StrictBooleanField(
        default=False, help_text="`true` treats the last word as a prefix, for search as you type."
    )
    correct = StrictBooleanField(
        default=True, help_text="`false` disables spelling correction and requires all words."
    )


class SuggestionParameters(LocaleParameters):
    q = SearchField(help_text="The text typed so far.")
    limit = StrictIntegerField(
        min_value=1, max_value=10, default=8, help_text="The maximum number of suggestions."
    )
