"""The table of stories: a row for each story of a live issue, derived from the body of the issue.

A row does not decide who may see it: queries filter its issues by ``digest.visibility``.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

import swapper
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import Block
from wagtail.models import Revision

from digest.blocks import reading_text
from digest.blocks.anchors import story_anchors
from digest.pages.derived import DerivedTable

logger = logging.getLogger(__name__)


class Story(models.Model):
    """A story of a live issue, with the text and values shown to readers.

    The row is derived: never edit it; ``manage.py rebuild_stories`` repairs it.
    """

    # The unique constraint has an index for it. No reverse name: an issue has its own ``stories``.
    issue = models.ForeignKey(
        swapper.get_model_name("digest", "IssuePage"),
        verbose_name=_("issue"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    position = models.PositiveIntegerField(_("position"))
    block_id = models.CharField(_("block ID"), max_length=255, db_index=True)
    date = models.DateField(_("date"))
    heading = models.TextField(_("heading"))
    anchor = models.CharField(_("anchor"), max_length=100)
    text = models.TextField(_("text"))
    value = models.JSONField(_("value"))

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        constraints = [
            models.UniqueConstraint(fields=["issue", "position"], name="digest_story_position")
        ]
        indexes = [models.Index(fields=["-date", "-issue", "position"], name="digest_story_order")]

    def __str__(self) -> str:
        return self.heading


class StoryTable(DerivedTable):
    """Derive the stories of live issues."""

    model = Story
    row_name = "story"
    fields = ("block_id", "date", "heading", "anchor", "text", "value")

    def rows_of_issue(self, issue: Any) -> Iterator[Story]:
        # Copy the stored blocks before they are built: the row has the value of the database.
        stored = list(issue.body.raw_data)
        anchors = story_anchors(issue.body)
        pairs = zip(issue.body, stored, strict=True)
        sections = [(child, raw) for child, raw in pairs if child.block_type == "story_section"]
        for position, (child, raw) in enumerate(sections):
            yield Story(
                issue_id=issue.pk,
                position=position,
                block_id=str(child.id)[:255],
                date=issue.date,
                heading=child.value["heading"] or "",
                anchor=anchors[child.id],
                text=reading_line(child.block, child.value),
                value=raw["value"],
            )


story_table = StoryTable()


def stories_of(issues: QuerySet) -> QuerySet:
    """Return the stories of the issues, newest issue first, then by position."""
    # With ``issue__in``, SQLite would read all issues before it returns the first story.
    chosen = Story.objects.filter(Exists(issues.order_by().filter(pk=OuterRef("issue_id"))))
    return chosen.order_by("-date", "-issue_id", "position")


def reading_line(block: Block, value: Any) -> str:
    """Return the ``reading_text`` of a value in one line."""
    return " ".join(" ".join(reading_text(block, value)).split())


def derive_stories(
    sender: type, instance: Any, created: bool, update_fields: Any, raw: bool, **kwargs: Any
) -> None:
    """Derive the stories of an issue in the transaction that saves it."""
    story_table.derive_saved(instance, created, update_fields, raw)


class StoriesMixin(models.Model):
    """Give the stories of a copied issue ids of their own.

    Aliases and translations have the same stories, and keep the ids.
    """

    class Meta:
        abstract = True

    def copy_all_child_relations(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        """Give the blocks of a copy new ids; Wagtail calls this before it saves the copy."""
        if target.alias_of_id is None and target.translation_key != self.translation_key:
            blocks = target.body.get_prep_value()
            target.body = _with_ids_of(target.translation_key, blocks)
        return super().copy_all_child_relations(target, *args, **kwargs)


def give_new_ids_to_copied_revision(sender: type, instance: Revision, **kwargs: Any) -> None:
    """Give the blocks of a copied revision new ids, the same ones as in the copied issue."""
    model = instance.content_type.model_class()
    if instance.pk or not (model and issubclass(model, StoriesMixin)):
        return
    # The content of a copied revision still has the key of the source.
    key = instance.content_object.translation_key
    if instance.content["translation_key"] != str(key):
        blocks = model._meta.get_field("body").to_python(instance.content["body"]).get_prep_value()
        body = json.dumps(_with_ids_of(key, blocks), cls=DjangoJSONEncoder)
        instance.content = instance.content | {"body": body}


def _with_ids_of(key: UUID, blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    # Derived from the old ids, so a block has one id in the live issue and in all revisions.
    return [block | {"id": str(uuid5(key, str(block["id"])))} for block in blocks]
