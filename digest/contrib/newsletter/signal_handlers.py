"""Keep mailings in sync with the publication of issues, in the transaction of each change.

Each handler may run twice.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models.signals import post_save, pre_save
from wagtail.signals import page_unpublished

from digest.contrib.newsletter import mailings
from digest.contrib.newsletter.models import NewsletterSettings
from digest.pages.page_models import get_issue_page_model, get_issue_senders
from digest.registry import SignalHandler, connect


def register_signal_handlers() -> None:
    """Connect the signal handlers of the newsletter."""
    connect(signal_handlers())


def signal_handlers() -> Iterator[SignalHandler]:
    """Yield the handlers in the order in which they are called for the same signal."""
    yield SignalHandler(pre_save, skip_public_issues, [NewsletterSettings])
    yield SignalHandler(post_save, plan_mailing, get_issue_senders())
    yield SignalHandler(page_unpublished, wait_for_publication, [get_issue_page_model()])


def skip_public_issues(
    sender: type, instance: NewsletterSettings, raw: bool, **kwargs: Any
) -> None:
    """Skip the issues that are public when an editor has the digest send on publishing."""
    rows = NewsletterSettings.objects.filter(digest=instance.digest_id, sends_on_publish=True)
    if instance.sends_on_publish and not raw and not rows.exists():
        mailings.skip_public(instance.digest)


def plan_mailing(sender: type, instance: Any, raw: bool, **kwargs: Any) -> None:
    """Plan the mailing of an issue that is saved, if it is public for the first time."""
    model = get_issue_page_model()
    # The class first: without a query, since most saved pages are none.
    if instance.live and not raw and issubclass(instance.specific_class or object, model):
        # The row, since the instance may be a plain page.
        for issue in model.objects.filter(pk=instance.pk):
            mailings.plan(issue)


def wait_for_publication(sender: type, instance: Any, **kwargs: Any) -> None:
    mailings.wait_for_publication(instance)
