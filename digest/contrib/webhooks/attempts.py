"""Make one attempt to deliver, and describe it for the log of the delivery."""

import logging
import re
import time
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from digest.contrib.webhooks.models import WebhookDelivery
from digest.contrib.webhooks.presets import preset_of
from digest.contrib.webhooks.presets.base import Request
from digest.http.client import RequestError, Response, parse_https_url, post_json
from digest.rendering.seo import utc_isoformat

logger = logging.getLogger(__name__)

SECONDS = 15
MAX_BYTES = 64 * 1024
LOGGED_CHARACTERS = 2048
HIDDEN = "[…]"
# A shorter part of a URL is no credential.
SECRET_CHARACTERS = 8


@dataclass
class Attempt:
    """What came of a request; without a response, ``status`` is None and ``error`` says why.

    The URL may be a credential, so it is in neither the error nor the response.
    """

    at: datetime
    ms: int = 0
    status: int | None = None
    error: str = ""
    response: str = ""
    retry_after: str = ""

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    def as_json(self) -> dict[str, Any]:
        """Return the entry of ``WebhookDelivery.attempts``."""
        names = ("ms", "status", "error", "response")
        return {"at": utc_isoformat(self.at)} | {name: getattr(self, name) for name in names}


def make_attempt(delivery: WebhookDelivery) -> Attempt:
    """Send a delivery once; nothing that goes wrong is raised."""
    attempt, started = Attempt(timezone.now()), time.monotonic()
    try:
        _send(delivery, attempt)
    except RequestError as error:
        attempt.error = str(error)
    except ValidationError as error:
        attempt.error = " ".join(error.messages)
    except Exception as error:
        # The queue must not stop at one delivery. A traceback could have the URL.
        logger.error("Webhook delivery %s: %s", delivery.pk, type(error).__name__)
        attempt.error = _("The request could not be made: %s.") % type(error).__name__
    attempt.ms = round((time.monotonic() - started) * 1000)
    return attempt


def _send(delivery: WebhookDelivery, attempt: Attempt) -> None:
    preset = preset_of(delivery.endpoint)
    request = preset.request(delivery, int(attempt.at.timestamp()))
    url = parse_https_url(request.url).url
    response = post_json(
        url, request.body, max_bytes=MAX_BYTES, headers=request.headers, seconds=SECONDS
    )
    attempt.status = response.status
    attempt.response = _logged(response, request)
    attempt.retry_after = response.headers.get("retry-after", "")
    if 300 <= response.status < 400:
        attempt.error = _("It redirects, which is not followed.")
    elif not attempt.is_success:
        attempt.error = preset.explain(response.status)


def _logged(response: Response, request: Request) -> str:
    """Return the beginning of a response, without control characters and credentials."""
    text = response.body.decode("utf-8", "replace")
    for credential in _credentials(request):
        text = text.replace(credential, HIDDEN)
    return "".join(map(_printable, text[:LOGGED_CHARACTERS]))


def _credentials(request: Request) -> list[str]:
    """Return what of a request must not be logged if the response repeats it.

    Also parts of its URL: many a 404 has the path without its slash, or only the last segment.
    """
    target = parse_https_url(request.url)
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    path = target.path if len(target.path) > 1 else ""
    parts = [part for part in re.split("[/?&=]", target.path) if len(part) >= SECRET_CHARACTERS]
    parts.sort(key=len, reverse=True)
    return [text for text in (request.url, target.url, path, token, *parts) if text]


def _printable(character: str) -> str:
    """Replace characters that are invisible or change the direction of the text."""
    is_control = unicodedata.category(character).startswith("C") and character not in "\n\t"
    return "\ufffd" if is_control else character
