"""Replies of providers' APIs, as django-anymail leaves them on messages and errors.

They are read by name, since django-anymail and the libraries below it are optional.
"""

from collections.abc import Iterator
from typing import Any

from digest.contrib.newsletter.models import EmailDelivery

MAX_ID = EmailDelivery._meta.get_field("provider_id").max_length
# Of the standard library, urllib3 (requests) and botocore.
NOT_CONNECTED = {
    *("ConnectionRefusedError", "gaierror", "SSLCertVerificationError"),
    *("NewConnectionError", "ConnectTimeoutError", "EndpointConnectionError"),
}


def provider_id(message: Any) -> str:
    """Return the id that the provider gave a mail when it took it; empty with SMTP."""
    found = getattr(_status(message), "message_id", None)
    return "" if found is None else str(found)[:MAX_ID]


def recipient_status(message: Any) -> str:
    """Return "sent", "queued", "invalid", "rejected", "failed" or "unknown"; empty with SMTP."""
    return next(iter(getattr(_status(message), "status", None) or []), "") or ""


def is_refused(message: Any) -> bool:
    """Return whether the provider took the request, and refused the only recipient."""
    return recipient_status(message) in {"invalid", "rejected", "failed"}


def _status(message: Any) -> Any:
    return getattr(message, "anymail_status", None)


def http_status(error: BaseException) -> int | None:
    """Return the HTTP status of a reply, also of Amazon's library, which has none itself."""
    for found in _causes(error):
        if isinstance(code := getattr(found, "status_code", None), int):
            return code
        response = getattr(found, "response", None)
        if isinstance(response, dict):
            return response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return None


def is_unreached(error: BaseException) -> bool:
    """Return whether there was no connection, so that the provider cannot have the mail."""
    names = {base.__name__ for found in _causes(error) for base in type(found).__mro__}
    return not NOT_CONNECTED.isdisjoint(names)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
