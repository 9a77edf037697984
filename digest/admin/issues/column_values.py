"""Values of the listing's columns, read from the latest draft of each issue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from taggit.models import TagBase
from wagtail.blocks import StreamBlock, StreamValue

from digest.blocks import reading_text
from digest.blocks.stored import readable
from digest.pages.bodies import tolerate_broken_body
from digest.pages.drafts import draft_contents, tag_ids
from digest.pages.listing import parent_path
from digest.pages.page_models import (
    get_digest_page_model,
    get_issue_page_model,
    get_issue_tag_model,
)
from digest.pages.time_zones import format_datetime, time_zone_named


@dataclass
class ColumnValues:
    """Hold the column values of an issue; ``words`` is None if the body cannot be read."""

    date: date
    number: int | None
    stories: int
    words: int | None
    tags: list[str]
    scheduled_for: str


def add_column_values(issues: Iterable[Any]) -> None:
    """Set ``column_values`` on each issue, with a constant number of queries."""
    issues = list(issues)
    drafts = draft_contents(issues)
    bodies = {pk: draft.get("body") for pk, draft in drafts.items()}
    words = _words({issue: bodies[issue.pk] for issue in issues if issue.pk in bodies})
    bodies |= _stored_bodies(issue.pk for issue in issues if issue.pk not in drafts)
    tags = _tags(issues, drafts)
    times = _scheduled_times(issues)
    stream = _stream()
    for issue in issues:
        draft = drafts.get(issue.pk, {})
        issue.column_values = ColumnValues(
            date=_date(draft.get("date")) or issue.date,
            number=draft.get("number") or issue.number,
            stories=sum(block["type"] == "story_section" for block in _raw(stream, bodies, issue)),
            words=words.get(issue.pk) if draft else issue.word_count,
            tags=tags.get(issue.pk, []),
            scheduled_for=times.get(issue.pk, ""),
        )


def _scheduled_times(issues: list[Any]) -> dict[Any, str]:
    """Return the time of each scheduled issue, in the time zone of its digest."""
    scheduled = [issue for issue in issues if issue.scheduled_for]
    paths = {parent_path(issue) for issue in scheduled}
    digests = get_digest_page_model().objects.filter(path__in=paths)
    names = dict(digests.values_list("path", "time_zone")) if paths else {}
    zones = {issue.pk: time_zone_named(names.get(parent_path(issue), "")) for issue in scheduled}
    return {issue.pk: format_datetime(issue.scheduled_for, zones[issue.pk]) for issue in scheduled}


def _date(stored: Any) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _stream() -> StreamBlock:
    return get_issue_page_model()._meta.get_field("body").stream_block


def _raw(stream: StreamBlock, bodies: dict[Any, Any], issue: Any) -> list[dict[str, Any]]:
    return list(stream.to_python(readable(stream, bodies.get(issue.pk))).raw_data)


def _stored_bodies(keys: Iterable[Any]) -> dict[Any, StreamValue]:
    issues = get_issue_page_model().objects.filter(pk__in=list(keys))
    return dict(issues.values_list("pk", "body"))


def _words(drafts: dict[Any, Any]) -> dict[Any, int]:
    """Return the word count of each draft."""
    stream = _stream()
    # One stream for the blocks of all drafts: Wagtail loads its images with one query.
    owned = [
        (issue, raw)
        for issue, stored in drafts.items()
        for raw in stream.to_python(readable(stream, stored)).raw_data
    ]
    blocks = StreamValue(stream, [raw for _issue, raw in owned], is_lazy=True)
    words = dict.fromkeys((issue.pk for issue in drafts), 0)
    for position, (issue, _raw_block) in enumerate(owned):
        with tolerate_broken_body(issue):
            child = blocks[position]
            words[issue.pk] += len(" ".join(reading_text(child.block, child.value)).split())
    return words


def _tags(issues: list[Any], drafts: dict[Any, dict[str, Any]]) -> dict[Any, list[str]]:
    """Return the sorted tag names of each issue."""
    rows = [issue.pk for issue in issues if issue.pk not in drafts]
    through = get_issue_tag_model()
    pairs = list(
        through.objects.filter(content_object__in=rows).values_list("content_object", "tag")
    )
    pairs += [(pk, tag) for pk, draft in drafts.items() for tag in tag_ids(draft)]
    names = {tag.pk: tag.name for tag in _tag_model().objects.filter(pk__in={t for _i, t in pairs})}
    found: dict[Any, set[str]] = {}
    for pk, tag in pairs:
        if tag in names:
            found.setdefault(pk, set()).add(names[tag])
    return {pk: sorted(tags, key=str.casefold) for pk, tags in found.items()}


def _tag_model() -> type[TagBase]:
    return get_issue_tag_model().tag_model()
