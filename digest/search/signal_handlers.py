"""What keeps the index as it should be: every change by which an issue comes, goes or differs.

Each runs in the transaction of the change, and may run twice.
"""

from threading import local
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from wagtail.models import AbstractPage, Locale, PageViewRestriction, Site

from digest.models import get_issue_page_model, get_issue_tag_model
from digest.search.index import refresh, refresh_all, refresh_place
from digest.search.models import Entry, words_of
from digest.search.vocabulary import forget_words

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


# The words of what was deleted in the transaction that this thread has begun, or in one that was
# rolled back: to look at too many does no harm.
_gone = local()


@receiver(post_delete, sender=Entry)
def forget_words_of_what_is_deleted(
    sender: type, instance: Entry, using: str, **kwargs: Any
) -> None:
    """The words of an issue that is deleted, or of a story that is; of all together at the end,
    since a digest may be deleted with a thousand issues."""
    _gone.__dict__.setdefault("words", set()).update(words_of(instance))
    transaction.on_commit(_forget, using)


def _forget() -> None:
    forget_words(_gone.__dict__.pop("words", ()))
