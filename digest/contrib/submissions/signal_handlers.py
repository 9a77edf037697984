"""Record how submitted issues go live, on every way of publishing.

The form and the APIs of Wagtail do not call ``Page.publish``, but all of them send
``page_published``. It does not name the user: the log entry that is saved next does.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models.signals import post_save
from wagtail.models import PageLogEntry
from wagtail.signals import page_published

from digest.contrib.submissions import approvals
from digest.pages.page_models import get_issue_senders
from digest.registry import SignalHandler, connect


def register_signal_handlers() -> None:
    """Connect the signal handlers of submissions."""
    connect(signal_handlers())


def signal_handlers() -> Iterator[SignalHandler]:
    """Yield the handlers in the order in which publishing calls them."""
    yield SignalHandler(page_published, record_publication, get_issue_senders())
    yield SignalHandler(post_save, record_approval, [PageLogEntry])


def record_publication(sender: type, instance: Any, **kwargs: Any) -> None:
    """Record the publication; the signal is also sent for an issue that is only scheduled."""
    if instance.live:
        approvals.record_publication(instance)


def record_approval(
    sender: type, instance: PageLogEntry, created: bool, raw: bool, **kwargs: Any
) -> None:
    """Record the user of the log entry of a publication."""
    is_publication = instance.action in (approvals.PUBLISH, approvals.SCHEDULED)
    if created and not raw and is_publication:
        approvals.record_approval(instance)
