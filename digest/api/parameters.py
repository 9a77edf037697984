"""Query parameters: what each endpoint takes, with its bounds.

A serializer of parameters is both the rule and its documentation: the schema is made from it.
Whatever is unknown, repeated or malformed is refused by name; nothing is silently ignored.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from digest.api.errors import InvalidParameters
from digest.api.extensions import list_parameters
from digest.api.issues import ISSUE_MEMBERS, LIST_MEMBERS, story_members
from digest.api.parameter_fields import (
    MAX_NAME_LENGTH,
    DayField,
    MomentField,
    NamesField,
    OneOfField,
    SlugsField,
    WholeNumberField,
    hint,
)
from digest.api.scope import TEXT_FORMATS

MAX_ERRORS = 20


class Parameters(serializers.Serializer):
    """Query parameters; subclasses declare them as fields. Every endpoint takes ``site``."""

    site = serializers.RegexField(
        r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:[0-9]{1,5})?$",
        max_length=255,
        required=False,
        help_text="The site of this host name, or of this name and port; else that of the host.",
    )

    @classmethod
    def read(cls, query: QueryDict) -> dict[str, Any]:
        """Return the values by name, defaults filled in; InvalidParameters names what is wrong."""
        parameters = _made(cls)
        errors = [*parameters._unknown(query), *parameters._repeated(query)]
        try:
            values = parameters.run_validation(query.dict())
        except serializers.ValidationError as error:
            errors += _malformed(error.detail)
        if errors:
            raise InvalidParameters(errors[:MAX_ERRORS])
        return values

    def _unknown(self, query: QueryDict) -> Iterator[dict[str, str]]:
        unknown = (name for name in query if name not in self.fields)
        for name in islice(unknown, MAX_ERRORS):
            detail = "There is no such parameter." + hint(name, self.fields)
            yield _error(name, "unknown", detail)

    def _repeated(self, query: QueryDict) -> list[dict[str, str]]:
        return [
            _error(name, "repeated", "Give this parameter once.")
            for name, values in query.lists()
            if len(values) > 1
        ]


@cache
def _made(parameters: type[Parameters]) -> Parameters:
    """One instance of a class, which is never bound to a request: making the fields is slow."""
    return parameters()


def _malformed(details: dict[str, Any]) -> list[dict[str, str]]:
    return [_error(name, found[0].code, str(found[0])) for name, found in details.items()]


def _error(name: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": name[:MAX_NAME_LENGTH], "code": code, "detail": detail}


class NoParameters(Parameters):
    """For what takes no parameters but ``site``."""


class PageParameters(Parameters):
    """Which part of a list."""

    limit = WholeNumberField(
        min_value=1, max_value=100, default=20, help_text="How many results a page has."
    )
    cursor = serializers.RegexField(
        r"^[A-Za-z0-9_:-]+$",
        max_length=8000,
        required=False,
        help_text="Taken from `next` or `previous`, as it is.",
    )
    count = OneOfField(
        choices=["true", "false"], default="false", help_text="`true` adds `count` to the answer."
    )


class LocaleParameters(Parameters):
    """In which language."""

    locale = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        required=False,
        help_text="What is in this language, as `en` or `pt-br`.",
    )


class DigestListParameters(LocaleParameters, PageParameters):
    """Which digests, and which part of them."""


class IssueFilters(LocaleParameters):
    """Which issues."""

    digest = serializers.SlugField(
        allow_unicode=True,
        max_length=255,
        required=False,
        help_text="Issues of the digest of this slug.",
    )
    tag = SlugsField(required=False, help_text="Issues with any of these tags.")
    tag_all = SlugsField(required=False, help_text="Issues with all of these tags.")
    date_from = DayField(required=False, help_text="Issues of this day or later.")
    date_to = DayField(required=False, help_text="Issues of this day or earlier.")
    year = WholeNumberField(min_value=1, max_value=9999, required=False, help_text="Of this year.")
    month = WholeNumberField(
        min_value=1, max_value=12, required=False, help_text="Of this month, 1 to 12."
    )
    updated_since = MomentField(
        required=False, help_text="Issues that changed for readers at this moment or later."
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        """Add the list parameters of optional apps, unless a subclass declares its own."""
        added = {parameter.name: parameter.make_field() for parameter in list_parameters()}
        return added | super().get_fields()


class TextParameters(Parameters):
    """How rich text is written."""

    rich_text = OneOfField(
        choices=list(TEXT_FORMATS), default="html", help_text="How rich text is written."
    )


def _fields(names: Iterable[str] | Callable[[], Iterable[str]]) -> NamesField:
    return NamesField(
        names,
        required=False,
        help_text="These members and no others, separated by commas; by default all.",
    )


class IssueParameters(TextParameters):
    """What of an issue."""

    fields = _fields(ISSUE_MEMBERS)


class PreviewParameters(IssueParameters):
    """What of a draft."""

    field_map = OneOfField(
        choices=["true", "false"],
        default="false",
        help_text="`true` adds `field_map`: the field of the editor that each member comes from.",
    )


class LatestIssueParameters(IssueFilters, IssueParameters):
    """Which issue, and what of it."""


class IssueBySlugsParameters(LocaleParameters, IssueParameters):
    """In which language, and what of the issue."""


class IssueListParameters(IssueFilters, TextParameters, PageParameters):
    """Which issues, in which order, and what of them."""

    order = OneOfField(
        choices=["-date", "date"], default="-date", help_text="Newest or oldest first."
    )
    fields = _fields([*LIST_MEMBERS, "body"])
    include = NamesField(["body"], required=False, help_text="`body` adds the body of each issue.")


class StoryListParameters(IssueFilters, TextParameters, PageParameters):
    """Which stories, in which order, and what of them."""

    order = OneOfField(
        choices=["-date", "date"], default="-date", help_text="Newest or oldest first."
    )
    fields = _fields(story_members)


class SourceListParameters(PageParameters):
    """Which sources, and which part of them."""

    digest = serializers.SlugField(
        allow_unicode=True,
        max_length=255,
        required=False,
        help_text="Sources that issues of the digest of this slug cite.",
    )
    host = serializers.RegexField(
        r"^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$",
        max_length=255,
        required=False,
        help_text="Sources at this host.",
    )


class StoryParameters(LocaleParameters, TextParameters):
    """In which language, and what of the story."""

    fields = _fields(story_members)


class PathParameters(Parameters):
    """Where on the site."""

    path = serializers.RegexField(
        r"^/[^?#\\\x00-\x1f]*$",
        max_length=2000,
        help_text="The path of an address on the site, as `/daily/2026-04-14/`.",
    )
