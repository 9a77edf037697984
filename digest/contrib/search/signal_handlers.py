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
from digest.contrib.search.index import entry_table
from digest.contrib.search.models import Entry
from digest.pages.page_models import (
    get_issue_page_model,
    get_issue_senders,
    get_issue_tag_model,
)
from digest.registry import SignalHandler, connect
from digest.signal_handlers import register_signal_handlers as register_signal_handlers_of_core


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
    yield SignalHandler(post_save, index_issue, get_issue_senders())
    yield SignalHandler(post_save, index_descendants, others)
    yield SignalHandler(post_delete, delete_entries, issues)
    for signal in (post_save, post_delete):
        yield SignalHandler(signal, index_tagged_issue, [use])
        yield SignalHandler(signal, index_changed_visibility, [PageViewRestriction, Site, Locale])
    yield SignalHandler(post_save, index_renamed_tag, [tag])
    yield SignalHandler(post_save, index_changed_locale, [Locale])


def index_issue(
    sender: type, instance: Any, created: bool, update_fields: Any, raw: bool, **kwargs: Any
) -> None:
    """Derive the entries of an issue that is saved."""
    entry_table.derive_saved(instance, created, update_fields, raw)


def index_descendants(
    sender: type, instance: Any, update_fields: Any, raw: bool, **kwargs: Any
) -> None:
    """Derive the entries of issues below a saved page, which may have moved."""
    if entry_table.is_source_saved(update_fields, raw):
        entry_table.derive_changed_visibility(Q(path__startswith=instance.path))


def delete_entries(sender: type, instance: Any, **kwargs: Any) -> None:
    """Delete the entries of a deleted issue."""
    # Its restrictions and tags were deleted before it, which has derived its entries again.
    Entry.objects.filter(issue_id=instance.pk).delete()


def index_tagged_issue(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Derive the entries of an issue that gains or loses a tag; its tags are saved after it."""
    if raw:
        return
    entry = Entry.objects.filter(issue=instance.content_object_id).only("tag_ids").first()
    is_indexed = entry is not None and str(instance.tag_id) in entry.tag_ids.split()
    is_stale = is_indexed != (kwargs["signal"] is post_save)
    # The instance may be older than its row: without an entry, a draft is one in both.
    if is_stale and (entry or instance.content_object.live):
        entry_table.derive([instance.content_object_id])


def index_renamed_tag(sender: type, instance: Any, created: bool, raw: bool, **kwargs: Any) -> None:
    """Derive the entries of issues with a saved tag, which may have a new name."""
    if not (raw or created):
        tagged = get_issue_tag_model().objects.filter(tag=instance).order_by()
        entry_table.derive(tagged.values_list("content_object_id", flat=True))


def index_changed_visibility(sender: type, raw: bool = False, **kwargs: Any) -> None:
    """Derive the entries of all issues that become public or private, aliases included."""
    if not raw:
        entry_table.derive_changed_visibility(Q())


def index_changed_locale(
    sender: type, instance: Locale, created: bool, raw: bool, **kwargs: Any
) -> None:
    """Derive the entries of a saved locale, whose new language code would change their stems."""
    if not (raw or created):
        issues = get_issue_page_model().objects.filter(locale=instance).order_by()
        entry_table.derive(issues.values_list("pk", flat=True))
