"""Turn documents into issues.

::

    document = open_document(path)            # or read_document(data, name)
    parts = read_parts(document)              # a role for each line
    draft = map_parts(parts)                  # again, after an editor corrected roles
    print("\\n".join(Report(document, parts).lines()))
    save_issue(draft, digest_page)            # digest.importing.saving
"""

import re

from digest.importing.documents import Document, Format, open_document, read_document
from digest.importing.errors import DocumentError
from digest.importing.mapper import IssueDraft, map_parts
from digest.importing.parts import Part, Role
from digest.importing.readers import READERS
from digest.importing.report import Report
from digest.importing.tidying import tidied
from digest.importing.trackers import without_trackers

__all__ = [
    "Document",
    "DocumentError",
    "Format",
    "IssueDraft",
    "Part",
    "Report",
    "Role",
    "map_parts",
    "open_document",
    "read_document",
    "read_parts",
]

DATE_IN_NAME = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")


def read_parts(document: Document) -> list[Part]:
    """Return the parts of a document in order, with the date in its name if the text has none.

    Raises DocumentError for invalid front matter.
    """
    parts = [without_trackers(part) for part in READERS[document.format](document.text)]
    named = DATE_IN_NAME.search(document.name)
    if named and not any(part.role is Role.DATE for part in parts):
        parts.insert(0, Part(Role.DATE, named[0], 0, 0))
    return tidied(parts)
