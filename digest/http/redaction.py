"""Redact preview tokens in logs and error reports: with a token anyone can read the draft."""

import logging
import re
from copy import copy
from typing import Any

from django.http import HttpRequest

# The rest of a URL behind the segment "preview", at whatever prefix the site mounts the API and the
# pages, in any spelling that a server may log: with percent-encoded letters, several slashes, dot
# segments. A slug such as "preview-of-the-elections" is another word.
PREVIEW = re.compile(
    "((?:"
    + "".join(f"(?:{c}|%{ord(c):x}|%{ord(c.upper()):x})" for c in "preview")
    + r")(?![\w-]))(\S+)",
    re.IGNORECASE,
)
TOKEN = re.compile(r"(?:[A-Za-z0-9_-]|%(?!2f)[0-9a-f]{2}){20,}", re.IGNORECASE)
# Loggers that write request URLs: those of Django, its development servers (Channels' too), and
# application servers. Daphne writes its access log without a logger.
LOGGERS = ["django.request", "django.security.DisallowedHost", "django.security.csrf"]
LOGGERS += ["django.server", "django.channels.server", "gunicorn.access", "gunicorn.error"]
LOGGERS += ["uvicorn.access", "uvicorn.error", "hypercorn.access", "hypercorn.error"]
LOGGERS += ["granian.access"]
URL_KEYS = ["PATH_INFO", "RAW_URI", "REQUEST_URI"]


def redact(text: str) -> str:
    """Replace the preview tokens in a text by ``[token]``."""
    return PREVIEW.sub(lambda found: found[1] + TOKEN.sub("[token]", found[2]), text)


def _has_token(text: str) -> bool:
    return redact(text) != text


def hide_token(request: HttpRequest) -> None:
    """Redact a request in place, before an error could be reported with it."""
    request.path, request.path_info = redact(request.path), redact(request.path_info)
    for name in URL_KEYS:
        if isinstance(request.META.get(name), str):
            request.META[name] = redact(request.META[name])
    if request.resolver_match:
        request.resolver_match.kwargs.pop("token", None)


def _redact_arguments(value: Any) -> Any:
    """Redact a string, or the strings of a tuple or of any kind of dictionary."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, tuple):
        return tuple(map(_redact_arguments, value))
    if isinstance(value, dict):
        value = copy(value)
        value.update({key: _redact_arguments(item) for key, item in value.items()})
    return value


class TokenFilter(logging.Filter):
    """Redacts preview tokens in log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record, and its request, which some handlers write too; return True."""
        message = record.getMessage()
        if _has_token(message):
            # Servers' formatters read the arguments, so their structure has to stay.
            record.msg, record.args = _redact_arguments(record.msg), _redact_arguments(record.args)
            if _has_token(record.getMessage()):
                record.msg, record.args = redact(message), ()
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and _has_token(request.path):
            hide_token(request)
        return True


def keep_tokens_out_of_logs() -> None:
    """Add the filter to every logger that writes URLs; idempotent."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(item, TokenFilter) for item in logger.filters):
            logger.addFilter(TokenFilter())
