"""Save an issue draft as a new page, or as a new revision of an existing one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from taggit.models import Tag
from wagtail.blocks import StreamValue
from wagtail.models import Collection
from wagtail.signal_handlers import (
    disable_reference_index_auto_update,
    reference_index_auto_update_disabled,
)

from digest.importing.library import (
    Images,
    Library,
    add_images,
    atomic_with_files,
    collection_for,
    images_to_add,
)
from digest.importing.mapper import BLOCK_TYPES, IssueDraft
from digest.pages.numbering import number_after
from digest.pages.page_models import get_digest_page_model, get_issue_page_model
from digest.pages.paths import once_at
from digest.pages.time_zones import at_time, time_zone_of
from digest.publishing.publish import clean_stream, lock_page

# Fields of a new page
SET_BY_WAGTAIL = ["path", "depth", "content_type", "locale", "translation_key"]


class ImportRejected(Exception):
    """Raised when an issue is not saved; ``messages`` has one line per reason."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class IssueExists(ImportRejected):
    """Raised when the digest already has the issue, which is ``issue``."""

    def __init__(self, message: str, issue: Any) -> None:
        super().__init__(message)
        self.issue = issue


class UnknownBlock(ImportRejected):
    """Raised when the issue has no block of this type with the id ``block_id``."""

    def __init__(self, block_id: str) -> None:
        super().__init__("id: The issue has no block of this type with this id.")
        self.block_id = block_id


def find_digest(slug: str) -> Any:
    """Return the digest with this slug, or this end of its path ("news/weekly"), or else the one
    that once had it."""
    digests = get_digest_page_model().objects.order_by("title")
    found, path = [], slug.strip("/")
    if path:
        current = digests.filter(url_path__iendswith=f"/{path}/")
        found = list(current or once_at(digests, None, path))
    if len(found) == 1:
        return found[0]
    if found:
        paths = ", ".join(digest.url_path.strip("/") for digest in found)
        raise ImportRejected(f'Several digests have the slug "{slug}"; use a path: {paths}.')
    slugs = ", ".join(digests.values_list("slug", flat=True)) or "none; make one in the admin first"
    raise ImportRejected(f'There is no digest with the slug "{slug}". Digests: {slugs}.')


def find_existing(draft: IssueDraft, digest: Any) -> Any | None:
    """Return the issue of an earlier import of the document, or None.

    That is the issue with the slug of the document, or without a slug the one with its date and its
    title, live or in the latest draft, since a day may have several issues.
    """
    issues = digest.get_issues().filter(alias_of=None)
    if draft.slug:
        return issues.filter(slug=draft.slug).first()
    title = normalise_title(draft.title)
    same_day = issues.filter(date=draft.date).order_by("pk")
    return next(
        (i for i in same_day if title in map(normalise_title, (i.title, i.draft_title))), None
    )


def normalise_title(title: str) -> str:
    """Remove case, apostrophe and whitespace variants from a title."""
    return " ".join(title.casefold().replace("’", "'").split())


def save_issue(
    draft: IssueDraft,
    digest: Any,
    *,
    images: Images | None = None,
    publish: bool = False,
    update: bool = False,
    user: Any = None,
    existing: Any = None,
    check: Callable[[Any], None] | None = None,
    saved: Callable[[Any], None] | None = None,
    savepoint: bool = True,
) -> tuple[Any, bool]:
    """Save the draft below the digest; return the issue, and whether it is new.

    ``images`` are those of the document, by number. They are added to the library in the same
    transaction, and their files are deleted if it fails.

    The user becomes the owner of a new issue. With ``publish``, an issue that was never published
    counts as first published at noon of its date, in the time zone of the digest, or now if that is
    in the future: feeds would show an imported archive as new.
    With ``existing``, that issue gets a new revision, whatever the draft is called.
    ``check`` is called with the existing issue before it gets a new revision, and may raise
    ImportRejected; ``saved`` is called with the issue, in the same transaction.
    Without a ``savepoint``, an error ends the transaction around this one, too.

    Raises ImportRejected, and writes nothing, for a draft without title or date, for an existing
    issue (unless ``update``), and with ``publish`` for an invalid issue.
    """
    choices = {"images": images, "publish": publish, "update": update, "check": check}
    choices["existing"] = existing
    with atomic_with_files(savepoint=savepoint) as new_images:
        if update and (found := find_existing(draft, digest)):
            lock_page(found)  # before the digest, as publishing does
        # Lock the digest, so that concurrent imports create the issue only once.
        digest = get_digest_page_model().objects.select_for_update(no_key=True).get(pk=digest.pk)
        issue, created = prepare_issue(draft, digest, **choices)
        if images and any(images_to_add(issue, draft, images)):
            library = Library(required_collection(user), user, new_images)
            add_images(issue, draft, images, library)
        issue.tags.set(draft.tags)
        save_page(issue, digest, user, created=created, publish=publish)
        if saved:
            saved(issue)
    return issue, created


