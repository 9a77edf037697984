"""Errors as problem details (RFC 9457), for every path of the API.

``{"type", "title", "status", "detail", "errors"}``; ``type`` is a URL below the API that explains
the problem type, ``errors`` names each invalid parameter.
"""

import logging
from math import ceil
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import set_rollback

from digest.caching import replica
from digest.caching.headers import CORS

CONTENT_TYPE = "application/problem+json"
logger = logging.getLogger("django.request")


class Problem(NamedTuple):
    """A problem type; ``name`` is the fragment of ``type``, ``detail`` the default detail."""

    name: str
    status: int
    title: str
    detail: str


PROBLEMS = {
    problem.status: problem
    for problem in [
        Problem("invalid-request", 400, "Invalid request", "The request is malformed."),
        Problem("not-found", 404, "Not found", "Nothing was found at this URL."),
        Problem("method-not-allowed", 405, "Method not allowed", "Use GET, HEAD or OPTIONS."),
        Problem(
            "not-acceptable",
            406,
            "Not acceptable",
            "Accept application/json, or text/markdown for an issue.",
        ),
        Problem(
            "too-many-requests", 429, "Too many requests", "Wait as long as Retry-After requires."
        ),
        Problem("server-error", 500, "Server error", "The server failed; the error was logged."),
    ]
}


class InvalidParameters(exceptions.ValidationError):
    """The query parameters are unknown, repeated or malformed (400).

    ``errors`` is a list of ``{"parameter", "code", "detail"}``.
    """

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("The query parameters are not valid.")
        self.errors = errors


def problem(status: int, **fields: Any) -> dict[str, Any]:
    """Return the body of a problem response; ``fields`` extend or override it."""
    kind = PROBLEMS[status]
    body = {
        "type": f"{reverse('digest:api:problems')}#{kind.name}",
        "title": kind.title,
        "status": status,
        "detail": kind.detail,
    }
    return body | fields


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """Return a problem response for any exception of a view."""
    if replica.has_failed():  # The response is rendered again (``replica.retry_on_primary``).
        raise exc
    set_rollback()
    request = context["request"]  # a problem is JSON, whatever media type was negotiated
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), CONTENT_TYPE
    if isinstance(exc, InvalidParameters):
        body = problem(400, detail=str(exc.detail[0]), errors=exc.errors)
        return Response(body, 400, content_type=CONTENT_TYPE)
    status = _status(exc)
    if status == 500:
        _report(exc, request)
    response = Response(problem(status), status, content_type=CONTENT_TYPE)
    if wait := getattr(exc, "wait", None):
        response["Retry-After"] = str(ceil(wait))
    return response


def _status(exc: Exception) -> int:
    if isinstance(exc, (Http404, PermissionDenied)):
        return 404
    if isinstance(exc, SuspiciousOperation):  # more parameters than Django reads, for one
        return 400
    status = getattr(exc, "status_code", 500) if isinstance(exc, exceptions.APIException) else 500
    return status if status in PROBLEMS else 400


def _report(exc: Exception, request: Any) -> None:
    """Log an unhandled exception and notify error trackers, as Django does."""
    got_request_exception.send(sender=exception_handler, request=request._request)
    logger.error("Internal Server Error: %s", request.path, exc_info=exc)


def problem_response(status: int) -> JsonResponse:
    """Return a problem response outside a view."""
    return JsonResponse(problem(status), status=status, content_type=CONTENT_TYPE, headers=CORS)


def prevent_language_redirect(request: HttpRequest) -> None:
    """Keep LocaleMiddleware from redirecting a 404 to the same path below a language.

    It does so if the URLconf has ``i18n_patterns``, and some page class might accept any path. Give
    the request a URLconf without them.
    """
    request.urlconf = "digest.urls"


def is_api_path(request: HttpRequest) -> bool:
    """Return whether the path is below the API or another version of it."""
    versions = reverse("digest:api:map").rstrip("/").rpartition("/")[0]  # "/api" of "/api/v1/"
    return f"{request.path}/".startswith(f"{versions}/") if versions else False


# For handler400, handler404 and handler500 of a site's URLconf: errors before a view is reached, as
# a host that is not allowed, a URL that does not exist or an exception in a middleware.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a problem response below the API, Django's page elsewhere (``handler400``)."""
    if is_api_path(request):
        return problem_response(400)
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return a problem response below the API, the site's page elsewhere (``handler404``)."""
    if is_api_path(request):
        prevent_language_redirect(request)
        return problem_response(404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Return a problem response below the API, the site's page elsewhere (``handler500``)."""
    return problem_response(500) if is_api_path(request) else defaults.server_error(request)
