"""A request id for every request: taken from the proxy or made, echoed, and on each log line."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

# What a proxy may send; anything else could forge log lines or headers and is replaced.
ACCEPTED = re.compile(r"[A-Za-z0-9._:=+/@-]{1,128}")

# Never reset at the end of a request: the handler and the server write their lines about it after
# the middleware has returned. The next request of the same thread overwrites it.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


class RequestIdMiddleware:
    """Take or make X-Request-ID, keep it for the log lines, and send it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        request_id.set(sent if ACCEPTED.fullmatch(sent) else uuid.uuid4().hex)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id.get()
        return response


class RequestIdFilter(logging.Filter):
    """Put the id of the current request on each log record, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True
