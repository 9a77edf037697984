"""The warning on the admin's front page that keys are about to expire."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from wagtail.admin.ui.components import Component

from digest.contrib.submissions.admin.access import keys_of
from digest.contrib.submissions.models import ApiKey

NOTICE = timedelta(days=14)
SHOWN = 5


class ExpiringKeysPanel(Component):
    name = "digest_expiring_keys"
    order = 20
    template_name = "digest/submissions/admin/home_panel.html"

    def __init__(self, keys: list[ApiKey]) -> None:
        self.keys = keys

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"keys": self.keys[:SHOWN], "has_more": len(self.keys) > SHOWN}


def add_expiring_keys(request: HttpRequest, panels: list[Any]) -> None:
    """Warn users of their own keys, and superusers of all."""
    soon = keys_of(request.user).usable().filter(expires_at__lte=timezone.now() + NOTICE)
    if keys := list(soon.order_by("expires_at", "pk")[: SHOWN + 1]):
        panels.append(ExpiringKeysPanel(keys))
