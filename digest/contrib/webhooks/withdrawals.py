"""Decide whether what an event says is still true."""

from django.db import transaction
from wagtail.models import Site

from digest.caching.content_version import repeatable_read
from digest.contrib.changes.public_state import public_pages
from digest.contrib.webhooks.models import WebhookEvent


def is_still_true(event: WebhookEvent) -> bool:
    """Return whether a page that an event calls public is public now, on the site of the event.

    All else stays true. Call it outside of transactions: restrictions and the page are read from
    one snapshot, since a page published and restricted in one commit was never public.
    """
    kind, _dot, change = event.type.partition(".")
    if event.page_id is None or change not in ("published", "updated"):
        return True
    with repeatable_read(), transaction.atomic():
        site = Site.objects.select_related("root_page").filter(pk=event.site_id).first()
        return site is not None and public_pages(site, kind, [event.page_id]).exists()
