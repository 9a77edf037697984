"""A document on its way into an issue, with what its editor corrected.

What is kept is the text, not the parts: they are read from it anew each time, so that there is one
path from a document to an issue, by command and by hand.
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
from digest.importing.saving import ImportRefused, find_existing, save_issue

MAX_PARTS = 800  # each is a field of a form, of which Django takes a thousand
MAX_LINES = 5 * MAX_PARTS
COMMA = re.compile(r"\s*[,;]\s*")


def keep_document(document: Document, digest: Any, user: Any) -> Upload:
    """Keep a document for its editor; raises DocumentError when it cannot be mapped by hand."""
    # Parts are known after long work only; lines are counted at once.
    lines = sum(not line.isspace() for line in document.text.splitlines() if line)
    check_number(lines, f"{document.unit}s", MAX_LINES)
    parts = read_parts(document)
    check_number(len(parts), "parts", MAX_PARTS)
    return Upload.objects.create(
        digest=digest,
        user=user,
        name=document.name[:255],
        text=document.text,
        format=document.format,
        notes=list(document.notes),
        summary=Report(document, parts).summary(),
    )


def check_number(number: int, what: str, limit: int) -> None:
    """Refuse a document that is too long to be looked over by hand."""
    if number > limit:
        raise DocumentError(
            f"It has {number} {what}, which is too much for an issue: at most {limit} fit. "
            "Divide it into several documents."
        )


class Mapping:
    """A kept document as parts, and what an issue of them would be."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.document = Document(
            upload.name, upload.text, Format(upload.format), tuple(upload.notes)
        )

    @cached_property
    def as_read(self) -> list[Part]:
        """The parts as the reader took them."""
        return read_parts(self.document)

    @property
    def roles(self) -> list[Role]:
        """The role of each part, corrected or as read."""
        corrected = self.upload.roles
        return [
            Role[corrected[str(number)]] if str(number) in corrected else part.role
            for number, part in enumerate(self.as_read)
        ]

    @property
    def parts(self) -> list[Part]:
        """The parts with the corrections."""
        pairs = zip(self.as_read, self.roles, strict=True)
        return [part for read, role in pairs for part in corrected_part(read, role)]

    @property
    def report(self) -> Report:
        """What the parts are, in sums."""
        return Report(self.document, self.parts)

    @property
    def draft(self) -> IssueDraft:
        """The issue; what the editor typed goes before what the document says."""
        draft = map_parts(self.parts)
        draft.title = self.upload.title or draft.title
        draft.date = self.upload.date or draft.date
        return draft

    def find_existing(self) -> Any | None:
        """The issue that this document would be a new revision of."""
        draft = self.draft
        named = draft.slug or (draft.title and draft.date)
        return find_existing(draft, self.upload.digest) if named else None

    def correct(self, roles: dict[int, Role], title: str, date: Any) -> None:
        """Keep the corrections: the roles that are not those that were read, title and date."""
        self.upload.roles = {
            str(number): role.name
            for number, role in roles.items()
            if role is not self.as_read[number].role
        }
        self.upload.title, self.upload.date = title, date
        self.upload.summary = self.report.summary()
        self.upload.save(update_fields=["roles", "title", "date", "summary"])

    @transaction.atomic
    def save_issue(self, user: Any, *, update: bool = False) -> Any:
        """Make the draft; raises ImportRefused, and then nothing was written."""
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
    """Refuse a new revision of an issue that the user may not edit."""
    if not issue.permissions_for_user(user).can_edit():
        raise ImportRefused(f'You may not edit "{issue.draft_title}".')


def corrected_part(part: Part, role: Role) -> Iterator[Part]:
    """A part in the role that an editor gave it; several tags may stand in one line."""
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
