"""Publish and unpublish pages: validated, in one transaction, with errors that name the field.

docs/explanation/architecture.md lists what happens then, step by step.
"""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from wagtail.blocks import Block, ListBlock, StreamBlock, StreamValue
from wagtail.locks import ScheduledForPublishLock as WagtailScheduledLock

from digest.conf import get_base_page_model
from digest.publishing.locks import ScheduledForPublishLock
from digest.publishing.recovery import aliases_left_live

logger = logging.getLogger(__name__)


# Fields that a draft has from the row of its page, where the database keeps them valid.
FIELDS_OF_ROW = {
    *("path", "depth", "numchild", "translation_key", "locale", "content_type", "alias_of"),
    *("owner", "locked_by", "latest_revision", "live_revision"),
}


class PublishingMixin(models.Model):
    """Validate a page on every way of publishing, and publish and unpublish it atomically."""

    class Meta:
        abstract = True

    def get_lock(self) -> Any:
        """Return Wagtail's lock; that of a scheduled page names its time zone."""
        lock = super().get_lock()
        return ScheduledForPublishLock(self) if type(lock) is WagtailScheduledLock else lock

    def clean_for_publishing(self) -> None:
        """Validate the page for publishing; raise ValidationError if it is invalid."""
        self.full_clean(exclude=FIELDS_OF_ROW if self.pk else None)

    @transaction.atomic
    def publish(self, revision: Any, *args: Any, **kwargs: Any) -> Any:
        """Publish or schedule a revision; raise ValidationError if it is invalid.

        An invalid revision that is due by schedule loses its approval instead, so that the command
        does not retry it forever.
        """
        lock_page(self)
        try:
            revision.as_object().clean_for_publishing()
        except ValidationError as error:
            if kwargs.get("log_action") != "wagtail.publish.scheduled":
                raise
            return self._withdraw(revision, error)
        published = super().publish(revision, *args, **kwargs)
        # Wagtail publishes the aliases even if the page itself is only scheduled.
        for alias in aliases_left_live().filter(alias_of=self.pk):
            alias.unpublish(log_action=False)
        return published

    @transaction.atomic
    def unpublish(self, *args: Any, **kwargs: Any) -> Any:
        lock_page(self)
        return super().unpublish(*args, **kwargs)

    def _withdraw(self, revision: Any, error: ValidationError) -> None:
        logger.error("Not published as scheduled: %s (page %s): %s", self, self.pk, error.messages)
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"])


def lock_page(page: Any) -> None:
    """Lock the page's row until the transaction ends.

    Call it before any other lock in publishing and unpublishing, to avoid deadlocks.
    """
    rows = get_base_page_model()._base_manager.filter(pk=page.pk)
    rows.select_for_update(no_key=True).values_list("pk").first()


def clean_stream(name: str, value: StreamValue) -> None:
    """Validate a stream as the editor's form does; raise ValidationError for the field ``name``."""
    try:
        value.stream_block.clean(value)
    except ValidationError as error:
        raise ValidationError({name: error_messages(value.stream_block, error, value)}) from error


def error_messages(block: Block, error: ValidationError, value: Any = None) -> list[str]:
    """Flatten the error of a block's ``clean`` into lines.

    For example “Story 2, Heading: This field is required.”
    """
    data = error.as_json_data() if hasattr(error, "as_json_data") else {"messages": error.messages}
    return list(_lines(data, block, value))


def _lines(data: dict[str, Any], block: Block, value: Any, place: str = "") -> Iterator[str]:
    for message in data.get("messages", []):
        yield f"{place}: {message}" if place else message
    for key, inner in data.get("blockErrors", {}).items():
        child, label, inner_value = _child(block, key, value)
        yield from _lines(inner, child, inner_value, f"{place}, {label}" if place else label)


def _child(block: Block, key: str | int, value: Any) -> tuple[Block, str, Any]:
    """Return the child block, its label and its value for an error's key (name or position)."""
    if isinstance(block, StreamBlock):
        child = value[int(key)]
        return child.block, f"{child.block.label} {int(key) + 1}", child.value
    if isinstance(block, ListBlock):
        return block.child_block, str(int(key) + 1), value[int(key)]
    child_block = block.child_blocks[key]
    # The value of an ImageBlock is an image, without the values of its children.
    inner = value.get(key) if isinstance(value, Mapping) else None
    return child_block, str(child_block.label), inner
