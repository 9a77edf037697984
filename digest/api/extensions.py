"""Extensions of the API by optional apps.

An app registers the dotted name of a module in ``registry.api_extensions``. The module has
``extension``, an ``APIExtension``; it is imported when the API is first used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.module_loading import import_string
from rest_framework import serializers

import digest.url_converters  # noqa: F401 (the URLs of apps use them)
from digest.api.errors import PROBLEMS, Problem
from digest.api.scope import Scope
from digest.registry import registry


@dataclass(frozen=True)
class ListParameter:
    """A query parameter of the lists of issues and stories, and its filter.

    ``filter`` takes a queryset of issues or of stories, and the validated value. ``first`` may find
    the first matching issues faster: see ``pagination.First``, after the same two arguments.
    """

    name: str
    make_field: Callable[[], serializers.Field]
    filter: Callable[[QuerySet, Any], QuerySet]
    first: Callable[..., tuple[QuerySet, bool]] | None = None


@dataclass(frozen=True)
class FreshParameter:
    """A query parameter of every endpoint, for a response that is not older than a change.

    A request with it reads the primary and no replica. It changes nothing else, so that links in
    responses are without it, except those to the next and the previous page.
    """

    name: str
    make_field: Callable[[], serializers.Field]


@dataclass(frozen=True)
class DigestField:
    """A field of every digest: in the list, by itself and in ``/site/``.

    ``values`` takes all digests of a response and returns the value of each by primary key, with a
    constant number of queries; the others get null. The schema's example of a digest has
    ``example``.
    """

    name: str
    make_field: Callable[[], serializers.Field]
    values: Callable[[Sequence[Any], Scope], Mapping[int, Any]]
    example: Any = None


@dataclass(frozen=True)
class APIExtension:
    """What an app adds to the API.

    ``links`` are those of the map, ``examples`` those of the schema's components, and ``tags`` the
    descriptions of the schema's tags (the first part of a path). ``components`` are serializers of
    data that no endpoint of the schema returns, ``schemas`` components in JSON Schema, and
    ``webhooks`` the requests that the site sends, as path items of OpenAPI by name.
    """

    urlpatterns: Sequence[URLPattern] = ()
    list_parameters: Sequence[ListParameter] = ()
    fresh_parameters: Sequence[FreshParameter] = ()
    digest_fields: Sequence[DigestField] = ()
    links: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    examples: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    components: Sequence[type[serializers.Serializer]] = ()
    schemas: dict[str, Any] = field(default_factory=dict)
    webhooks: dict[str, Any] = field(default_factory=dict)


@cache
def extensions() -> list[APIExtension]:
    """Return the extensions of the installed apps."""
    return [import_string(f"{module}.extension") for module in registry.api_extensions]


def list_parameters() -> Iterator[ListParameter]:
    """Yield the query parameters that apps add to lists."""
    for extension in extensions():
        yield from extension.list_parameters


@cache
def fresh_parameters() -> list[FreshParameter]:
    """Return the query parameters that apps add to every endpoint."""
    return [parameter for app in extensions() for parameter in app.fresh_parameters]


def has_fresh(request: HttpRequest) -> bool:
    """Return whether the query has one of ``fresh_parameters``."""
    if not request.META.get("QUERY_STRING"):  # as most requests; parsing one takes time
        return False
    try:
        return any(parameter.name in request.GET for parameter in fresh_parameters())
    except SuspiciousOperation:  # The view responds with an error.
        return False


def digest_fields() -> Iterator[DigestField]:
    """Yield the fields that apps add to digests."""
    for extension in extensions():
        yield from extension.digest_fields


def links() -> list[str]:
    """Return the names of the endpoints that apps add to the links of the map."""
    return [name for extension in extensions() for name in extension.links]


def problem_types() -> list[Problem]:
    """Return the problem types of the API and of apps, by status."""
    added = [problem for extension in extensions() for problem in extension.problems]
    return sorted([*PROBLEMS.values(), *added], key=lambda problem: problem.status)
