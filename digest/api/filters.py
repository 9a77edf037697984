"""Query parameters: what each list takes, with its bounds, and how it narrows the list.

A serializer of parameters is both the rule and its documentation: the schema is made from it.
Whatever is unknown, repeated or malformed is refused by name; nothing is silently ignored.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from rest_framework import serializers

from digest import visibility
from digest.api.errors import InvalidParameters
from digest.models import get_digest_page_model, get_issue_tag_model

MAX_VALUES = 20


class WholeNumberField(serializers.IntegerField):
    """Digits and nothing else; DRF alone also takes "5.0" and " 5"."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse what is not up to nine ASCII digits."""
        if not re.fullmatch(r"[0-9]{1,9}", str(data)):
            self.fail("invalid")
        return super().to_internal_value(data)


class DayField(serializers.DateField):
    """A day as 2026-04-14, whatever the site's own formats are."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


class SlugsField(serializers.CharField):
    """Slugs separated by commas, as a list."""

    default_error_messages = {
        "slug": "Enter slugs separated by commas.",
        "many": f"Enter at most {MAX_VALUES} slugs.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """Split at the commas; each part must be a slug."""
        slugs = super().to_internal_value(data).split(",")
        if len(slugs) > MAX_VALUES:
            self.fail("many")
        if not all(re.fullmatch(r"[\w-]{1,255}", slug) for slug in slugs):
            self.fail("slug")
        return slugs


class Parameters(serializers.Serializer):
    """Query parameters; subclasses declare them as fields."""

    @classmethod
    def read(cls, query: QueryDict) -> dict[str, Any]:
        """Return the values by name, defaults filled in; InvalidParameters names what is wrong."""
        parameters = cls(data=query.dict())
        errors = parameters._unknown(query) + parameters._repeated(query)
        if not parameters.is_valid():
            errors += parameters._malformed()
        if errors:
            raise InvalidParameters(errors)
        return parameters.validated_data

    def _unknown(self, query: QueryDict) -> list[dict[str, str]]:
        return [
            _error(name, "unknown", "There is no such parameter." + self._hint(name))
            for name in query
            if name not in self.fields
        ]

    def _hint(self, name: str) -> str:
        meant = get_close_matches(name, self.fields, n=1)
        return f" Did you mean “{meant[0]}”?" if meant else ""

    def _repeated(self, query: QueryDict) -> list[dict[str, str]]:
        return [
            _error(name, "repeated", "Give this parameter once.")
            for name, values in query.lists()
            if len(values) > 1
        ]

    def _malformed(self) -> list[dict[str, str]]:
        return [
            _error(name, details[0].code, str(details[0])) for name, details in self.errors.items()
        ]


def _error(name: str, code: str, detail: str) -> dict[str, str]:
    return {"parameter": name[:100], "code": code, "detail": detail}


class NoParameters(Parameters):
    """For what takes no parameters: any is refused."""


class PageParameters(Parameters):
    """Which part of a list."""

    limit = WholeNumberField(
        min_value=1, max_value=100, default=20, help_text="How many results a page has."
    )
    cursor = serializers.CharField(
        max_length=4000, required=False, help_text="Taken from `next` or `previous`, as it is."
    )
    count = serializers.ChoiceField(
        choices=["true", "false"], default="false", help_text="`true` adds `count` to the answer."
    )


class IssueFilters(Parameters):
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
    updated_since = serializers.DateTimeField(
        input_formats=["iso-8601"],
        required=False,
        help_text="Issues that changed for readers at this time or later.",
    )
    locale = serializers.RegexField(
        r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=35,
        required=False,
        help_text="Issues in this language, as `en` or `pt-br`.",
    )


class IssueListParameters(IssueFilters, PageParameters):
    """Which issues, in which order, and what of them."""

    order = serializers.ChoiceField(
        choices=["-date", "date"], default="-date", help_text="Newest or oldest first."
    )
    include = serializers.ChoiceField(
        choices=["body"], required=False, help_text="`body` adds the body of each issue."
    )


def filter_issues(issues: QuerySet, parameters: dict[str, Any]) -> QuerySet:
    """Narrow a queryset of public issues by validated parameters."""
    for name, lookup in LOOKUPS.items():
        if name in parameters:
            issues = issues.filter(**{lookup: parameters[name]})
    if "tag" in parameters:
        issues = _tagged(issues, parameters["tag"])
    for slug in parameters.get("tag_all", []):
        issues = _tagged(issues, [slug])
    if "updated_since" in parameters:
        issues = issues.filter(_updated_since(parameters["updated_since"]))
    if "digest" in parameters:
        digests = get_digest_page_model().objects.filter(slug=parameters["digest"])
        issues = of_digests(issues, visibility.public(digests))
    return issues


LOOKUPS = {
    "date_from": "date__gte",
    "date_to": "date__lte",
    "year": "date__year",
    "month": "date__month",
    "locale": "locale__language_code__iexact",
}


def _tagged(issues: QuerySet, slugs: list[str]) -> QuerySet:
    tagged = get_issue_tag_model().objects.filter(tag__slug__in=slugs)
    return issues.filter(pk__in=tagged.values("content_object_id"))


def _updated_since(moment: datetime) -> Q:
    """As ``IssuePageMixin.updated_at``, which falls back where code made an issue live."""
    first = Q(last_published_at=None, first_published_at__gte=moment)
    neither = Q(last_published_at=None, first_published_at=None, date__gte=moment.date())
    return Q(last_published_at__gte=moment) | first | neither


def of_digests(issues: QuerySet, digests: Iterable[Any]) -> QuerySet:
    """Those of the issues that stand below one of the digests."""
    within = issues.none()
    for digest in digests:
        within |= issues.child_of(digest)
    return within
