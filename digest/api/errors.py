"""Errors as problem details (RFC 9457), for every path of the API.

``{"type", "title", "status", "detail", "errors"}``; ``type`` is a URL below the API that explains
the problem type, ``errors`` names each invalid parameter, or field of a body.
"""

import logging
from math import ceil
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from django.urls import reverse
from django.utils.text import get_text_list
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from digest.api.renderers import JSONRenderer
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


# Of an exception that has no ``problem`` of its own, by its status
PROBLEMS = {
    problem.status: problem
    for problem in [
        Problem("invalid-request", 400, "Invalid request", "The request is malformed."),
        Problem("forbidden", 403, "Forbidden", "This request is not allowed."),
        Problem("not-found", 404, "Not found", "Nothing was found at this URL."),
        Problem("method-not-allowed", 405, "Method not allowed", "Use a method listed in Allow."),
        Problem(
            "not-acceptable",
            406,
            "Not acceptable",
            "Accept application/json, or text/markdown for an issue.",
        ),
        Problem("content-too-large", 413, "Content too large", "The body is larger than allowed."),
        Problem(
            "unsupported-media-type",
            415,
            "Unsupported media type",
            "Send application/json in UTF-8, without Content-Encoding.",
        ),
        Problem(
            "too-many-requests", 429, "Too many requests", "Wait as long as Retry-After requires."
        ),
        Problem("server-error", 500, "Server error", "The server failed; the error was logged."),
    ]
}


class ProblemError(exceptions.APIException):
    """An error with a problem type, as apps add them to the API (``APIExtension.problems``).

    ``errors`` is a list of ``{"code", "detail"}``, each with its place.
    """

    def __init__(
        self,
        problem: Problem,
        detail: str = "",
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        wait: float | None = None,
    ) -> None:
        super().__init__(detail or problem.detail)
        self.problem, self.errors, self.headers, self.wait = problem, errors, headers, wait


class InvalidRequest(exceptions.ValidationError):
    """The request is invalid (400).

    ``errors`` is a list of ``{"code", "detail"}``, each with its place.
    """

    default_detail = "The request is not valid."

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(self.default_detail)
        self.errors = errors


class InvalidParameters(InvalidRequest):
    """The query parameters are unknown, repeated or malformed; the place is ``"parameter"``."""

    default_detail = "The query parameters are not valid."


class InvalidBody(InvalidRequest):
    """The body is not JSON or not of the right fields; the place is ``"pointer"`` (RFC 6901)."""

    default_detail = "The body is not valid."


class Forbidden(exceptions.PermissionDenied):
    """The request is not allowed (403), for the reason in ``detail``; hidden content is a 404."""


class ContentTooLarge(exceptions.APIException):
    """The body has more than ``max_bytes`` (413)."""

    status_code = 413

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"The body has more than {max_bytes} bytes.")


class UnsupportedMediaType(exceptions.APIException):
    """The type or the encoding of the body is not accepted (415); ``headers`` has what is."""

    status_code = 415

    def __init__(self, headers: dict[str, str]) -> None:
        accepted = headers.get("Accept-Post", "the body").split(", ")
        what = get_text_list(accepted, "or")
        super().__init__(f"Send {what} in UTF-8, without Content-Encoding.")
        self.headers = headers


def problem(kind: Problem | int, **fields: Any) -> dict[str, Any]:
    """Return the body of a problem of a type, or of a status; ``fields`` extend or override it."""
    if isinstance(kind, int):
        kind = PROBLEMS[kind]
    body = {
        "type": f"{reverse('digest:api:problems')}#{kind.name}",
        "title": kind.title,
        "status": kind.status,
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
    body = problem_of(exc, context["view"])
    if body["status"] == 500:
        _report(exc, request)
    headers = getattr(exc, "headers", None)
    response = Response(body, body["status"], headers=headers, content_type=CONTENT_TYPE)
    if wait := getattr(exc, "wait", None):
        response["Retry-After"] = str(ceil(wait))
    return response


def problem_of(exc: Exception, view: Any = None) -> dict[str, Any]:
    """Return the body of the problem for an exception, which a view may have raised."""
    kind = getattr(exc, "problem", None) or PROBLEMS[_status(exc)]
    return problem(kind, **_fields(exc, view))


def _fields(exc: Exception, view: Any) -> dict[str, Any]:
    """Return the fields of a problem in which it differs from others of its type."""
    if isinstance(exc, InvalidRequest):
        return {"detail": str(exc.detail[0]), "errors": exc.errors}
    if isinstance(exc, ProblemError) and exc.errors:
        return {"detail": str(exc.detail), "errors": exc.errors}
    if isinstance(exc, (ProblemError, Forbidden, ContentTooLarge, UnsupportedMediaType)):
        return {"detail": str(exc.detail)}
    if isinstance(exc, exceptions.MethodNotAllowed):
        *others, last = view.allowed_methods
        return {"detail": f"Use {', '.join(others)} or {last}."}
    return {}


def _status(exc: Exception) -> int:
    if isinstance(exc, (Http404, PermissionDenied)):
        return 404
    if isinstance(exc, RequestDataTooBig):
        return 413
    if isinstance(exc, UnreadablePostError):  # the client has disconnected
        return 400
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
        return problem_response(413 if isinstance(exception, RequestDataTooBig) else 400)
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
