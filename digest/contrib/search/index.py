"""The search index: an entry for each public issue, and for each of its stories.

Entries are derived from issues and from the table of stories. They do not decide who may see what:
a search filters their issues by ``digest.visibility``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from digest import visibility
from digest.conf import get_base_page_model
from digest.contrib.search.analysis import tokens
from digest.contrib.search.models import MAX_STORIES, Entry, Word, entry_id
from digest.contrib.search.spellings import spellings
from digest.contrib.search.vocabulary import (
    add_words,
    delete_wrong_words,
    has_current_stem,
    missing_words,
)
from digest.pages.bodies import tolerate_broken_body
from digest.pages.derived import DerivedTable, Drift, issue_batches
from digest.pages.page_models import get_issue_page_model, get_issue_tag_model
from digest.pages.stories import Story, reading_line

# Tags of an issue, and tokens of a text, that are indexed; PostgreSQL limits the size of both.
MAX_TAGS = 200
MAX_TOKENS = 4000
# Not a token, so phrases do not match across it.
BREAK = "¶"
# Blocks that are not in the body of an issue's entry: its summary has the headline's text, and
# stories have entries of their own.
INDEXED_ELSEWHERE = ("headline", "story_section")
# Fields of any page that decide whether its issues are public, and how they are indexed.
PAGE_FIELDS = {"title", "path", "expire_at", "alias_of", "alias_of_id", "locale", "locale_id"}


class EntryTable(DerivedTable):
    """Derive the entries of public issues and their stories, and add their words."""

    model = Entry
    key_fields = ("pk",)
    fields = (
        "issue_id",
        "story_id",
        "parent_id",
        "tag_ids",
        "language",
        "title",
        "summary",
        "body",
    )
    source_fields = DerivedTable.source_fields | PAGE_FIELDS

    def expected_rows(self, issues: QuerySet) -> Iterator[Entry]:
        return _entries_of(list(visibility.public(issues).select_related("locale")))

    def place(self, row: Entry) -> str:
        return f"story {row.place}" if row.place else "itself"

    def repair(self, drifts: list[Drift]) -> None:
        actual = [drift.actual.pk for drift in drifts if drift.actual]
        expected = [drift.expected for drift in drifts if drift.expected]
        entries = Entry.objects.filter(pk__in=actual)
        entries._raw_delete(entries.db)  # Nothing refers to an entry.
        Entry.objects.bulk_create(expected)
        add_words(expected)

    def derive_changed_visibility(self, where: Q) -> None:
        """Derive the entries of matching issues that became public, or are not public any more."""
        issues = get_issue_page_model().objects.order_by()
        indexed = Exists(Entry.objects.filter(issue=OuterRef("pk")))
        public = visibility.public(issues)
        hidden = issues.filter(where, indexed).exclude(pk__in=public.values("pk"))
        shown = public.filter(where, ~indexed)
        self.derive([*shown.values_list("pk", flat=True), *hidden.values_list("pk", flat=True)])

    def rebuild(self, progress: Callable[[int], None] | None = None) -> int:
        delete_wrong_words()
        for pks in issue_batches():
            add_words(self.actual_rows(pks))
        return super().rebuild(progress)

    def check(self) -> Iterator[str]:
        yield from super().check()
        yield from check_words()


entry_table = EntryTable()


def check_words() -> Iterator[str]:
    """Yield a line for each word of an entry that is missing, and for each wrong stem."""
    for word in Word.objects.order_by("pk").iterator():
        if not has_current_stem(word):
            yield f"wrong stem: {word}"
    for pks in issue_batches():
        for word in missing_words(entry_table.actual_rows(pks)):
            yield f"missing word: {word}"


def _entries_of(issues: list[Any]) -> Iterator[Entry]:
    """Yield the unsaved entries of public issues."""
    tags, stories, parents = _tags_of(issues), _stories_of(issues), _parents_of(issues)
    for issue in issues:
        common = {
            "issue_id": issue.pk,
            "parent_id": parents[_parent_path(issue)],
            "tag_ids": " ".join(map(str, sorted(tags[issue.pk])[:MAX_TAGS])),
            "language": issue.locale.language_code.partition("-")[0],
        }
        texts = _issue_fields(issue, tags[issue.pk].values())
        yield Entry(pk=entry_id(issue.date, issue.pk, 0), **common, **texts)
        for story in stories[issue.pk]:
            pk = entry_id(issue.date, issue.pk, story.position + 1)
            yield Entry(pk=pk, story=story, **common, **_story_fields(story))


def _tags_of(issues: list[Any]) -> dict[int, dict[int, str]]:
    """Map the id of each issue to its tags: their names by id, in the order of names."""
    uses = get_issue_tag_model().objects.filter(content_object__in=issues).order_by("tag__name")
    tags: dict[int, dict[int, str]] = defaultdict(dict)
    for issue, tag, name in uses.values_list("content_object_id", "tag_id", "tag__name"):
        tags[issue][tag] = name
    return tags


def _stories_of(issues: list[Any]) -> dict[int, list[Story]]:
    stories: dict[int, list[Story]] = defaultdict(list)
    for story in Story.objects.filter(issue__in=issues, position__lt=MAX_STORIES).defer("value"):
        stories[story.issue_id].append(story)
    return stories


def _parents_of(issues: list[Any]) -> dict[str, int]:
    """Map the paths of the parents of the issues to their ids."""
    pages = get_base_page_model().objects
    paths = {_parent_path(issue) for issue in issues}
    return dict(pages.filter(path__in=paths).order_by().values_list("path", "pk"))


def _parent_path(issue: Any) -> str:
    return issue.path[: -issue.steplen]


def texts_of_issue(issue: Any) -> tuple[str, str, str]:
    """Return the headline and summary of an issue, and the text of its other blocks."""
    others: list[str] = []
    with tolerate_broken_body(issue):
        children = issue.body.stream_block.child_blocks
        for raw in issue.body.raw_data:
            if raw["type"] in children and raw["type"] not in INDEXED_ELSEWHERE:
                block = children[raw["type"]]
                others.append(reading_line(block, block.to_python(raw["value"])))
    return issue.headline, issue.summary, " ".join(others)


def texts_of_story(story: Story) -> tuple[str, str]:
    """Return the heading of a story, and the text below it."""
    heading = " ".join(story.heading.split())
    return heading, story.text.removeprefix(heading).lstrip()


def _issue_fields(issue: Any, tag_names: Iterable[str]) -> dict[str, str]:
    title, summary, body = texts_of_issue(issue)
    titles = title if issue.title == title else f"{title} {issue.title}"
    tags = " ".join(tag_names)
    return {
        "title": _spaced(titles),
        "summary": _spaced(summary),
        "body": _spaced(f"{tags} {body}"),
    }


def _story_fields(story: Story) -> dict[str, str]:
    heading, text = texts_of_story(story)
    return {"title": _spaced(heading), "summary": "", "body": _spaced(text)}


def _spaced(text: str) -> str:
    """Return the tokens of a text with spaces around them, then its other spellings."""
    indexed = tokens(text)[:MAX_TOKENS]
    others = islice(spellings(text), MAX_TOKENS)
    parts = [" ".join(indexed), *(" ".join(other.tokens) for other in others)]
    return f" {f' {BREAK} '.join(parts)} " if indexed else ""