def required_collection(user: Any) -> Collection:
    """Return the collection for new images; raises ImportRejected if there is none."""
    collection = collection_for(user)
    if collection is None:
        raise ImportRejected(
            "images: there is no public collection to which they may be added. Leave them out."
        )
    return collection


def save_page(issue: Any, digest: Any, user: Any, *, created: bool, publish: bool) -> None:
    """Save an issue with a revision, and publish it."""
    if publish and issue.first_published_at is None:
        issue.first_published_at = noon_in_the_past(issue.date, time_zone_of(digest))
    try:
        if created:
            issue.owner = user
            with references_later():
                digest.add_child(instance=issue)
        revision = issue.save_revision(user=user, log_action=True, clean=publish)
    except ValidationError as error:
        raise ImportRejected(*error_lines(error)) from None
    if publish:
        revision.publish(user=user)
        issue.refresh_from_db()


@contextmanager
def references_later() -> Iterator[None]:
    """Leave Wagtail's reference index to the next save, unless somebody else has disabled it."""
    if getattr(reference_index_auto_update_disabled, "value", False):
        yield  # Wagtail's own one does not nest.
    else:
        with disable_reference_index_auto_update():
            yield


def noon_in_the_past(day: date, zone: tzinfo) -> datetime | None:
    """Return noon of a day in a time zone, or None if that is in the future."""
    noon = at_time(day, 12, zone)
    return noon if noon <= timezone.now() else None


def prepare_issue(
    draft: IssueDraft,
    digest: Any,
    *,
    images: Images | None = None,
    publish: bool = False,
    update: bool = False,
    existing: Any = None,
    check: Callable[[Any], None] | None = None,
) -> tuple[Any, bool]:
    """Return what ``save_issue`` would save, validated but unsaved and without new images."""
    check_minimum(draft)
    update = update or existing is not None
    existing = existing or find_existing(draft, digest)
    if existing and not update:
        message = (
            f'"{existing.draft_title}" of {existing.date} is already in {digest.title} '
            f"(page {existing.pk}, {existing.full_url}). Use --update to make a new revision of it."
        )
        raise IssueExists(message, existing)
    if existing and check:
        check(existing)
    issue = latest_draft(existing) if existing else new_issue(digest)
    fill_fields(issue, draft)
    issue.is_unnumbered = number_after(digest, draft.date) is not None
    check_page(issue, publish=publish)
    if publish and images:
        check_alt_texts(issue, draft, images)
    return issue, existing is None


def new_issue(digest: Any) -> Any:
    # Validation gives a page without a parent the default language.
    return get_issue_page_model()(live=False, locale_id=digest.locale_id)


def check_alt_texts(issue: Any, draft: IssueDraft, images: Images) -> None:
    """Reject an issue with an image that cannot be published, as it is not described."""
    added = images_to_add(issue, draft, images)
    undescribed = [block for block, figure in added if block and not figure.alt]
    if undescribed:
        raise ImportRejected(
            *(f"image: it has no alt text (“{each.value['heading']}”)." for each in undescribed)
        )


def check_minimum(draft: IssueDraft) -> None:
    """Reject a draft without title or date, or with a tag that is too long."""
    problems = []
    if not draft.title:
        problems.append("title: none was found in the document.")
    if not draft.date:
        found = f'"{draft.date_text}" is not a date.' if draft.date_text else "none was found."
        problems.append(f"date: {found}")
    longest = Tag._meta.get_field("name").max_length
    problems += [f'tags: "{t[:30]}…" is too long.' for t in draft.tags if len(t) > longest]
    if problems:
        raise ImportRejected(*problems)


