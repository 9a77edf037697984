"""The schema, a page to browse it, and what each kind of problem means."""

from collections import ChainMap
from functools import cache
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from rest_framework.renderers import StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from digest import __version__
from digest.api.base import APIView
from digest.api.errors import PROBLEMS
from digest.api.examples import EXAMPLES
from digest.api.extensions import extensions
from digest.conf import conf

SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Digest API",
    "DESCRIPTION": "Reads the public issues of digests. No account, no key, no cookies.",
    "VERSION": __version__,
    "SCHEMA_PATH_PREFIX": "",
    "POSTPROCESSING_HOOKS": ["digest.api.documentation.without_internal_members"],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
}
_generating = Lock()


def without_internal_members(result: Any, **kwargs: Any) -> Any:
    """Drop what drf-spectacular marks enums with for itself."""
    if isinstance(result, dict):
        return {
            key: without_internal_members(value)
            for key, value in result.items()
            if key != "x-spec-enum-id"
        }
    return (
        [without_internal_members(item) for item in result] if isinstance(result, list) else result
    )


@cache
def build_schema() -> dict[str, Any]:
    """The OpenAPI document, with paths below the address of the API."""
    address = reverse("digest:api:map")  # first, since it loads digest.urls with its converters
    # In the site's language, whoever asks first; under a lock, as the settings are all threads'.
    with _generating, translation.override(settings.LANGUAGE_CODE), patched_settings(SETTINGS):
        generator = SchemaGenerator(urlconf="digest.api.urls")
        schema = generator.get_schema(request=None, public=True)
    examples = [EXAMPLES, *(extension.examples for extension in extensions())]
    for name, example in ChainMap(*examples).items():
        schema["components"]["schemas"][name]["examples"] = [example]
    return schema | {"servers": [{"url": address.rstrip("/")}]}


class SchemaView(APIView):
    """The OpenAPI 3.1 document of this API."""

    schema = None

    def get(self, request: Request) -> Response:
        """Answer with it."""
        if not conf.API_DOCS_ENABLED:
            raise Http404
        return Response(build_schema())


class PageView(APIView):
    """A page for people, made of this site's own static files."""

    schema = None
    renderer_classes = [StaticHTMLRenderer]
    template_name: str

    def get(self, request: Request) -> HttpResponse:
        """Show it."""
        return render(request._request, self.template_name, {"problems": PROBLEMS.values()})


class DocsView(PageView):
    """A page to browse the API in."""

    template_name = "digest/api/docs.html"

    def get(self, request: Request) -> HttpResponse:
        """Show it, unless it is switched off."""
        if not conf.API_DOCS_ENABLED:
            raise Http404
        return super().get(request)


class ProblemsView(PageView):
    """What each kind of problem means: where ``type`` of a problem response leads."""

    template_name = "digest/api/problems.html"
