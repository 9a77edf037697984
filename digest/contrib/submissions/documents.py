"""Read submitted documents, and report on their parts."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from digest.checklist.findings import Finding
from digest.importing import Document, IssueDraft, Part, Report, Role, map_parts, read_parts
from digest.importing.documents import decode, html_document, read_document, text_document
from digest.importing.errors import DocumentError
from digest.importing.report import one_line_excerpt, place_of
from digest.importing.review.mapping import MAX_PARTS
from digest.importing.saving import ImportRejected
from digest.importing.word import ZIP_START

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
# By media type: the end of a file name by which the importer knows the format.
SUFFIXES = {"text/markdown": ".md", HTML: ".html", "text/plain": ".txt", WORD: ".docx"}
OF_STORY = {Role.STORY, Role.BODY, Role.WHY_IT_MATTERS, Role.STORY_SOURCE, Role.STORY_IMAGE}


@dataclass(frozen=True)
class SubmittedDocument:
    """A document with its parts; ``pointer`` is its place in the body of the request."""

    document: Document
    parts: list[Part]
    pointer: str = ""

    @classmethod
    def read(
        cls, data: bytes, media_type: str, name: str = "", pointer: str = ""
    ) -> "SubmittedDocument":
        """Read the body of a request; raise DocumentError."""
        if data.startswith(ZIP_START) and media_type != WORD:
            raise DocumentError("It is a Word or ZIP file, not text.")
        suffix = SUFFIXES[media_type]
        name = name or "submission"
        name = name if name.endswith(suffix) else f"{name}{suffix}"
        document = _read(data, media_type, name)
        return cls(document, limited(read_parts(document)), pointer)

    @cached_property
    def draft(self) -> IssueDraft:
        return map_parts(self.parts)

    @property
    def not_understood(self) -> list[Part]:
        return Report(self.document, self.parts).not_understood

    def report(self) -> dict[str, Any]:
        """Return what was recognised, part by part, for the response."""
        return {
            "summary": Report(self.document, self.parts).summary(),
            "not_understood": len(self.not_understood),
            "lines": [
                {
                    "place": self.place(part),
                    "role": part.role.value,
                    "text": one_line_excerpt([part.text]),
                }
                for part in self.parts
            ],
            "notes": list(self.document.notes),
        }

    def place(self, part: Part) -> str:
        return place_of(part, self.document.unit)

    def locate(self, finding: Finding, issue: Any) -> tuple[str, str | None]:
        """Return the JSON pointer of a finding on the saved issue, and the lines of its story."""
        stories = self._stories
        if finding.story is None or finding.story > len(stories):
            return self.pointer, None
        return self.pointer, self.place(_spanning(stories[finding.story - 1]))

    def own_findings(self, issue: Any) -> list[dict[str, Any]]:
        """Return findings about what was sent but could not be saved."""
        return []

    def errors(self, rejection: ImportRejected) -> list[dict[str, Any]]:
        """Return the reasons for which the issue is not saved, each with its place."""
        return [
            {"pointer": self._pointer_of(rejection, message), "code": "rejected", "detail": message}
            for message in rejection.messages
        ]

    def _pointer_of(self, rejection: ImportRejected, message: str) -> str:
        return self.pointer

    @cached_property
    def _stories(self) -> list[list[Part]]:
        stories: list[list[Part]] = []
        for part in self.parts:
            if part.role is Role.STORY:
                stories.append([])
            if part.role in OF_STORY and stories:
                stories[-1].append(part)
        return stories


def limited(parts: list[Part], pointer: str = "") -> list[Part]:
    if len(parts) > MAX_PARTS:
        raise DocumentError(f"It has {len(parts)} parts: at most {MAX_PARTS} fit.", pointer)
    return parts


def _read(data: bytes, media_type: str, name: str) -> Document:
    """Read what the media type says, and nothing that the importer would recognise otherwise."""
    if media_type == WORD and not data.startswith(ZIP_START):
        decode(data)  # which names other formats
        raise DocumentError("It is not a Word file (.docx).")
    if media_type == WORD:
        return read_document(data, name)
    text = decode(data)
    return html_document(text, name) if media_type == HTML else text_document(text, name)


def _spanning(parts: list[Part]) -> Part:
    return Part(Role.STORY, "", parts[0].first_line, max(part.last_line for part in parts))
