"""Rules about what has to be there: why a story matters, its source, alt texts, a bottom line."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _
from wagtail.images.blocks import ImageBlock

from digest.checklist.findings import Slip
from digest.checklist.reading import Part, Reading

# What cameras, phones and programs name their files, and what has the end of a file name.
FILE_NAME = re.compile(
    r".+\.(?:avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)"
    r"|(?:img|dsc[fn]?|dcim|pxl|image|photo|screenshot|screen shot|unnamed|untitled)[\W\d_]*"
    r"(?:at[\W\d_]+)?|[\W\d_]+",
    re.IGNORECASE,
)


def why_it_matters(reading: Reading) -> Iterator[Slip]:
    """Every story says why it matters."""
    for story in reading.stories:
        if story.has("why_it_matters") and not story.text_of("why_it_matters"):
            yield Slip(_("Say why it matters."), f"{story.path}.why_it_matters", story.number)


def story_source(reading: Reading) -> Iterator[Slip]:
    """Every story names a source, or links to one in its text."""
    for story in reading.stories:
        if story.has("sources") and not _sources(story) and not _links_elsewhere(story):
            yield Slip(_("Name a source."), f"{story.path}.sources", story.number)


def _sources(story: Part) -> list[Any]:
    items = story.get("sources") or []
    return [item for item in items if item.get("title") or item.get("url")]


def _links_elsewhere(story: Part) -> bool:
    links = (address for field in story.fields for text, address in field.links)
    return any(address.lower().startswith(("http://", "https://")) for address in links)


def alt_text(reading: Reading) -> Iterator[Slip]:
    """Every image is described for readers who do not see it, and not by the name of a file."""
    yield from _library_alt_text(reading.issue)
    for part in reading.parts:
        for name, block in getattr(part.block, "child_blocks", {}).items():
            if isinstance(block, ImageBlock) and part.get(name):
                yield from _own_alt_text(part, name)


def _own_alt_text(part: Part, name: str) -> Iterator[Slip]:
    image, path = part.get(name), f"{part.path}.{name}.alt_text"
    text = (getattr(image, "contextual_alt_text", None) or "").strip()
    if getattr(image, "decorative", False):
        return
    if not text:
        message = _("Describe the image, or say that it is decorative.")
        yield Slip(message, path, part.number)
    elif _is_file_name(text, image):
        message = _("“%(text)s” is the name of a file: describe what the image shows.")
        yield Slip(message % {"text": text}, path, part.number)


def _library_alt_text(issue: Any) -> Iterator[Slip]:
    """The image of the issue has no words of its own: readers get what the library says of it."""
    image = getattr(issue, "image", None)
    text = image.default_alt_text.strip() if image else ""
    if image and (not text or _is_file_name(text, image)):
        message = _(
            "The image of the issue is described as “%(text)s”: give it a description in the "
            "image library."
        )
        yield Slip(message % {"text": text}, "image")


def _is_file_name(text: str, image: Any) -> bool:
    # Wagtail offers the name of the file, without its end, as the title of an image. Two words or
    # more may be a title that somebody chose, and the file was named after.
    stem, word = PurePath(image.file.name).stem.casefold(), text.casefold()
    is_stem = not re.search(r"\s", word) and (stem == word or stem.startswith(f"{word}_"))
    return is_stem or bool(FILE_NAME.fullmatch(text))


def bottom_line(reading: Reading) -> Iterator[Slip]:
    """The issue is drawn together at its end."""
    part = reading.first("bottom_line")
    if part is None and "bottom_line" in reading.issue.body.stream_block.child_blocks:
        yield Slip(_("Add a bottom line."), "body")
    elif part and not part.text_of("text"):
        yield Slip(_("Say what the bottom line is."), f"{part.path}.text")
