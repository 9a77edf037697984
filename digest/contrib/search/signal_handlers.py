"""Keep the index in sync with every change by which an issue appears, disappears or differs.

Each handler runs in the transaction of the change and may run twice.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.db.models.signals import post_delete, post_migrate, post_save
from wagtail.models import AbstractPage, Locale, PageViewRestriction, Site

from digest.contrib.search.engines import install
from digest.contrib.search.index import refresh, refresh_all, refresh_place
from digest.contrib.search.models import Entry
from digest.pages.page_models import (
    get_issue_page_model,
    get_issue_senders,
    get_issue_tag_model,
)
from digest.registry import SignalHandler, connect
from digest.signal_handlers import register_signal_handlers as register_signal_handlers_of_core

# Fields of a page that decide whether and by which words readers find it.
SOURCE_FIELDS = {"live", "date", "body", "title", "path", "expire_at", "alias_of", "alias_of_id"}
SOURCE_FIELDS |= {"locale", "locale_id"}


def register_signal_handlers() -> None:
    """Connect the signal handlers of readers' search.

    Entries are derived from stories, so the core's handlers are called first, wherever the apps
    stand in INSTALLED_APPS.
    """
    register_signal_handlers_of_core()
    connect(signal_handlers())


def signal_handlers() -> Iterator[SignalHandler]:
    """Yield the handlers in the order in which they are called for the same signal."""
    issue, use = get_issue_page_model(), get_issue_tag_model()
    tag = use._meta.get_field("tag").related_model
    models = apps.get_models()
    issues = [model for model in models if issubclass(model, issue)]
    others = [model for model in models if issubclass(model, AbstractPage) and model not in issues]

    yield SignalHandler(post_migrate, install, [apps.get_app_config("digest_search")])
    yield SignalHandler(post_save, refresh_issue_when_saved, get_issue_senders())
    yield SignalHandler(post_save, refresh_issues_below, others)
    yield SignalHandler(post_delete, delete_entries, issues)
    for signal in (post_save, post_delete):
        yield SignalHandler(signal, refresh_when_tagged, [use])
        yield SignalHandler(signal, refresh_visibility, [PageViewRestriction, Site, Locale])
    yield SignalHandler(post_save, refresh_when_tag_is_renamed, [tag])
    yield SignalHandler(post_save, refresh_when_language_changes, [Locale])


def refresh_issue_when_saved(
    sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Refresh the entries of a saved page, if it is an issue."""
    if not raw and (update_fields is None or SOURCE_FIELDS & set(update_fields)):
        refresh([instance.pk])


def refresh_issues_below(
    sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Refresh the entries of the issues below a saved page, which may have moved."""
    if not raw and (update_fields is None or SOURCE_FIELDS & set(update_fields)):
        refresh_place(Q(path__startswith=instance.path))


def delete_entries(sender: type, instance: Any, **kwargs: Any) -> None:
    """Delete the entries of a deleted issue, which deleting its tags has just refreshed."""
    Entry.objects.filter(issue_id=instance.pk).delete()


def refresh_when_tagged(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Refresh an issue that gains or loses a tag; it is saved before its tags are."""
    if raw:
        return
    kept = Entry.objects.filter(issue=instance.content_object_id).only("tag_ids").first()
    is_there = kept is not None and str(instance.tag_id) in kept.tag_ids.split()
    if is_there != (kwargs["signal"] is post_save):
        refresh([instance.content_object_id])


def refresh_when_tag_is_renamed(
    sender: type, instance: Any, created: bool, raw: bool = False, **kwargs: Any
) -> None:
    """Refresh the issues with a tag that may have another name."""
    if raw or created:
        return
    uses = get_issue_tag_model().objects.filter(tag=instance).order_by()
    refresh_all(list(uses.values_list("content_object_id", flat=True)))


def refresh_visibility(sender: type, raw: bool = False, **kwargs: Any) -> None:
    """Refresh what may have become private or public: pages, their aliases anywhere, and sites."""
    if not raw:
        refresh_place(Q())


def refresh_when_language_changes(
    sender: type, instance: Locale, created: bool, raw: bool = False, **kwargs: Any
) -> None:
    """Refresh the issues of a locale that may have another code: their words have other stems."""
    if not (raw or created):
        issues = get_issue_page_model().objects.filter(locale=instance).order_by()
        refresh_all(issues.values_list("pk", flat=True))
