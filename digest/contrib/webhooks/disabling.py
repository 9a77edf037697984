"""Tell by mail that an endpoint was disabled."""

import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import mail_admins, send_mail
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from wagtail.users.models import UserProfile

from digest.contrib.webhooks.models import WebhookEndpoint

logger = logging.getLogger(__name__)


def notify(endpoint_pk: int, error: str) -> None:
    """Mail the user who has made a disabled endpoint, and ``ADMINS``.

    A mail that cannot be sent is logged: the admin shows the endpoint as disabled, too.
    """
    for mail in (_mail_creator, _mail_admins):
        try:
            rows = WebhookEndpoint.objects.select_related("created_by")
            mail(rows.get(pk=endpoint_pk), error)
        except Exception:
            logger.exception("A mail about the disabled webhook %s was not sent.", endpoint_pk)


def _mail_creator(endpoint: WebhookEndpoint, error: str) -> None:
    user = endpoint.created_by
    if user and user.is_active and user.email:
        with translation.override(_language_of(user)):
            send_mail(_subject(endpoint), _text(endpoint, error), None, [user.email])


def _mail_admins(endpoint: WebhookEndpoint, error: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        mail_admins(_subject(endpoint), _text(endpoint, error))


def _language_of(user: Any) -> str:
    return UserProfile.get_for_user(user).get_preferred_language()


def _subject(endpoint: WebhookEndpoint) -> str:
    return _("Webhook disabled: %s") % " ".join(endpoint.name.split())


def _text(endpoint: WebhookEndpoint, error: str) -> str:
    """Return the text; of the URL, which may be a credential, it has the host only."""
    lines = [
        f"{endpoint.name} ({urlsplit(endpoint.url).hostname})",
        f"{endpoint.get_disabled_reason_display()}.",
        _("The last error: %s") % error,
        _("Nothing is sent to it until it is turned on again. Then you can send what it missed."),
        _admin_url(endpoint),
    ]
    return "\n\n".join(filter(None, lines))


def _admin_url(endpoint: WebhookEndpoint) -> str:
    base_url = getattr(settings, "WAGTAILADMIN_BASE_URL", None)
    try:
        path = reverse("digest_webhooks:inspect", args=[endpoint.pk])
    except NoReverseMatch:  # The site has no admin.
        return ""
    return f"{base_url.rstrip('/')}{path}" if base_url else ""
