"""The stories of live issues as rows of their own, for all that lists or finds stories.

A row is derived from the body of its issue, in the transaction that saves the issue, and says
nothing about who may see it: readers of the table choose the issues by ``digest.visibility``.
"""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import swapper
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import Block
from wagtail.models import Revision

from digest.blocks import reading_text
from digest.blocks.anchors import story_anchors

logger = logging.getLogger(__name__)

# What a row is made of, and in how many issues at a time all rows are.
SOURCE_FIELDS = {"live", "date", "body"}
BATCH_SIZE = 100


class Story(models.Model):
    """One story of a live issue, with all that a reader is shown of it.

    Derived, so it may be rebuilt at any time (``manage.py rebuild_stories``), and never edited.
    """

    # The unique constraint has the index for it. Not named on the issue, which has ``stories``.
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


DERIVED_FIELDS = ["block_id", "date", "heading", "anchor", "text", "value"]


class Difference(NamedTuple):
    """A row as it should be, and as it is; None where there should be, or is, none."""

    wanted: Story | None
    stored: Story | None

    def __str__(self) -> str:
        row = self.wanted or self.stored
        kind = "differs" if self.wanted and self.stored else "missing" if self.wanted else "stale"
        return f"{kind}: issue {row.issue_id}, story {row.position + 1}"


def stories_of(issues: QuerySet) -> QuerySet:
    """The stories of the issues, in readers' order: newest issue first, and as they stand in it."""
    # Not ``issue__in``, for which SQLite goes through all issues before it takes the first story.
    chosen = Story.objects.filter(Exists(issues.order_by().filter(pk=OuterRef("issue_id"))))
    return chosen.order_by("-date", "-issue_id", "position")


@transaction.atomic
def derive(issue: Any) -> None:
    """Make the rows of an issue what the database has of it now: none, unless it is live."""
    _mend(_compare([issue.pk]))


def differences() -> Iterator[Difference]:
    """Every row that is not as it should be, in batches; changes nothing."""
    for pks in issue_batches():
        with transaction.atomic():
            found = _compare(pks)
        yield from found


def rebuild() -> int:
    """Mend every row that is not as it should be, in batches; how many were not."""
    mended = 0
    for pks in issue_batches():
        with transaction.atomic():
            mended += _mend(_compare(pks))
    return mended


def derive_when_saved(
    sender: type, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any
) -> None:
    """Derive the stories of an issue that is saved, in the transaction that saves it.

    Wagtail unpublishes aliases and expired pages as plain pages, past ``save`` of the issue; so
    a plain page may be an issue, too.
    """
    if not raw and (update_fields is None or SOURCE_FIELDS & set(update_fields)):
        derive(instance)


def _issue_model() -> Any:
    return swapper.load_model("digest", "IssuePage")


def issue_batches() -> Iterator[list[int]]:
    """The primary keys of all issues, live or not, some at a time."""
    pks = _issue_model().objects.order_by("pk").values_list("pk", flat=True)
    batch = list(pks[:BATCH_SIZE])
    while batch:
        yield batch
        batch = list(pks.filter(pk__gt=batch[-1])[:BATCH_SIZE])


def _compare(pks: list[int]) -> list[Difference]:
    """What is wrong with the rows of some issues; needs a transaction."""
    issues = _issue_model().objects.filter(pk__in=pks).order_by("pk")
    # First locked, then read: what another transaction has just done to them is seen.
    if not list(issues.select_for_update(of=("self",), no_key=True).only("pk")):
        return []
    live = issues.filter(live=True).only("date")
    wanted = {(row.issue_id, row.position): row for issue in live for row in _rows(issue)}
    stored = {(row.issue_id, row.position): row for row in Story.objects.filter(issue__in=pks)}
    pairs = (Difference(wanted.get(key), stored.get(key)) for key in sorted({**wanted, **stored}))
    return [pair for pair in pairs if _content(pair.wanted) != _content(pair.stored)]


def _content(row: Story | None) -> list[Any] | None:
    return row and [getattr(row, name) for name in DERIVED_FIELDS]


def _mend(found: list[Difference]) -> int:
    stale = [pair.stored.pk for pair in found if not pair.wanted]
    if stale:
        Story.objects.filter(pk__in=stale).delete()
    Story.objects.bulk_create(
        [pair.wanted for pair in found if pair.wanted],
        update_conflicts=True,
        unique_fields=["issue", "position"],
        update_fields=DERIVED_FIELDS,
    )
    return len(found)


def plain_text(block: Block, value: Any) -> str:
    """What a reader reads in a value, in one line."""
    return " ".join(" ".join(reading_text(block, value)).split())


@contextmanager
def tolerate_broken_body(issue: Any) -> Iterator[None]:
    """Do without what is read within, if the stored body cannot be read: say so, and go on.

    An issue whose body is broken can be unpublished, as any other.
    """
    try:
        yield
    except DatabaseError:  # No fault of the body, and the transaction is lost.
        raise
    except Exception:
        logger.exception("The body of issue %s cannot be read.", issue.pk)


def _rows(issue: Any) -> list[Story]:
    with tolerate_broken_body(issue):
        return list(_read(issue))
    return []  # It is broken.


def _read(issue: Any) -> Iterator[Story]:
    # The raw form is taken before the blocks are built, so it is what the database has.
    stored = list(issue.body.raw_data)
    anchors = story_anchors(issue.body)
    pairs = zip(issue.body, stored, strict=True)
    told = [(child, raw) for child, raw in pairs if child.block_type == "story_section"]
    for position, (child, raw) in enumerate(told):
        yield Story(
            issue_id=issue.pk,
            position=position,
            block_id=str(child.id)[:255],
            date=issue.date,
            heading=child.value["heading"] or "",
            anchor=anchors[child.id],
            text=plain_text(child.block, child.value),
            value=raw["value"],
        )


class StoriesMixin(models.Model):
    """What an issue does so that a story's id is its own: a copy of an issue has other stories.

    An alias and a translation tell the same stories, and have the same ids.
    """

    class Meta:
        abstract = True

    def copy_all_child_relations(self, target: Any, *args: Any, **kwargs: Any) -> Any:
        """Give a copy other ids; Wagtail calls this on the source before it saves the copy."""
        if target.alias_of_id is None and target.translation_key != self.translation_key:
            blocks = target.body.get_prep_value()
            target.body = _with_ids_of(target.translation_key, blocks)
        return super().copy_all_child_relations(target, *args, **kwargs)


def give_a_copied_revision_other_ids(sender: type, instance: Revision, **kwargs: Any) -> None:
    """The same for the revisions that Wagtail copies, which still have the key of the source."""
    model = instance.content_type.model_class()
    if instance.pk or not (model and issubclass(model, StoriesMixin)):
        return
    key = instance.content_object.translation_key
    if instance.content["translation_key"] != str(key):
        blocks = model._meta.get_field("body").to_python(instance.content["body"]).get_prep_value()
        body = json.dumps(_with_ids_of(key, blocks), cls=DjangoJSONEncoder)
        instance.content = instance.content | {"body": body}


def _with_ids_of(key: UUID, blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    # Made of the old ids, so a block has one id in the live issue and in all revisions.
    return [block | {"id": str(uuid5(key, str(block["id"])))} for block in blocks]
