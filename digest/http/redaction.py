"""Keeps the tokens of previews out of logs and error reports: a token in a log is a way in."""

import logging
import re
from copy import copy
from typing import Any

from django.http import HttpRequest

# ``/preview/<token>/``, wherever the site has the API and the pages of the plugin.
TOKEN = re.compile(r"(/preview/)[A-Za-z0-9_-]{20,}")
HIDDEN = r"\1[token]"
# Who writes addresses that were asked for: Django, also of what reaches no view, its own servers
# (with Channels, too), and those that sites are run with. Daphne writes its access log without one.
LOGGERS = ["django.request", "django.security.DisallowedHost", "django.security.csrf"]
LOGGERS += ["django.server", "django.channels.server", "gunicorn.access", "gunicorn.error"]
LOGGERS += ["uvicorn.access", "uvicorn.error", "hypercorn.access", "hypercorn.error"]
LOGGERS += ["granian.access"]
ADDRESSES = ["PATH_INFO", "RAW_URI", "REQUEST_URI"]


def redacted(text: str) -> str:
    """The text without tokens of previews."""
    return TOKEN.sub(HIDDEN, text)


def hide_token(request: HttpRequest) -> None:
    """Take the token out of a request, before anything can fail and be reported with it."""
    request.path, request.path_info = redacted(request.path), redacted(request.path_info)
    for name in ADDRESSES:
        if isinstance(request.META.get(name), str):
            request.META[name] = redacted(request.META[name])
    if request.resolver_match:
        request.resolver_match.kwargs.pop("token", None)


def _hidden(value: Any) -> Any:
    """A text without tokens; and the texts of a tuple, or of a dictionary of whatever kind."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, tuple):
        return tuple(map(_hidden, value))
    if isinstance(value, dict):
        value = copy(value)
        value.update({key: _hidden(found) for key, found in value.items()})
    return value


class TokenFilter(logging.Filter):
    """Writes ``[token]`` in the place of each token of a preview."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, changed where it tells a token. Some write its request, too."""
        message = record.getMessage()
        if TOKEN.search(message):
            # Servers' formatters read the arguments, so they stay what they are.
            record.msg, record.args = _hidden(record.msg), _hidden(record.args)
            if TOKEN.search(record.getMessage()):
                record.msg, record.args = redacted(message), ()
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and TOKEN.search(request.path):
            hide_token(request)
        return True


def keep_tokens_out_of_logs() -> None:
    """Give the filter to all who log addresses; twice is as good as once."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(found, TokenFilter) for found in logger.filters):
            logger.addFilter(TokenFilter())
