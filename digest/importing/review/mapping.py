"""Map an uploaded document to an issue, with corrections by the editor.

The text is stored rather than the parts, which are read from it each time, so that command and
admin share one path from document to issue.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db import transaction

from digest.importing import Document, Format, IssueDraft, Part, Report, Role, map_parts, read_parts
from digest.importing.errors import DocumentError
from digest.importing.recognition import parse_tags
from digest.importing.review.uploads import Upload
from digest.importing.rich_text import bare_text
from digest.importing.saving import ImportRejected, find_existing, save_issue

MAX_PARTS = 800  # each is a form field, of which Django accepts 1,000
MAX_LINES = 5 * MAX_PARTS
COMMA = re.compile(r"\s*[,;]\s*")


def store_document(document: Document, digest: Any, user: Any) -> Upload:
    """Store a document for review; raises DocumentError if it has too many parts."""
    # Counting lines is cheap; reading parts is not.
    lines = sum(not line.isspace() for line in document.text.splitlines() if line)
    check_count(lines, f"{document.unit}s", MAX_LINES)
    parts = read_parts(document)
    check_count(len(parts), "parts", MAX_PARTS)
    return Upload.objects.create(
        digest=digest,
        user=user,
        name=document.name[:255],
        text=document.text,
        format=document.format,
        notes=list(document.notes),
        summary=Report(document, parts).summary(),
    )


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
    def parsed_parts(self) -> list[Part]:
        """Return the parts with the roles of the reader."""
        return read_parts(self.document)

    @property
    def roles(self) -> list[Role]:
        """Return the role of each part, corrected or not."""
        corrected = self.upload.roles
        return [
            Role[corrected[str(number)]] if str(number) in corrected else part.role
            for number, part in enumerate(self.parsed_parts)
        ]

    @property
    def parts(self) -> list[Part]:
        """Return the parts with corrected roles."""
        pairs = zip(self.parsed_parts, self.roles, strict=True)
        return [part for read, role in pairs for part in corrected_part(read, role)]

    @property
    def report(self) -> Report:
        return Report(self.document, self.parts)

    @property
    def draft(self) -> IssueDraft:
        """Return the issue draft; title and date typed by the editor take precedence."""
        draft = map_parts(self.parts)
        draft.title = self.upload.title or draft.title
        draft.date = self.upload.date or draft.date
        return draft

    def find_existing(self) -> Any | None:
        """Return the issue that would get a new revision, or None."""
        draft = self.draft
        named = draft.slug or (draft.title and draft.date)
        return find_existing(draft, self.upload.digest) if named else None

    def correct(self, roles: dict[int, Role], title: str, date: Any) -> None:
        """Store the roles that differ from those of the reader, title and date."""
        self.upload.roles = {
            str(number): role.name
            for number, role in roles.items()
            if role is not self.parsed_parts[number].role
        }
        self.upload.title, self.upload.date = title, date
        self.upload.summary = self.report.summary()
        self.upload.save(update_fields=["roles", "title", "date", "summary"])

    @transaction.atomic
    def save_issue(self, user: Any, *, update: bool = False) -> Any:
        """Save the draft; raises ImportRejected, and then writes nothing."""
        issue, _ = save_issue(
            self.draft,
            self.upload.digest,
            update=update,
            user=user,
            check=lambda existing: check_may_edit(existing, user),
        )
        self.upload.issue = issue
        self.upload.save(update_fields=["issue"])
        return issue


def check_may_edit(issue: Any, user: Any) -> None:
    if not issue.permissions_for_user(user).can_edit():
        raise ImportRejected(f'You may not edit "{issue.draft_title}".')


def corrected_part(part: Part, role: Role) -> Iterator[Part]:
    """Yield a part with a corrected role; a line may have several tags."""
    if role is part.role:
        yield part
    elif role is Role.TAG:
        text = bare_text(part.rich_text)
        for tag in parse_tags(text) or filter(None, COMMA.split(text)):
            yield replace(part, role=role, text=tag)
    elif role in (Role.TITLE, Role.HEADLINE, Role.STORY, Role.DATE, Role.SLUG):
        yield replace(part, role=role, text=bare_text(part.rich_text))
    else:
        yield replace(part, role=role)
