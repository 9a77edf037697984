"""Request ids: from the proxy or generated, in the response and in each log record."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

# Anything else could forge log lines or headers, and is replaced.
ACCEPTED = re.compile(r"[A-Za-z0-9._:=+/@-]{1,128}")

# Not reset at the end of a request, because the handler and the server log it after the middleware
# has returned. The next request of the thread overwrites it.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestIdMiddleware:
    """Accept or generate X-Request-ID, and return it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id.set(sent if ACCEPTED.fullmatch(sent) else uuid.uuid4().hex)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        return response


class RequestIdFilter(logging.Filter):
    """Add ``request_id`` to log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True
