"""Who may send a message, how often, and with what body."""

from math import ceil
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, Throttled

from digest.api import errors, parsers
from digest.api.errors import InvalidBody
from digest.api.throttling import IPAddressThrottle
from digest.caching import replica
from digest.contrib.mcp import engine
from digest.contrib.submissions.api.authentication import ApiKeyAuthentication
from digest.importing.documents import MAX_BYTES

MAX_MESSAGE = 64 * 1024  # without a document
# JSON with escapes takes up to three bytes for each one of a document, whose own limit holds later.
MAX_WITH_DOCUMENT = MAX_MESSAGE + 3 * MAX_BYTES
# Of what the engine repeats in its response
MAX_ID = MAX_NAME = 200


def admit(request: HttpRequest) -> HttpResponse | None:
    """Set ``mcp_key`` to the API key, or None, and read the body; or return a refusal."""
    try:
        _check_throttle(request)
        request.mcp_key = _key_of(request)
        parsers.read_media_type(request, [parsers.MEDIA_TYPE])
        limit = MAX_WITH_DOCUMENT if request.mcp_key else MAX_MESSAGE
        body = parsers.read_bytes(request, limit)
        _check_lengths(parsers.parse_object(body))  # which is stricter than the engine
    except APIException as error:
        return _refusal(error)
    request._body = body  # where Django keeps what was read
    return None


def _check_throttle(request: HttpRequest) -> None:
    """Count the request, so that guessed keys count, too; raise Throttled."""
    throttle = IPAddressThrottle.of(request)
    if not throttle.is_allowed:
        raise Throttled(throttle.wait())


def _key_of(request: HttpRequest) -> object | None:
    """Return the key in ``Authorization``, None without one; an invalid one is never anonymous."""
    if "Authorization" not in request.headers:
        return None
    with replica.primary():
        _user, key = ApiKeyAuthentication().authenticate(request)
    return key


def _check_lengths(message: dict[str, Any]) -> None:
    """Raise InvalidBody for a long id, method or name of a tool."""
    params = message.get("params")
    name = params.get("name") if isinstance(params, dict) else None
    lengths = [
        ("/id", message.get("id"), MAX_ID),
        ("/method", message.get("method"), MAX_NAME),
        ("/params/name", name, MAX_NAME),
    ]
    for pointer, value, limit in lengths:
        if isinstance(value, str) and len(value) > limit:
            detail = f"Use at most {limit} characters."
            raise InvalidBody([{"pointer": pointer, "code": "max_length", "detail": detail}])


def _refusal(error: APIException) -> HttpResponse:
    problem = errors.problem_of(error)
    wait = getattr(error, "wait", None)
    if wait:
        problem["retry_after"] = ceil(wait)
    codes = {each["code"] for each in problem.get("errors", ())}
    is_no_json = not codes.isdisjoint({"json", "encoding"})
    response = engine.refusal(problem["status"], problem["detail"], problem, is_no_json)
    for name, value in (getattr(error, "headers", None) or {}).items():
        response[name] = value
    if wait:
        response["Retry-After"] = str(ceil(wait))
    return response
