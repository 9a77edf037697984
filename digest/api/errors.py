"""Errors as problem details (RFC 9457), from every path of the API and in one shape.

``{"type", "title", "status", "detail", "errors"}``; ``type`` is an address below the API where the
kind of problem is explained, ``errors`` names each wrong parameter.
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
    """A kind of problem: its name in ``type``, its status, its title, and what to do about it."""

    name: str
    status: int
    title: str
    detail: str


PROBLEMS = {
    problem.status: problem
    for problem in [
        Problem("invalid-request", 400, "Invalid request", "The request cannot be understood."),
        Problem("not-found", 404, "Not found", "There is nothing at this address."),
        Problem("method-not-allowed", 405, "Method not allowed", "Use GET, HEAD or OPTIONS."),
        Problem(
            "not-acceptable",
            406,
            "Not acceptable",
            "Ask for application/json; for an issue, text/markdown too.",
        ),
        Problem("too-many-requests", 429, "Too many requests", "Try again after Retry-After."),
        Problem("server-error", 500, "Server error", "Something failed here; it has been logged."),
    ]
}


class InvalidParameters(exceptions.ValidationError):
    """Query parameters that are unknown, repeated or malformed: 400, each one named.

    ``errors`` is a list of ``{"parameter", "code", "detail"}``.
    """

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("The query parameters are not valid.")
        self.errors = errors


def problem(status: int, **members: Any) -> dict[str, Any]:
    """The body of a problem response; ``members`` add to it or replace what it says."""
    kind = PROBLEMS[status]
    body = {
        "type": f"{reverse('digest:api:problems')}#{kind.name}",
        "title": kind.title,
        "status": status,
        "detail": kind.detail,
    }
    return body | members


def handle(exc: Exception, context: dict[str, Any]) -> Response:
    """Turn any exception of a view into a problem response (DRF's exception handler)."""
    if replica.has_failed():  # The answer is made again (``replica.retry_on_primary``).
        raise exc
    set_rollback()
    request = context["request"]  # whatever the answer would have been, a problem is JSON
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
    """Say what Django says of an unhandled exception, to its log and to error trackers."""
    got_request_exception.send(sender=handle, request=request._request)
    logger.error("Internal Server Error: %s", request.path, exc_info=exc)


def problem_response(status: int) -> JsonResponse:
    """A problem response outside a view."""
    return JsonResponse(problem(status), status=status, content_type=CONTENT_TYPE, headers=CORS)


def stay_not_found(request: HttpRequest) -> None:
    """Keep LocaleMiddleware from leading elsewhere: where the addresses of pages begin with a
    language, it looks for a missing one behind it, and some page class might take any. It goes by
    the URLconf, and this one has no languages."""
    request.urlconf = "digest.urls"


def is_api_path(request: HttpRequest) -> bool:
    """Whether a request is for the API or another version of it, however it failed."""
    versions = reverse("digest:api:map").rstrip("/").rpartition("/")[0]  # "/api" of "/api/v1/"
    return f"{request.path}/".startswith(f"{versions}/") if versions else False


# For the handler400, handler404 and handler500 of a site's URLconf: what fails before a view is
# reached (a host that is not allowed, an address of nothing, a crash of a middleware).


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler400``: a problem for the API, Django's page for the rest."""
    if is_api_path(request):
        return problem_response(400)
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """``handler404``: a problem for the API, the site's page for the rest."""
    if is_api_path(request):
        stay_not_found(request)
        return problem_response(404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """``handler500``: a problem for the API, the site's page for the rest."""
    return problem_response(500) if is_api_path(request) else defaults.server_error(request)
