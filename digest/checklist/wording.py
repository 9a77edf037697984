"""Rules about words: links that say nothing, words typed twice, labels typed into their field."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from digest.blocks import SourceBlock
from digest.checklist.findings import Slip
from digest.checklist.reading import Field, Part, Reading

ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)

# Words of a link that say nothing about what is behind it, by the language of the issue.
EMPTY_WORDS = {
    "en": {"click here", "click", "here", "link", "more", "read more", "see here", "this"},
    "de": {"hier", "hier klicken", "klicken sie hier", "link", "mehr", "mehr lesen", "weiterlesen"},
    "es": {"aquí", "clic aquí", "enlace", "leer más", "más", "ver más"},
    "fr": {"cliquez ici", "en savoir plus", "ici", "lien", "lire la suite", "plus"},
    "it": {"clicca qui", "leggi di più", "link", "qui"},
    "nl": {"hier", "klik hier", "lees meer", "link", "meer"},
}

# A word, and in the same line the same word again.
TWICE = re.compile(r"\b([^\W\d_]+)[ \t\u00a0]+(\1)\b", re.IGNORECASE)

# The fields that the page itself puts a label above, so that not even a colon need follow.
SHOWN_LABELS = {("story_section", "why_it_matters"), ("bottom_line", "text")}

# Words that may rightly stand twice, by the language of the issue.
MAY_STAND_TWICE = {
    "en": {"had", "that"},
    "de": {"das", "der", "die", "sie"},
    "fr": {"nous", "vous"},
    "nl": {"dat", "die", "je"},
}


def link_text(reading: Reading) -> Iterator[Slip]:
    """Every link says in words where it leads."""
    for part in reading.parts:
        for field in part.fields:
            for text, _address in field.links:
                if message := _fault_of_link(text, _language(reading.issue)):
                    yield Slip(message, field.path, part.number)
            # The title of a source is the text of its link.
            if field.name == "title" and ADDRESS.fullmatch(field.text.strip()):
                message = _("The title of a source is an address: give the title in words.")
                yield Slip(message, field.path, part.number)


def _fault_of_link(text: str, language: str) -> str:
    if not text:
        return _("A link has no words.")
    if ADDRESS.fullmatch(text):
        message = _("The link “%(text)s” is a bare address: say in words where it leads.")
        return message % {"text": text}
    words = text.casefold().strip(" .…:!»›>→")
    if words in EMPTY_WORDS["en"] | EMPTY_WORDS.get(language, set()):
        return _("The link “%(text)s” does not say where it leads.") % {"text": text}
    return ""


def _language(issue: Any) -> str:
    return issue.locale.language_code.partition("-")[0]


def repeated_words(reading: Reading) -> Iterator[Slip]:
    """No field begins with its own label, which the page shows anyway, and no word stands twice."""
    may_stand = MAY_STAND_TWICE.get(_language(reading.issue), set())
    for part in reading.parts:
        for field in part.fields:
            if field.path.startswith(tuple(_source_paths(part))):
                continue  # The words of others.
            if label := _typed_label(part, field, reading.issue.locale.language_code):
                message = _("“%(label)s” is shown anyway: leave it out of the text.")
                yield Slip(message % {"label": label}, field.path, part.number)
            for twice in _words_twice(field.text, may_stand):
                message = _("“%(words)s”: a word stands twice.")
                yield Slip(message % {"words": twice}, field.path, part.number)


def _source_paths(part: Part) -> Iterator[str]:
    for name, block in getattr(part.block, "child_blocks", {}).items():
        if isinstance(getattr(block, "child_block", None), SourceBlock):
            yield f"{part.path}.{name}."


def _typed_label(part: Part, field: Field, language: str) -> str:
    """The label with which a field begins, in the editor's language or in that of the issue."""
    for label in _labels(part, field, language):
        end = r"\b" if (part.kind, field.name) in SHOWN_LABELS else r"\s*[:：—–-]"
        # An article may stand before it: "The bottom line: ...".
        if re.match(rf"\W*(?:\w{{2,3}} )?{re.escape(label)}{end}", field.text, re.IGNORECASE):
            return label
    return ""


def _labels(part: Part, field: Field, language: str) -> set[str]:
    block = part.block if part.kind == "bottom_line" else field.block
    labels = {str(block.label)}
    with override(language):
        labels.add(str(block.label))
    return labels - {""}


def _words_twice(text: str, may_stand: set[str]) -> Iterator[str]:
    for line in text.split("\n"):
        for match in TWICE.finditer(line):
            # A name may be of two like words, and is written with capitals.
            if not match[2][0].isupper() and match[1].casefold() not in may_stand:
                yield match[0]
