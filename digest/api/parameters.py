"""Serializers of the query parameters of each endpoint.

They validate the parameters and describe them in the schema. An unknown, repeated or malformed
parameter is an error; none is silently ignored.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from digest.api.errors import InvalidParameters
from digest.api.extensions import fresh_parameters, list_parameters
from digest.api.issues import ISSUE_FIELDS, LIST_FIELDS, story_fields
from digest.api.parameter_fields import (
    MAX_NAME_LENGTH,
    ChoiceField,
    NameListField,
    SlugListField,
    StrictBooleanField,
    StrictDateField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictRegexField,
    hint,
)
from digest.api.scope import TEXT_FORMATS

MAX_ERRORS = 20


class Parameters(serializers.Serializer):
    """Base class of query parameters; every endpoint accepts ``site``, and what apps add to all."""

    site = StrictRegexField(
        r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:[0-9]{1,5})?$",
        max_length=255,
        required=False,
        help_text="The site with this host name, or host and port; default: that of the request.",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        added = {parameter.name: parameter.make_field() for parameter in fresh_parameters()}
        return super().get_fields() | added

    @classmethod
    def read(cls, query: QueryDict) -> dict[str, Any]:
        """Return the validated values by name, with defaults; raise InvalidParameters."""
        parameters = shared_instance(cls)
        errors = [*parameters._unknown(query), *parameters._repeated(query)]
        try:
            values = parameters.run_validation(query.dict())
        except serializers.ValidationError as error:
            errors += _validation_errors(error.detail)
        if errors:
            raise InvalidParameters(errors[:MAX_ERRORS])
        return values

    def _unknown(self, query: QueryDict) -> Iterator[dict[str, str]]:
        unknown = (name for name in query if name not in self.fields)
        for name in islice(unknown, MAX_ERRORS):
            detail = "Unknown parameter." + hint(name, self.fields)
            yield _error(name, "unknown", detail)

    def _repeated(self, query: QueryDict) -> list[dict[str, str]]:
        return [
            _error(name, "repeated", "Use this parameter only once.")
            for name, values in query.lists()
            if len(values) > 1
        ]


@cache
def shared_instance(serializer: type[serializers.Serializer]) -> Any:
    """Return the one instance that all requests validate with, as creating its fields is slow.

    It is never bound to a request.
    """
    return serializer()


def _validation_errors(details: dict[str, Any]) -> list[dict[str, str]]:
    return [_error(name, errors[0].code, str(errors[0])) for name, errors in details.items()]


def _error(name: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": name[:MAX_NAME_LENGTH], "code": code, "detail": detail}


class NoParameters(Parameters):
    """Only ``site``."""


class PageParameters(Parameters):
    """Pagination."""

    limit = StrictIntegerField(
        min_value=1, max_value=100, default=20, help_text="The number of results per page."
    )
    cursor = StrictRegexField(
        r"^[A-Za-z0-9_:-]+$",
        max_length=8000,
        required=False,
        help_text="Copied from `next` or `previous`, unchanged.",
    )
    count = StrictBooleanField(default=False, help_text="`true` adds `count` to the response.")


class LocaleParameters(Parameters):
    locale = StrictRegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        required=False,
        help_text="Content in this language, as `en` or `pt-br`.",
    )


class DigestListParameters(LocaleParameters, PageParameters):
    pass


class IssueFilters(LocaleParameters):
    """Filters of issues, combined with AND."""

    digest = serializers.SlugField(
        allow_unicode=True,
        max_length=255,
        trim_whitespace=False,
        required=False,
        help_text="Issues of the digest with this slug.",
    )
    tag = SlugListField(required=False, help_text="Issues with any of these tags.")
    tag_all = SlugListField(required=False, help_text="Issues with all of these tags.")
    date_from = StrictDateField(required=False, help_text="Issues dated this day or later.")
    date_to = StrictDateField(required=False, help_text="Issues dated this day or earlier.")
    year = StrictIntegerField(
        min_value=1, max_value=9999, required=False, help_text="Issues of this year."
    )
    month = StrictIntegerField(
        min_value=1, max_value=12, required=False, help_text="Issues of this month, 1 to 12."
    )
    updated_since = StrictDateTimeField(
        required=False, help_text="Issues whose public content changed at this time or later."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """Add the list parameters of optional apps, unless a subclass declares its own."""
        added = {parameter.name: parameter.make_field() for parameter in list_parameters()}
        return added | super().get_fields()


class TextParameters(Parameters):
    rich_text = ChoiceField(
        choices=list(TEXT_FORMATS), default="html", help_text="The format of rich text."
    )


def _fields_parameter(names: Iterable[str] | Callable[[], Iterable[str]]) -> NameListField:
    return NameListField(
        names,
        required=False,
        help_text="Only these fields, separated by commas; by default all.",
    )


class IssueParameters(TextParameters):
    fields = _fields_parameter(ISSUE_FIELDS)


class PreviewParameters(IssueParameters):
    field_map = StrictBooleanField(
        default=False,
        help_text="`true` adds `field_map`: the form field that each JSON field comes from.",
    )


class LatestIssueParameters(IssueFilters, IssueParameters):
    pass


class IssueBySlugsParameters(LocaleParameters, IssueParameters):
    pass


class IssueListParameters(IssueFilters, TextParameters, PageParameters):
    order = ChoiceField(
        choices=["-date", "date"], default="-date", help_text="Newest or oldest first."
    )
    fields = _fields_parameter([*LIST_FIELDS, "body"])
    include = NameListField(
        ["body"], required=False, help_text="`body` adds the body to each issue."
    )


class StoryListParameters(IssueFilters, TextParameters, PageParameters):
    order = ChoiceField(
        choices=["-date", "date"], default="-date", help_text="Newest or oldest first."
    )
    fields = _fields_parameter(story_fields)


class SourceListParameters(PageParameters):
    digest = serializers.SlugField(
        allow_unicode=True,
        max_length=255,
        trim_whitespace=False,
        required=False,
        help_text="Sources that issues of the digest with this slug cite.",
    )
    host = StrictRegexField(
        r"^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$",
        max_length=255,
        required=False,
        help_text="Sources on this host.",
    )


class StoryParameters(LocaleParameters, TextParameters):
    fields = _fields_parameter(story_fields)


class PathParameters(Parameters):
    path = StrictRegexField(
        r"^/[^#\\\x00-\x1f]*$",
        max_length=2000,
        help_text="The path of a URL on the site, as `/daily/2026-04-14/`, or with its query.",
    )
