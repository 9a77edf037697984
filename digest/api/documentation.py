"""The OpenAPI document, and the HTML pages that show it and explain the problem types."""

from collections import ChainMap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.settings import patched_settings
from rest_framework.renderers import StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from digest import __version__
from digest.api.base import APIView
from digest.api.bodies import Body
from digest.api.examples import EXAMPLES
from digest.api.extensions import digest_fields, extensions, problem_types
from digest.api.schema import component_schema
from digest.api.shared_parameters import share_parameters
from digest.conf import conf

SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Digest API",
    "DESCRIPTION": "Reads the public issues of digests. No account, no key, no cookies.",
    "VERSION": __version__,
    "LICENSE": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
    "CONTACT": {"name": "wagtail-digest contributors"},
    "SCHEMA_PATH_PREFIX": "",
    "POSTPROCESSING_HOOKS": ["digest.api.documentation.remove_internal_keys"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
}
TAGS = {
    "root": "The URLs of the endpoints.",
    "site": "The site: its languages, navigation and digests.",
    "pages": "The page or the redirect at a path.",
    "digests": "Publications, such as a daily letter.",
    "issues": "The issues of digests, with or without their blocks.",
    "stories": "Stories, which are blocks of issues, by themselves.",
    "sources": "Web pages that issues cite.",
    "tags": "Tags of public issues.",
    "preview": "Drafts, for anyone with a preview token.",
}
_generation_lock = Lock()


def remove_internal_keys(result: Any, **kwargs: Any) -> Any:
    """Remove the keys by which drf-spectacular marks enums internally."""
    if isinstance(result, dict):
        return {
            key: remove_internal_keys(value)
            for key, value in result.items()
            if key != "x-spec-enum-id"
        }
    return [remove_internal_keys(item) for item in result] if isinstance(result, list) else result


class Generator(SchemaGenerator):
    """Add the components of apps, which no path refers to."""

    def parse(self, input_request: Any, public: bool) -> dict[str, Any]:
        paths = super().parse(input_request, public)
        for extension in extensions():
            for serializer in extension.components:
                component_schema(self.registry).resolve_serializer(serializer, "response")
        return paths


@contextmanager
def _generating() -> Iterator[None]:
    """Generate in the site's language, as schemas are cached; locked, as threads share settings."""
    with _generation_lock, translation.override(settings.LANGUAGE_CODE), patched_settings(SETTINGS):
        yield


def body_schema(body: type[Body]) -> dict[str, Any]:
    """Return the JSON Schema of a body outside the document; its fields are no objects."""
    with _generating():
        return component_schema(ComponentRegistry())._map_serializer(body(), "request")


@cache
def build_schema() -> dict[str, Any]:
    """Return the OpenAPI document, with paths relative to the root URL of the API."""
    root = reverse("digest:api:map")  # first, since it loads digest.urls with its converters
    with _generating():
        generator = Generator(urlconf="digest.api.urls")
        schema = generator.get_schema(request=None, public=True)
    digest = EXAMPLES["Digest"] | {field.name: field.example for field in digest_fields()}
    added = [extension.examples for extension in extensions()]
    for name, example in ChainMap({"Digest": digest}, EXAMPLES, *added).items():
        schema["components"]["schemas"][name]["examples"] = [example]
    tags = ChainMap(TAGS, *(extension.tags for extension in extensions()))
    named = [
        {"name": name} | ({"description": tags[name]} if name in tags else {})
        for name in _tags_in_use(schema)
    ]
    _add_webhooks(schema)
    return share_parameters(schema) | {"servers": [{"url": root.rstrip("/")}], "tags": named}


def _add_webhooks(schema: dict[str, Any]) -> None:
    """Add the requests that apps send, and the components that only these have."""
    for extension in extensions():
        schema["components"]["schemas"] |= extension.schemas
        if extension.webhooks:
            schema["webhooks"] = schema.get("webhooks", {}) | extension.webhooks


def _tags_in_use(schema: dict[str, Any]) -> list[str]:
    """Return the tags of the operations, in the order of the paths."""
    operations = [each for methods in schema["paths"].values() for each in methods.values()]
    return list(dict.fromkeys(tag for each in operations for tag in each["tags"]))


class SchemaView(APIView):
    """Return the OpenAPI 3.1 document."""

    schema = None

    def get(self, request: Request) -> Response:
        if not conf.API_DOCS_ENABLED:
            raise Http404
        root = self.scope.api_root.rstrip("/")
        return Response(build_schema() | {"servers": [{"url": root}]})


class HTMLView(APIView):
    """Base class of HTML pages, which use only the site's own static files."""

    schema = None
    renderer_classes = [StaticHTMLRenderer]
    template_name: str

    def get(self, request: Request) -> HttpResponse:
        return render(request._request, self.template_name, {"problems": problem_types()})


class DocsView(HTMLView):
    """Render Swagger UI."""

    template_name = "digest/api/docs.html"

    def get(self, request: Request) -> HttpResponse:
        if not conf.API_DOCS_ENABLED:
            raise Http404
        return super().get(request)


class ProblemsView(HTMLView):
    """Render the explanations of the problem types, to which ``type`` links."""

    template_name = "digest/api/problems.html"
