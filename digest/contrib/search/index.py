"""The index kept as it should be: one entry for each public issue, and for each of its stories.

Derived from the issues and from the table of stories, in the transaction that changes them, and
rebuilt by ``manage.py rebuild_search``. Who may see what is asked again when somebody searches.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, NamedTuple

import swapper
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from digest import visibility
from digest.contrib.search.analysis import tokens
from digest.contrib.search.models import MAX_STORIES, Entry, Word, entry_id
from digest.contrib.search.vocabulary import add_words, has_its_stem, mend_words, missing_words
from digest.pages.page_models import get_issue_page_model, get_issue_tag_model
from digest.pages.stories import BATCH_SIZE, Story, issue_batches, plain_text, tolerate_broken_body

# So many tags of an issue are counted; an index of PostgreSQL has no room for many more.
MAX_TAGS = 200
# So many words of each text are taken in; PostgreSQL has no room for many more.
MAX_TOKENS = 4000
FIELDS = ["issue_id", "story_id", "parent_id", "tag_ids", "language", "title", "summary", "body"]
# What the body of an issue's entry leaves out: its opening, and the stories with their own entries.
TOLD_ELSEWHERE = ("headline", "story_section")


class Difference(NamedTuple):
    """An entry as it should be, and as it is; None where there should be, or is, none."""

    wanted: Entry | None
    stored: Entry | None

    def __str__(self) -> str:
        entry = self.wanted or self.stored
        kind = "differs" if self.wanted and self.stored else "missing" if self.wanted else "stale"
        place = f"story {entry.place}" if entry.place else "itself"
        return f"{kind}: issue {entry.issue_id}, {place}"


@transaction.atomic
def refresh(pks: Collection[int]) -> None:
    """Make the entries of some issues what they should be; none, where an issue is not public."""
    _mend(_compare(pks))


def refresh_all(pks: Iterable[int]) -> None:
    """The same for many, some at a time, and always in the order in which they are locked."""
    pks = sorted(pks)
    for start in range(0, len(pks), BATCH_SIZE):
        refresh(pks[start : start + BATCH_SIZE])


def refresh_place(where: Q) -> None:
    """Take in the issues that have become public, and leave out those that are not any more.

    ``where`` narrows them: after a move, for one, to what is below the page that moved.
    """
    issues = get_issue_page_model().objects.order_by()
    indexed = Exists(Entry.objects.filter(issue=OuterRef("pk")))
    public = visibility.public(issues)
    unseen = issues.filter(where, indexed).exclude(pk__in=public.values("pk"))
    pks = [*public.filter(where, ~indexed).values_list("pk", flat=True)]
    pks += unseen.values_list("pk", flat=True)
    refresh_all(pks)


def differences() -> Iterator[Difference]:
    """Every entry that is not as it should be, in batches; changes nothing."""
    for pks in issue_batches():
        with transaction.atomic():
            found = _compare(pks)
        yield from found


def word_differences() -> Iterator[str]:
    """The same for the words of the entries that there are, and for their stems."""
    for word in Word.objects.order_by("pk").iterator():
        if not has_its_stem(word):
            yield f"wrong stem: {word}"
    for pks in issue_batches():
        for word in missing_words(Entry.objects.filter(issue__in=pks)):
            yield f"missing word: {word}"


def rebuild(tell: Callable[[int], None] = lambda number: None) -> int:
    """Mend every entry that is not as it should be, and the vocabulary; how many were not.

    ``tell`` is told, now and then, how many issues were looked at.
    """
    mended = seen = 0
    mend_words()
    for pks in issue_batches():
        with transaction.atomic():
            mended += _mend(_compare(pks))
            add_words(Entry.objects.filter(issue__in=pks))
        seen += len(pks)
        tell(seen)
    return mended


def _compare(pks: Collection[int]) -> list[Difference]:
    """What is wrong with the entries of some issues; needs a transaction."""
    issues = get_issue_page_model().objects.filter(pk__in=pks).order_by("pk")
    # First locked, then read: what another transaction has just done to them is seen.
    if not list(issues.select_for_update(of=("self",), no_key=True).only("pk")):
        return []
    wanted = {entry.pk: entry for entry in _entries(visibility.public(issues))}
    stored = {entry.pk: entry for entry in Entry.objects.filter(issue__in=pks)}
    pairs = (Difference(wanted.get(pk), stored.get(pk)) for pk in sorted({**wanted, **stored}))
    return [pair for pair in pairs if _content(pair.wanted) != _content(pair.stored)]


def _content(entry: Entry | None) -> list[Any] | None:
    return entry and [getattr(entry, name) for name in FIELDS]


def _entries(issues: QuerySet) -> Iterator[Entry]:
    """The entries that the issues should have."""
    issues = list(issues.select_related("locale"))
    tags, stories, parents = _tags(issues), defaultdict(list), _parents(issues)
    for story in Story.objects.filter(issue__in=issues, position__lt=MAX_STORIES).defer("value"):
        stories[story.issue_id].append(story)
    for issue in issues:
        ids, names = zip(*tags[issue.pk], strict=True) if tags[issue.pk] else ((), ())
        shared = {
            "issue_id": issue.pk,
            "parent_id": parents[_parent_path(issue)],
            "tag_ids": " ".join(map(str, sorted(ids)[:MAX_TAGS])),
            "language": issue.locale.language_code.partition("-")[0],
        }
        for entry in (_of_issue(issue, names), *map(_of_story, stories[issue.pk])):
            place = entry.story.position + 1 if entry.story else 0
            entry.pk = entry_id(issue.date, issue.pk, place)
            for name, value in shared.items():
                setattr(entry, name, value)
            yield entry


def _tags(issues: Iterable[Any]) -> dict[int, list[tuple[int, str]]]:
    uses = get_issue_tag_model().objects.filter(content_object__in=issues).order_by("tag__name")
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for issue, tag, name in uses.values_list("content_object_id", "tag_id", "tag__name"):
        found[issue].append((tag, name))
    return found


def _parents(issues: list[Any]) -> dict[str, int]:
    """The ids of the pages that the issues stand below, by path."""
    pages = swapper.load_model("wagtailcore", "Page").objects
    paths = {_parent_path(issue) for issue in issues}
    return dict(pages.filter(path__in=paths).order_by().values_list("path", "pk"))


def _parent_path(issue: Any) -> str:
    return issue.path[: -issue.steplen]


def texts_of_issue(issue: Any) -> tuple[str, str, str]:
    """What the entry of an issue is made of: headline, summary, and what else is no story."""
    others: list[str] = []
    with tolerate_broken_body(issue):
        children = issue.body.stream_block.child_blocks
        for raw in issue.body.raw_data:
            if raw["type"] in children and raw["type"] not in TOLD_ELSEWHERE:
                block = children[raw["type"]]
                others.append(plain_text(block, block.to_python(raw["value"])))
    return issue.headline, issue.summary, " ".join(others)


def texts_of_story(story: Story) -> tuple[str, str]:
    """What the entry of a story is made of: its heading, and the text below it."""
    heading = " ".join(story.heading.split())
    return heading, story.text.removeprefix(heading).lstrip()


def _of_issue(issue: Any, tag_names: Iterable[str]) -> Entry:
    title, summary, body = texts_of_issue(issue)
    titles = title if issue.title == title else f"{title} {issue.title}"
    tags = " ".join(tag_names)
    return Entry(title=_spaced(titles), summary=_spaced(summary), body=_spaced(f"{tags} {body}"))


def _of_story(story: Story) -> Entry:
    heading, text = texts_of_story(story)
    return Entry(story=story, title=_spaced(heading), summary="", body=_spaced(text))


def _spaced(text: str) -> str:
    found = tokens(text)[:MAX_TOKENS]
    return f" {' '.join(found)} " if found else ""


def _mend(found: list[Difference]) -> int:
    wanted = [pair.wanted for pair in found if pair.wanted]
    stored = [pair.stored for pair in found if pair.stored]
    entries = Entry.objects.filter(pk__in=[entry.pk for entry in stored])
    entries._raw_delete(entries.db)  # nothing refers to an entry
    Entry.objects.bulk_create(wanted)
    add_words(wanted)
    return len(found)