def latest_draft(existing: Any) -> Any:
    """Return the latest revision of an issue that is not locked."""
    if existing.get_lock():
        raise ImportRejected(f'"{existing.draft_title}" (page {existing.pk}) is locked.')
    draft = existing.get_latest_revision_as_object()
    # The object of the caller, if it has no unpublished changes: that must stay as it is.
    return draft if draft is not existing else type(existing).objects.get(pk=existing.pk)


def fill_fields(issue: Any, draft: IssueDraft) -> None:
    """Set the fields of the issue, except the tags."""
    issue.title, issue.date = draft.title, draft.date
    issue.slug = draft.slug or issue.slug
    issue.byline = issue.byline if draft.byline is None else draft.byline
    check_ids(draft, issue.body)
    blocks = keep_ids_and_images(draft.body(), issue.body)
    issue.body = issue.body.stream_block.to_python(with_other_blocks(blocks, issue.body))


def check_ids(draft: IssueDraft, before: StreamValue) -> None:
    """Raise UnknownBlock for an id that no block of its type has, also of a block without text."""
    kinds = {block.get("id"): block["type"] for block in before.raw_data}
    stories = [("story_section", story.block_id) for story in draft.stories if story.block_id]
    for kind, block_id in [*stories, *draft.block_ids.items()]:
        if kinds.get(block_id) != kind:
            raise UnknownBlock(block_id)


def keep_ids_and_images(blocks: list[dict[str, Any]], before: StreamValue) -> list[dict[str, Any]]:
    """Copy ids and images from existing blocks: with the same id, or else type and heading.

    Revisions can then be compared block by block, and comments stay attached. An image that is
    chosen stays.
    """
    by_id = {block.get("id"): block for block in before.raw_data}
    sent = {block["id"] for block in blocks if "id" in block}
    others = [block for block in before.raw_data if block.get("id") not in sent]
    known = {block_key(block): block for block in reversed(others)}
    for block in blocks:
        old = by_id[block["id"]] if "id" in block else known.pop(block_key(block), None)
        if old:
            block["id"] = old.get("id")
            if "image" in block["value"] and not block["value"]["image"]:
                block["value"]["image"] = old["value"].get("image")
    return blocks


def with_other_blocks(blocks: list[dict[str, Any]], before: StreamValue) -> list[dict[str, Any]]:
    """Add the existing blocks of types that no import has, each after the block it was after."""
    found, place = list(blocks), 0
    for block in before.raw_data:
        if block["type"] not in BLOCK_TYPES:
            found.insert(place, block)
            place += 1
        else:
            ids = [each.get("id") for each in found]
            place = ids.index(block["id"]) + 1 if block.get("id") in ids else place
    return found


def stories_dropped(draft: IssueDraft, existing: Any) -> list[str]:
    """Return the headings of existing stories that the draft does not have."""
    kept = {normalise_title(story.heading) for story in draft.stories}
    stories = existing.get_latest_revision_as_object().stories
    headings = (block.value["heading"] for block in stories)
    return [heading for heading in headings if normalise_title(heading) not in kept]


def block_key(block: dict[str, Any]) -> tuple[str, str]:
    """Return the key by which a block is matched in a repeated import."""
    heading = block["value"].get("heading", "") if block["type"] == "story_section" else ""
    return block["type"], normalise_title(heading)


def check_page(issue: Any, *, publish: bool) -> None:
    """Reject an issue that cannot be saved or, with ``publish``, published."""
    unset = [] if issue.pk else [*SET_BY_WAGTAIL, *([] if issue.slug else ["slug"])]
    errors = []
    try:
        issue.full_clean(exclude=unset)
    except ValidationError as error:
        errors += error_lines(error)
    try:
        if publish:
            clean_stream("body", issue.body)
    except ValidationError as error:
        errors += error_lines(error)
    if errors:
        raise ImportRejected(*errors)


def error_lines(error: ValidationError) -> Iterator[str]:
    """Yield a line for each error of a page, with the name of its field."""
    for name, messages in error.message_dict.items():
        yield from (f"{name}: {m}" if name != NON_FIELD_ERRORS else m for m in messages)
