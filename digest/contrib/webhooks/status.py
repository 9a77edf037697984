"""What waits to be sent, and which endpoints were disabled."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from digest.contrib.webhooks.claims import due_deliveries, free_endpoints
from digest.contrib.webhooks.models import WebhookEndpoint
from digest.jobs.core import LATE_AFTER
from digest.registry import Status

Reason = WebhookEndpoint.DisabledReason


def status_rows() -> list[Status]:
    """Report deliveries and endpoints; of the latter a panel of the admin's home page warns."""
    now = timezone.now()
    due = _due().order_by("due_at").values_list("due_at", flat=True)
    oldest = due.first()
    disabled = WebhookEndpoint.objects.filter(disabled_reason__in=[Reason.GONE, Reason.FAILING])
    names = list(disabled.values_list("name", flat=True))
    is_late = oldest is not None and oldest < now - LATE_AFTER
    message = _(
        "Webhooks have not been sent for ten minutes. Start “manage.py run_jobs” or "
        "“manage.py deliver_webhooks”; if it runs, the log says why."
    )
    return [
        Status("webhooks_due", due.count()),
        Status("webhooks_oldest_due", oldest, is_late, message if is_late else ""),
        Status("webhooks_disabled", names, bool(names)),
    ]


def _due() -> QuerySet:
    """Return the deliveries whose time has come, except to receivers that wait or are off."""
    endpoints = free_endpoints().filter(is_active=True).order_by()
    return due_deliveries().filter(endpoint__in=endpoints.values("pk"))
