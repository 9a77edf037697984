"""What keeps the index as it should be: every change by which an issue comes, goes or differs.

Each runs in the transaction of the change, and may run twice.
"""

from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import AbstractPage, Locale, PageViewRestriction, Site

from digest.contrib.search.index import refresh, refresh_all, refresh_place
from digest.contrib.search.models import Entry
from digest.pages.page_models import get_issue_page_model, get_issue_tag_model

# Fields of a page by which readers find it, or do not.
SOURCE_FIELDS = {"live", "date", "body", "title", "path", "expire_at", "alias_of", "alias_of_id"}
SOURCE_FIELDS |= {"locale", "locale_id"}


@receiver(post_save)
def refresh_when_saved(
    sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """An issue that is saved, and the issues below a page that is: it may have moved.

    Wagtail moves, unpublishes aliases, and takes back what has expired as plain pages.
    """
    if raw or not issubclass(sender, AbstractPage):
        return
    if update_fields is not None and not SOURCE_FIELDS & set(update_fields):
        return
    issue_model = get_issue_page_model()
    if issubclass(sender, issue_model) or issubclass(issue_model, sender):
        refresh([instance.pk])
    if not issubclass(sender, issue_model):
        refresh_place(Q(path__startswith=instance.path))


@receiver(post_delete)
def forget_when_deleted(sender: type, instance: Any, **kwargs: Any) -> None:
    """An issue that is gone: its restrictions and tags went before it, and entered it once more."""
    if issubclass(sender, get_issue_page_model()):
        Entry.objects.filter(issue_id=instance.pk).delete()


@receiver([post_save, post_delete])
def refresh_when_tagged(sender: type, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """An issue that takes or loses a tag; it is saved before its tags are."""
    if raw or sender is not get_issue_tag_model():
        return
    kept = Entry.objects.filter(issue=instance.content_object_id).only("tag_ids").first()
    is_there = kept is not None and str(instance.tag_id) in kept.tag_ids.split()
    if is_there != (kwargs["signal"] is post_save):
        refresh([instance.content_object_id])


@receiver(post_save)
def refresh_when_renamed(
    sender: type, instance: Any, created: bool, raw: bool = False, **kwargs: Any
) -> None:
    """The issues that carry a tag which may have another name."""
    uses = get_issue_tag_model()
    if raw or created or sender is not uses._meta.get_field("tag").related_model:
        return
    tagged = (
        uses.objects.filter(tag=instance).order_by().values_list("content_object_id", flat=True)
    )
    refresh_all(list(tagged))


@receiver([post_save, post_delete], sender=PageViewRestriction)
@receiver([post_save, post_delete], sender=Site)
@receiver([post_save, post_delete], sender=Locale)
def refresh_when_opened_or_closed(sender: type, raw: bool = False, **kwargs: Any) -> None:
    """What becomes private or public: pages, their aliases wherever these are, and sites."""
    if not raw:
        refresh_place(Q())


@receiver(post_save, sender=Locale)
def refresh_when_a_language_is_another(
    sender: type, instance: Locale, created: bool, raw: bool = False, **kwargs: Any
) -> None:
    """The issues of a locale that may have another code: their words have other stems."""
    if not (raw or created):
        issues = get_issue_page_model().objects.filter(locale=instance).order_by()
        refresh_all(issues.values_list("pk", flat=True))
