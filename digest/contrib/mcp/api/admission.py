"""Who may send a message, how often, and with what body."""

from math import ceil

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, Throttled

from digest.api import errors, parsers
from digest.api.throttling import IPAddressThrottle
from digest.caching import replica
from digest.contrib.mcp import engine
from digest.contrib.submissions.api.authentication import ApiKeyAuthentication
from digest.importing.documents import MAX_BYTES

MAX_BODY = MAX_BYTES + 64 * 1024  # a document, and the message around it


def admit(request: HttpRequest) -> HttpResponse | None:
    """Set ``mcp_key`` to the API key, or None, and read the body; or return a refusal."""
    try:
        _check_throttle(request)
        request.mcp_key = _key_of(request)
        parsers.read_media_type(request, [parsers.MEDIA_TYPE])
        body = parsers.read_bytes(request, MAX_BODY)
        parsers.parse_object(body)  # more strictly than the engine
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


def _refusal(error: APIException) -> HttpResponse:
    problem = errors.problem_of(error)
    response = engine.refusal(problem["status"], problem["detail"], problem)
    for name, value in (getattr(error, "headers", None) or {}).items():
        response[name] = value
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(ceil(wait))
    return response
