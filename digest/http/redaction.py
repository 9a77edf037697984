"""Redact tokens in URLs, in logs and error reports: with one, anyone can read a draft, for example.

An app registers the paths with its tokens in ``registry.token_paths``: one or more segments, such
as ``news/confirm``. Behind them everything that looks like a token is redacted: 20 random
characters, and strings of ``django.core.signing``. Views call the parameter ``token``.
"""

import logging
import re
from collections import defaultdict
from copy import copy
from functools import cache
from typing import Any

from django.http import HttpRequest

from digest.registry import registry

# A further segment of a path, behind slashes, dot segments or even other segments. Atomic, because
# a long URL that repeats the segments would take a hundred times as long for each of them.
FURTHER = r"(?>\S{,100}?%s)"
# A run of these characters is a token if 20 of them have no colon or dot between them. A signed one
# has colons between its payload, which can be short, its time and its signature.
TOKEN = re.compile(r"(?<!%)(?<!%2)(?:[A-Za-z0-9_:.-]|%(?!2f)[0-9a-f]{2})+", re.IGNORECASE)
RANDOM = re.compile(r"(?:[A-Za-z0-9_-]|%[0-9a-f]{2}){20}", re.IGNORECASE)
# Loggers that write request URLs: those of Django, its development servers (Channels' too), and
# application servers. Daphne writes its access log without a logger.
LOGGERS = ["django.request", "django.security.DisallowedHost", "django.security.csrf"]
LOGGERS += ["django.server", "django.channels.server", "gunicorn.access", "gunicorn.error"]
LOGGERS += ["uvicorn.access", "uvicorn.error", "hypercorn.access", "hypercorn.error"]
LOGGERS += ["granian.access"]
URL_KEYS = ["PATH_INFO", "RAW_URI", "REQUEST_URI"]


def redact(text: str) -> str:
    """Replace the tokens in a text by ``[token]``; most texts are too short to have one."""
    if not RANDOM.search(text):
        return text
    return _pattern(*registry.token_paths).sub(_redact_rest, text)


@cache
def _pattern(*paths: str) -> re.Pattern[str]:
    """Match the rest of a URL behind each path, at whatever prefix the site mounts the path.

    In any spelling that a server may log: with percent-encoded letters, several slashes, dot
    segments. A slug such as "preview-of-the-elections" is another word.
    """
    last_segments: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        parent, _slash, last = path.strip("/").rpartition("/")
        last_segments[parent].append(last)
    alternatives = "|".join(_children(parent, last) for parent, last in last_segments.items())
    return re.compile(rf"({alternatives})(\S+)", re.IGNORECASE)


def _children(parent: str, names: list[str]) -> str:
    """Match the paths of this parent: the first of the names, as others may be in the token."""
    segments = [_segment(segment) for segment in parent.split("/") if segment]
    first, *further = [*segments, f"(?:{'|'.join(map(_segment, names))})"]
    return first + "".join(FURTHER % segment for segment in further)


def _segment(segment: str) -> str:
    letters = (f"(?:{re.escape(c)}|%{ord(c):x}|%{ord(c.upper()):x})" for c in segment)
    return "".join(letters) + r"(?![\w-])"


def _redact_rest(found: re.Match[str]) -> str:
    return found[1] + TOKEN.sub(_redact_token, found[2])


def _redact_token(found: re.Match[str]) -> str:
    return "[token]" if RANDOM.search(found[0]) else found[0]


def _has_token(text: str) -> bool:
    return redact(text) != text


def hide_token(request: HttpRequest) -> None:
    """Redact a request in place, before an error could be reported with it."""
    request.path, request.path_info = redact(request.path), redact(request.path_info)
    for name in URL_KEYS:
        if isinstance(request.META.get(name), str):
            request.META[name] = redact(request.META[name])
    if match := request.resolver_match:
        for kwargs in (match.kwargs, match.captured_kwargs or {}):
            kwargs.pop("token", None)


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
    """Redacts tokens in log records."""

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
