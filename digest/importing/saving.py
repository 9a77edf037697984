"""An issue draft into the page tree: as a new issue, or as a new revision of one that is there."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from taggit.models import Tag
from wagtail.blocks import StreamValue

from digest.importing.mapper import IssueDraft
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.publishing.validation import clean_stream


class ImportRefused(Exception):
    """The issue was not saved; ``messages`` say why, one line each."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class IssueExists(ImportRefused):
    """The digest has the issue already."""


def find_digest(slug: str) -> Any:
    """The digest with this slug, or with this end of its path ("news/weekly")."""
    digests = get_digest_page_model().objects.order_by("title")
    found = list(digests.filter(url_path__iendswith=f"/{slug.strip('/')}/")) if slug else []
    if len(found) == 1:
        return found[0]
    if found:
        paths = ", ".join(digest.url_path.strip("/") for digest in found)
        raise ImportRefused(f'Several digests have the slug "{slug}"; use a path: {paths}.')
    slugs = ", ".join(digests.values_list("slug", flat=True)) or "none; make one in the admin first"
    raise ImportRefused(f'There is no digest with the slug "{slug}". Digests: {slugs}.')


def find_existing(draft: IssueDraft, digest: Any) -> Any | None:
    """The issue that the document was imported as before.

    The same slug, where the document gives one; otherwise the same date and title, because two
    issues of a day are two issues. A title that waits as a draft counts as well.
    """
    issues = digest.get_issues().filter(alias_of=None)
    if draft.slug:
        return issues.filter(slug=draft.slug).first()
    title = comparable(draft.title)
    same_day = issues.filter(date=draft.date).order_by("pk")
    return next((i for i in same_day if title in map(comparable, (i.title, i.draft_title))), None)


def comparable(title: str) -> str:
    """A title without what two spellings of it may differ in."""
    return " ".join(title.casefold().replace("’", "'").split())


@transaction.atomic
def save_issue(
    draft: IssueDraft,
    digest: Any,
    *,
    publish: bool = False,
    update: bool = False,
    user: Any = None,
    check: Callable[[Any], None] | None = None,
) -> tuple[Any, bool]:
    """Save the draft below the digest; the issue, and whether it is new. It is the user's.

    ``check`` gets the issue that would have a new revision, and may raise ImportRefused.

    Raises ImportRefused, and then nothing was written: for a draft without title or date, for an
    issue that is there already (unless ``update``), and with ``publish`` for an invalid issue.
    """
    # The digest is read again and locked, so that two imports at once make one issue.
    digest = get_digest_page_model().objects.select_for_update(no_key=True).get(pk=digest.pk)
    issue, created = prepare_issue(draft, digest, publish=publish, update=update, check=check)
    issue.tags.set(draft.tags)
    try:
        if created:
            issue.owner = user
            digest.add_child(instance=issue)
        revision = issue.save_revision(user=user, log_action=True, clean=publish)
    except ValidationError as error:
        raise ImportRefused(*page_messages(error)) from None
    if publish:
        revision.publish(user=user)
        issue.refresh_from_db()
    return issue, created


def prepare_issue(
    draft: IssueDraft,
    digest: Any,
    *,
    publish: bool = False,
    update: bool = False,
    check: Callable[[Any], None] | None = None,
) -> tuple[Any, bool]:
    """What ``save_issue`` would save, checked and unsaved: all that a dry run does."""
    check_minimum(draft)
    existing = find_existing(draft, digest)
    if existing and not update:
        raise IssueExists(
            f'"{existing.draft_title}" of {existing.date} is already in {digest.title} '
            f"(page {existing.pk}, {existing.full_url}). Use --update to make a new revision of it."
        )
    if existing and check:
        check(existing)
    issue = updated(existing) if existing else get_issue_page_model()(live=False)
    fill(issue, draft)
    check_page(issue, publish=publish)
    return issue, existing is None


def check_minimum(draft: IssueDraft) -> None:
    """Refuse what not even a draft can be saved with, or without."""
    problems = []
    if not draft.title:
        problems.append("title: none was found in the document.")
    if not draft.date:
        found = f'"{draft.date_text}" is not a date.' if draft.date_text else "none was found."
        problems.append(f"date: {found}")
    longest = Tag._meta.get_field("name").max_length
    problems += [f'tags: "{t[:30]}…" is too long.' for t in draft.tags if len(t) > longest]
    if problems:
        raise ImportRefused(*problems)


def updated(existing: Any) -> Any:
    """The issue as its latest revision has it, to be changed."""
    if existing.get_lock():
        raise ImportRefused(f'"{existing.draft_title}" (page {existing.pk}) is locked.')
    return existing.get_latest_revision_as_object()


def fill(issue: Any, draft: IssueDraft) -> None:
    """Put the draft into the fields, all but the tags, which are rows of their own."""
    issue.title, issue.date = draft.title, draft.date
    issue.slug = draft.slug or issue.slug
    stream = issue.body.stream_block
    issue.body = stream.to_python(keep_identity(draft.body(), issue.body))


def keep_identity(blocks: list[dict[str, Any]], before: StreamValue) -> list[dict[str, Any]]:
    """Give blocks the id and the picture of their forerunner: of its type, a story of its heading.

    Revisions then compare block by block, comments stay where they were.
    """
    known = {identity(block): block for block in reversed(list(before.raw_data))}
    for block in blocks:
        if old := known.pop(identity(block), None):
            block["id"] = old.get("id")
            if "image" in block["value"]:
                block["value"]["image"] = old["value"].get("image")
    return blocks


def stories_dropped(draft: IssueDraft, existing: Any) -> list[str]:
    """The headings of the stories that a new revision of the issue would not have any more."""
    kept = {comparable(story.heading) for story in draft.stories}
    stories = existing.get_latest_revision_as_object().stories
    headings = (block.value["heading"] for block in stories)
    return [heading for heading in headings if comparable(heading) not in kept]


def identity(block: dict[str, Any]) -> tuple[str, str]:
    """What a block is recognised by when a document is imported again."""
    heading = block["value"].get("heading", "") if block["type"] == "story_section" else ""
    return block["type"], comparable(heading)


def check_page(issue: Any, *, publish: bool) -> None:
    """Refuse what cannot be saved, or with ``publish`` what cannot be published."""
    # What add_child will set: the place in the tree, and a slug where the document has none.
    unset = [] if issue.pk else ["path", "depth", *([] if issue.slug else ["slug"])]
    errors = []
    try:
        issue.full_clean(exclude=unset)
    except ValidationError as error:
        errors += page_messages(error)
    try:
        if publish:
            clean_stream("body", issue.body)
    except ValidationError as error:
        errors += page_messages(error)
    if errors:
        raise ImportRefused(*errors)


def page_messages(error: ValidationError) -> Iterator[str]:
    """A line for each error of a page, with the name of its field."""
    for name, messages in error.message_dict.items():
        yield from (f"{name}: {m}" if name != NON_FIELD_ERRORS else m for m in messages)
