"""Purge front-end caches on every change that readers can see."""

from collections.abc import Iterator
from copy import copy
from typing import Any

from django.apps import apps
from django.db.models.signals import m2m_changed, post_delete, post_save
from wagtail.models import AbstractPage, PageViewRestriction
from wagtail.signals import page_slug_changed, post_page_move

from digest.caching import content_version
from digest.conf import get_base_page_model
from digest.contrib.frontend_cache.purging import is_configured, purge_after_commit
from digest.registry import SignalHandler, connect


def register_signal_handlers() -> None:
    """Connect the signal handlers of the front-end cache."""
    connect(signal_handlers())


def signal_handlers() -> Iterator[SignalHandler]:
    """Yield the handlers; each does nothing where no front-end cache is configured."""
    public_models = list(content_version.seen_models())
    pages = [model for model in apps.get_models() if issubclass(model, AbstractPage)]

    for signal in (post_save, post_delete, m2m_changed):
        yield SignalHandler(signal, purge_when_changed, public_models)
    yield SignalHandler(post_page_move, purge_previous_path, pages)
    yield SignalHandler(page_slug_changed, purge_previous_slug, pages)


def purge_when_changed(
    sender: type, instance: Any = None, using: str | None = None, **kwargs: Any
) -> None:
    """Purge after the change of a row whose content is public."""
    if not is_configured():
        return
    if isinstance(instance, PageViewRestriction):  # Its page may have been deleted.
        instance = get_base_page_model().objects.filter(pk=instance.page_id).first()
    purge_after_commit(instance if isinstance(instance, AbstractPage) else None, using)


def purge_previous_path(sender: type, instance: Any, url_path_before: str, **kwargs: Any) -> None:
    """Purge the URLs from which a page was moved."""
    if is_configured():
        before = copy(instance)
        before.url_path = url_path_before
        purge_after_commit(before, instance._state.db, is_forced=True)


def purge_previous_slug(sender: type, instance_before: Any, **kwargs: Any) -> None:
    """Purge the URLs that a page had with its previous slug."""
    if is_configured():
        purge_after_commit(instance_before, instance_before._state.db, is_forced=True)
