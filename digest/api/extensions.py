"""Extensions of the API by optional apps.

An app registers the dotted name of a module in ``registry.api_extensions``. The module has
``extension``, an ``APIExtension``; it is imported when the API is first used.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern
from django.utils.module_loading import import_string
from rest_framework import serializers

from digest.registry import registry


@dataclass(frozen=True)
class ListParameter:
    """A query parameter of the lists of issues and stories, and its filter.

    ``filter`` takes a queryset of issues or of stories, and the validated value.
    """

    name: str
    make_field: Callable[[], serializers.Field]
    filter: Callable[[QuerySet, Any], QuerySet]


@dataclass(frozen=True)
class APIExtension:
    """The URLs, list parameters, links of the map and schema examples that an app adds."""

    urlpatterns: Sequence[URLPattern]
    list_parameters: Sequence[ListParameter] = ()
    links: Sequence[str] = ()
    examples: dict[str, Any] = field(default_factory=dict)


@cache
def extensions() -> list[APIExtension]:
    """Return the extensions of the installed apps."""
    return [import_string(f"{module}.extension") for module in registry.api_extensions]


def list_parameters() -> Iterator[ListParameter]:
    """Yield the query parameters that apps add to lists."""
    for extension in extensions():
        yield from extension.list_parameters


def links() -> list[str]:
    """Return the names of the endpoints that apps add to the links of the map."""
    return [name for extension in extensions() for name in extension.links]
