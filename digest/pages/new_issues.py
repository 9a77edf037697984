"""Defaults of a new issue: its date, its blocks, and the tags that are offered."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.blocks import StreamBlock, StreamValue

from digest.blocks import IssueBodyBlock
from digest.blocks.fields import BodyField
from digest.pages.drafts import draft_contents, tag_ids, with_draft_values
from digest.pages.page_models import get_issue_page_model
from digest.pages.time_zones import today_in


class UnfinishedMixin:
    """Make no block of a stream required, even when the page is published.

    A site with its own body block mixes it in (docs/how-to/use-your-own-pages.md).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The editor would warn of missing blocks.
        counts = self.meta.block_counts.items()
        self.meta.min_num = None
        self.meta.block_counts = {
            name: {limit: number for limit, number in limits.items() if limit != "min_num"}
            for name, limits in counts
        }

    def clean(self, value: StreamValue) -> StreamValue:
        if self.is_deferred_validation:
            return super().clean(value)
        return self.clean_deferred(value)


class NewIssueBodyBlock(UnfinishedMixin, IssueBodyBlock):
    """Hold the blocks that new issues of a digest start with, filled in or not."""


class NewIssuesMixin(models.Model):
    """Store the template of a digest's new issues, which readers never see."""

    new_issue_body = BodyField(
        NewIssueBodyBlock(required=False), verbose_name=_("blocks of a new issue"), blank=True
    )

    new_issue_panels = [
        MultiFieldPanel(
            [FieldPanel("new_issue_body")],
            heading=_("New issues"),
            classname="collapsed",
            help_text=_(
                "Each new issue starts with a copy of these blocks, filled in as far as they are "
                "here. The blocks that every issue has to have are added where they are missing. "
                "Without any block here, it has a bottom line, too. "
                "Changes count from when this page is published."
            ),
        )
    ]

    class Meta:
        abstract = True


def blocks_of_new_issue(digest: Any, stream: StreamBlock) -> StreamValue:
    """Return the blocks of the digest's template, with the required ones in their places."""
    template = getattr(digest, "new_issue_body", None)
    blocks = (
        _with_new_ids(list(template.raw_data)) if template else _blocks_without_template(stream)
    )
    order, present = list(stream.child_blocks), {block["type"] for block in blocks}
    for name, stored in _required_blocks(stream):
        if name not in present:
            later = order[order.index(name) + 1 :]
            places = (place for place, block in enumerate(blocks) if block["type"] in later)
            blocks.insert(next(places, len(blocks)), stored)
    return StreamValue(stream, blocks, is_lazy=True)


def _blocks_without_template(stream: StreamBlock) -> list[dict[str, Any]]:
    # The checklist asks for a bottom line.
    names = {"bottom_line"} & stream.child_blocks.keys()
    return [_empty_block(stream, name) for name in names]


def _with_new_ids(stored: Any) -> Any:
    # Comments, comparisons and anchors need block ids that no two issues share.
    if isinstance(stored, list):
        return [_with_new_ids(item) for item in stored]
    if not isinstance(stored, dict):
        return stored
    copy = {name: _with_new_ids(value) for name, value in stored.items()}
    return copy | {"id": str(uuid4())} if copy.keys() >= {"type", "value"} else copy


def _required_blocks(stream: StreamBlock) -> Iterator[tuple[str, dict[str, Any]]]:
    # Without them the editor would open with "The minimum number of items is 1".
    rules = stream.meta.block_counts
    for name in stream.child_blocks:
        for _position in range(rules.get(name, {}).get("min_num") or 0):
            yield name, _empty_block(stream, name)


def _empty_block(stream: StreamBlock, name: str) -> dict[str, Any]:
    block = stream.child_blocks[name]
    value = block.get_prep_value(block.get_default())
    return {"type": name, "id": str(uuid4()), "value": value}


def day_of_new_issue(digest: Any) -> date:
    """Return today, or the next date without an issue; drafts and scheduled issues count."""
    today = today_in(digest)
    coming = with_draft_values(_issues_of(digest)).filter(draft_date__gte=today)
    taken = set(coming.values_list("draft_date", flat=True))
    return next(day for day in _days_from(today) if day not in taken)


def _days_from(day: date) -> Any:
    while True:
        yield day
        day += timedelta(days=1)


def tags_of_last_issue(digest: Any, exclude_pk: Any = None) -> list[str]:
    """Return the names of the tags of the digest's latest issue, as editors see them."""
    issues = with_draft_values(_issues_of(digest)).filter(alias_of=None).exclude(pk=exclude_pk)
    last = issues.defer("body").order_by("-draft_date", "-pk").first()
    if last is None:
        return []
    draft = draft_contents([last]).get(last.pk)
    if draft is None:
        return sorted(last.tags.names())
    tags = type(last).tags.through.tag_model().objects.filter(pk__in=tag_ids(draft))
    return sorted(tags.values_list("name", flat=True))


def _issues_of(digest: Any) -> QuerySet:
    return get_issue_page_model().objects.child_of(digest)
