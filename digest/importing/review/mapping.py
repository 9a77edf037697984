"""Map an uploaded document to an issue, with corrections by the editor.

The text is stored rather than the parts, which are read from it each time, so that command and
admin share one path from document to issue.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from digest.http.canonical import canonical_url
from digest.importing import Document, Format, IssueDraft, Part, Report, Role, map_parts, read_parts
from digest.importing.errors import DocumentError
from digest.importing.images import DocumentImage, Figure
from digest.importing.library import collection_for
from digest.importing.mapper import StoryDraft
from digest.importing.recognition import parse_tags
from digest.importing.review.edits import Parts, apply_edits, number_parts, split_key
from digest.importing.review.uploads import Upload, UploadImage
from digest.importing.rich_text import bare_text
from digest.importing.saving import ImportRejected, find_existing, save_issue
from digest.importing.sources import parse_sources
from digest.pages.new_issues import day_of_new_issue

MAX_PARTS = 800  # each is a form field, of which Django accepts 1,000
MAX_LINES = 5 * MAX_PARTS
NOT_ALLOWED = "images: you may not add images to any public collection"
OF_CORRECTIONS = ("parsed_parts", "roles", "parts", "draft")
COMMA = re.compile(r"\s*[,;]\s*")


def store_document(document: Document, digest: Any, user: Any) -> Upload:
    """Store a document for review; raises DocumentError if it has too many parts."""
    if document.images and collection_for(user) is None:
        document = without_images(document)
    # Counting lines is cheap; reading parts is not.
    lines = sum(not line.isspace() for line in document.text.splitlines() if line)
    check_count(lines, f"{document.unit}s", MAX_LINES)
    parts = read_parts(document)
    check_count(len(parts), "parts", MAX_PARTS)
    upload = Upload.objects.create(
        digest=digest,
        user=user,
        name=document.name[:255],
        text=document.text,
        format=document.format,
        notes=list(document.notes),
        summary=Report(document, parts).summary(),
    )
    for number, image in document.images.items():
        upload.images.create(number=number, name=image.name, content=image.content)
    return upload


def without_images(document: Document) -> Document:
    """Return a document without its images, with a note that says why."""
    lines = document.text.split("\n")
    kept = [line for line in lines if not Figure.parse(line)]
    note = f"left out: {len(lines) - len(kept)} × {NOT_ALLOWED}"
    return replace(document, text="\n".join(kept), notes=(*document.notes, note), images={})


def check_count(number: int, what: str, limit: int) -> None:
    """Reject a document that is too long to review by hand."""
    if number > limit:
        raise DocumentError(
            f"It has {number} {what}, which is too much for an issue: at most {limit} fit. "
            "Divide it into several documents."
        )


class Mapping:
    """The parts of an uploaded document, and the issue they make."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.document = Document(
            upload.name, upload.text, Format(upload.format), tuple(upload.notes)
        )

    @cached_property
    def numbered_parts(self) -> Parts:
        """Return the parts by key, as they were read."""
        return number_parts(read_parts(self.document))

    @cached_property
    def parsed_parts(self) -> Parts:
        """Return the parts with the edits of the editor, and the roles of the reader."""
        return apply_edits(self.numbered_parts, self.upload.edits)

    @cached_property
    def roles(self) -> dict[str, Role]:
        """Return the role of each part, corrected or not."""
        corrected = self.upload.roles
        return {
            key: Role[corrected[key]] if key in corrected else part.role
            for key, part in self.parsed_parts.items()
        }

    @cached_property
    def parts(self) -> list[Part]:
        """Return the parts with corrected roles."""
        roles = self.roles
        pairs = ((part, roles[key]) for key, part in self.parsed_parts.items())
        return [part for read, role in pairs for part in corrected_part(read, role)]

    @property
    def report(self) -> Report:
        return Report(self.document, self.parts)

    @cached_property
    def draft(self) -> IssueDraft:
        """Return the issue draft; title and date typed by the editor take precedence.

        Without any date, it has the one that a new issue of the digest would have.
        """
        draft = map_parts(self.parts)
        draft.title = self.upload.title or draft.title
        draft.date = self.upload.date or draft.date
        if draft.date is None:
            draft.date, draft.date_is_proposed = day_of_new_issue(self.upload.digest), True
        for key, story in zip(self.story_keys, draft.stories, strict=True):
            story.linked = new_links(story) if self.takes_links(key, story) else []
        return draft

    @property
    def story_keys(self) -> list[str]:
        """Return the key of the heading of each story."""
        return [key for key, role in self.roles.items() if role is Role.STORY]

    def takes_links(self, key: str, story: StoryDraft) -> bool:
        """Return whether links of the text become sources; by default if there are no others."""
        return self.upload.linked.get(key, not story.sources)

    def find_existing(self) -> Any | None:
        """Return the issue that would get a new revision, or None."""
        draft = self.draft
        named = draft.slug or (draft.title and draft.date)
        return find_existing(draft, self.upload.digest) if named else None

    def correct(
        self, roles: dict[str, Role], title: str, date: Any, linked: dict[str, bool] | None = None
    ) -> None:
        """Store the roles that differ from those of the reader, title, date and chosen links."""
        parts = self.parsed_parts
        merged = {key: name for key, name in self.upload.roles.items() if key not in parts}
        self.upload.roles = merged | {
            key: role.name for key, role in roles.items() if role is not parts[key].role
        }
        self.upload.title, self.upload.date = title, date
        self.upload.linked |= linked or {}
        self.store()

    def edit(self, edits: list[list[Any]], roles: dict[str, Role] | None = None) -> None:
        """Store the edits of the parts, and the roles of new parts.

        A part that is merged keeps its role, for when that is undone.
        """
        upload = self.upload
        # The next split would give its part the key of an undone one.
        undone = {split_key(n + 1) for n in range(len(edits), len(upload.edits))}
        upload.roles = {key: name for key, name in upload.roles.items() if key not in undone}
        upload.linked = {key: value for key, value in upload.linked.items() if key not in undone}
        upload.roles |= {key: role.name for key, role in (roles or {}).items()}
        upload.edits = edits
        self.store()

    def store(self) -> None:
        """Save the corrections, with the summary for the list of documents."""
        for name in OF_CORRECTIONS:
            self.__dict__.pop(name, None)
        self.upload.summary = self.report.summary()
        fields = ["roles", "edits", "linked", "title", "date", "summary"]
        self.upload.save(update_fields=fields)

    def save_issue(self, user: Any, *, update: bool = False) -> Any:
        """Save the draft; raises ImportRejected, and then writes nothing."""
        draft = self.draft
        issue, _ = save_issue(
            draft,
            self.upload.digest,
            images=self.images_of(draft),
            update=update,
            user=user,
            check=lambda existing: check_may_edit(existing, user),
            saved=self.link,
        )
        return issue

    def images_of(self, draft: IssueDraft) -> dict[int, DocumentImage]:
        """Return the images that a draft uses, by number."""
        figures = [draft.lead_image, *(story.image for story in draft.stories)]
        numbers = {figure.number for figure in figures if figure}
        rows: QuerySet[UploadImage] = self.upload.images.filter(number__in=numbers)
        return {row.number: row.file for row in rows}

    def link(self, issue: Any) -> None:
        """Note the issue that was made of the document."""
        self.upload.issue = issue
        # The issue is found by its date, and the next free one would be another.
        if self.draft.date_is_proposed:
            self.upload.date = issue.date
        self.upload.save(update_fields=["issue", "date"])


def check_may_edit(issue: Any, user: Any) -> None:
    if not issue.permissions_for_user(user).can_edit():
        raise ImportRejected(f'You may not edit "{issue.draft_title}".')


def new_links(story: StoryDraft) -> list[Part]:
    """Return the links of a story that are not among its sources, as sources."""
    known = {canonical_url(each["url"]) for part in story.sources for each in parse_sources(part)}
    links = ((link, parse_sources(link)[0]["url"]) for link in story.links)
    return [link for link, url in links if canonical_url(url) not in known]


def corrected_part(part: Part, role: Role) -> Iterator[Part]:
    """Yield a part with a corrected role; a line may have several tags."""
    if role is part.role is Role.TAG:
        yield from (replace(part, text=tag) for tag in part.text.split("\n"))
    elif role is part.role:
        yield part
    elif role is Role.TAG:
        text = bare_text(part.rich_text)
        for tag in parse_tags(text) or filter(None, COMMA.split(text)):
            yield replace(part, role=role, text=tag)
    elif role in (Role.TITLE, Role.HEADLINE, Role.BYLINE, Role.STORY, Role.DATE, Role.SLUG):
        yield replace(part, role=role, text=bare_text(part.rich_text))
    else:
        yield replace(part, role=role)
