"""Rules about wording: unspecific links, repeated words, repeated labels."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from digest.blocks import SourceBlock
from digest.checklist.findings import Finding
from digest.checklist.issue_text import Field, IssuePart, IssueText

URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)

# Link texts that do not describe the target, by the language of the issue.
GENERIC_LINK_TEXTS = {
    "en": {"click here", "click", "here", "link", "more", "read more", "see here", "this"},
    "de": {"hier", "hier klicken", "klicken sie hier", "link", "mehr", "mehr lesen", "weiterlesen"},
    "es": {"aquí", "clic aquí", "enlace", "leer más", "más", "ver más"},
    "fr": {"cliquez ici", "en savoir plus", "ici", "lien", "lire la suite", "plus"},
    "it": {"clicca qui", "leggi di più", "link", "qui"},
    "nl": {"hier", "klik hier", "lees meer", "link", "meer"},
}

# A word repeated on the same line.
REPEATED_WORD = re.compile(r"\b([^\W\d_]+)[ \t\u00a0]+(\1)\b", re.IGNORECASE)

# The page shows a label above these fields, so the label counts without a colon.
LABELLED_FIELDS = {("story_section", "why_it_matters"), ("bottom_line", "text")}

# Words that may be repeated, by the language of the issue.
ALLOWED_REPEATS = {
    "en": {"had", "no", "that"},
    "de": {"das", "der", "die", "sie"},
    "fr": {"nous", "vous"},
    "nl": {"dat", "die", "je"},
}


def link_text(issue_text: IssueText) -> Iterator[Finding]:
    """Check that the text of every link describes its target."""
    for part in issue_text.parts:
        for field in part.fields:
            for text, _url in field.links:
                if message := _link_error(text, _language(issue_text.issue)):
                    yield Finding(message, field.path, part.number, link=text)
            # The title of a source is its link text.
            if field.name == "title" and URL.fullmatch(field.text.strip()):
                message = _("The title of a source is a URL: write a title.")
                yield Finding(message, field.path, part.number)


def _link_error(text: str, language: str) -> str:
    if not text:
        return _("A link has no text.")
    if URL.fullmatch(text):
        message = _("The link “%(text)s” is a bare URL: describe where it leads.")
        return message % {"text": text}
    words = text.casefold().strip(" .…:!»›>→")
    if words in GENERIC_LINK_TEXTS["en"] | GENERIC_LINK_TEXTS.get(language, set()):
        return _("The link “%(text)s” does not say where it leads.") % {"text": text}
    return ""


def _language(issue: Any) -> str:
    return issue.locale.language_code.partition("-")[0]


def repeated_words(issue_text: IssueText) -> Iterator[Finding]:
    """Check that no field starts with its own label, and that no word is repeated."""
    allowed = ALLOWED_REPEATS.get(_language(issue_text.issue), set())
    for part in issue_text.parts:
        for field in part.fields:
            if field.path.startswith(tuple(_source_paths(part))):
                continue  # sources are quoted as they are
            if label := _typed_label(part, field, issue_text.issue.locale.language_code):
                message = _("“%(label)s” is shown anyway: leave it out of the text.")
                yield Finding(message % {"label": label}, field.path, part.number)
            for repeat in _repeats_in(field.text, allowed):
                message = _("“%(words)s”: a word is repeated.")
                yield Finding(message % {"words": repeat}, field.path, part.number)


def _source_paths(part: IssuePart) -> Iterator[str]:
    for name, block in getattr(part.block, "child_blocks", {}).items():
        if isinstance(getattr(block, "child_block", None), SourceBlock):
            yield f"{part.path}.{name}."


def _typed_label(part: IssuePart, field: Field, language: str) -> str:
    """Return the label a field starts with, in the editor's language or that of the issue."""
    for label in _labels(part, field, language):
        end = r"\b" if (part.kind, field.name) in LABELLED_FIELDS else r"\s*[:：—–-]"
        # An article may precede it: "The bottom line: ...".
        if re.match(rf"\W*(?:\w{{2,3}} )?{re.escape(label)}{end}", field.text, re.IGNORECASE):
            return label
    return ""


def _labels(part: IssuePart, field: Field, language: str) -> set[str]:
    block = part.block if part.kind == "bottom_line" else field.block
    labels = {str(block.label)}
    with override(language):
        labels.add(str(block.label))
    return labels - {""}


def _repeats_in(text: str, allowed: set[str]) -> Iterator[str]:
    for line in text.split("\n"):
        for match in REPEATED_WORD.finditer(line):
            # Capitalised repeats are names.
            if not match[2][0].isupper() and match[1].casefold() not in allowed:
                yield match[0]
