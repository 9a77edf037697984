"""What all presets have in common."""

import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from digest.contrib.webhooks.models import WebhookDelivery, WebhookEvent
from digest.http import connections
from digest.http.client import RequestBlocked, RequestError, parse_https_url

# Of a URL.
MAX_LENGTH = 2048


@dataclass(frozen=True)
class Request:
    """What is POSTed to an endpoint."""

    url: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Preset:
    """Who receives requests, and what they look like.

    ``events`` are those that an endpoint may choose from; with only one there is no choice. After
    an event, ``wait`` passes before a request, in which later events are merged into it, for at
    most ``longest_wait`` in all.
    """

    name: str
    label: str | Promise
    help_text: str | Promise
    url_label: str | Promise
    events: tuple[str, ...] = (WebhookEvent.Type.CONTENT_CHANGED,)
    wait = timedelta()
    longest_wait = timedelta()
    # Whether requests are signed, so that the receiver needs the secret.
    is_signed = False

    def clean_url(self, value: str) -> str:
        """Return the URL to store for what was entered; raise a ValidationError."""
        return require_https(value)

    def request(self, delivery: WebhookDelivery, timestamp: int) -> Request:
        """Return the request for an attempt at this time (in seconds since 1970)."""
        raise NotImplementedError

    def explain(self, status: int) -> str:
        """Return what a status that is no success means to this receiver; empty if nothing more."""
        return ""


def require_https(url: Any) -> str:
    """Return a URL to which credentials may be sent, normalized; raise a ValidationError."""
    try:
        url = _without_surprises(str(url).strip())
        url = parse_https_url(url).url
    except RequestBlocked as error:
        raise ValidationError(str(error)) from None
    if len(url) > MAX_LENGTH:
        raise ValidationError(_("It is longer than %s characters.") % MAX_LENGTH)
    return url


def require_public(url: str) -> str:
    """Return a URL whose host is public now; raise a ValidationError.

    Forms call it once, before they store the URL. Each connection is checked again.
    """
    try:
        target = parse_https_url(url)
        connections.public_addresses(target.host, target.port)
    except RequestError as error:
        raise ValidationError(str(error)) from None
    return url


def _without_surprises(url: str) -> str:
    """Refuse what parsers of URLs remove, or read in different ways."""
    if any(c.isspace() or unicodedata.category(c).startswith("C") or c in "\\#" for c in url):
        raise RequestBlocked(_("It has spaces, control characters, a backslash or a fragment."))
    return url
