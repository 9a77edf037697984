"""Rules about required content: why it matters, sources, alt texts, a bottom line."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _
from wagtail.images.blocks import ImageBlock

from digest.blocks import SourceBlock
from digest.blocks.walk import walk
from digest.checklist.findings import Finding
from digest.checklist.issue_text import IssuePart, IssueText
from digest.http.canonical import web_url

# Default names of cameras, phones and programs, and anything with a file extension.
FILE_NAME = re.compile(
    r".+\.(?:avif|bmp|gif|heic|jpe?g|png|svg|tiff?|webp)"
    r"|(?:img|dsc[fn]?|dcim|pxl|image|photo|screenshot|screen shot|unnamed|untitled)[\W\d_]*"
    r"(?:at[\W\d_]+)?|[\W\d_]+",
    re.IGNORECASE,
)


def why_it_matters(issue_text: IssueText) -> Iterator[Finding]:
    """Check that every story says why it matters."""
    for story in issue_text.stories:
        if story.has("why_it_matters") and not story.text_of("why_it_matters"):
            yield Finding(_("Say why it matters."), f"{story.path}.why_it_matters", story.number)


def story_source(issue_text: IssueText) -> Iterator[Finding]:
    """Check that every story has a source, or a web link in its text, and sources have links."""
    for story in issue_text.stories:
        if story.has("sources") and not _sources(story) and not _has_web_link(story):
            yield Finding(_("Name a source."), f"{story.path}.sources", story.number)
    for part in issue_text.parts:
        yield from _sources_without_link(part)


def _sources_without_link(part: IssuePart) -> Iterator[Finding]:
    for path, block, value in walk(part.block, part.value, part.path, stop=SourceBlock):
        if isinstance(block, SourceBlock) and value.get("title") and not value.get("url"):
            message = _("“%(title)s” has no link: is it really not online?")
            text = message % {"title": value["title"]}
            yield Finding(text, f"{path}.url", part.number, is_advisory=True)


def _sources(story: IssuePart) -> list[Any]:
    items = story.get("sources") or []
    return [item for item in items if item.get("title") or item.get("url")]


def _has_web_link(story: IssuePart) -> bool:
    return any(web_url(url) for field in story.fields for text, url in field.links)


def alt_text(issue_text: IssueText) -> Iterator[Finding]:
    """Check that every image has an alt text that is not a file name."""
    yield from _library_alt_text(issue_text.issue)
    for part in issue_text.parts:
        for name, block in getattr(part.block, "child_blocks", {}).items():
            if isinstance(block, ImageBlock) and part.get(name):
                yield from _own_alt_text(part, name)


def _own_alt_text(part: IssuePart, name: str) -> Iterator[Finding]:
    image, path = part.get(name), f"{part.path}.{name}.alt_text"
    text = (getattr(image, "contextual_alt_text", None) or "").strip()
    if getattr(image, "decorative", False):
        return
    if not text:
        message = _("Describe the image, or mark it as decorative.")
        yield Finding(message, path, part.number)
    elif _is_file_name(text, image):
        message = _("“%(text)s” is the name of a file: describe what the image shows.")
        yield Finding(message % {"text": text}, path, part.number)


def _library_alt_text(issue: Any) -> Iterator[Finding]:
    """Check the image of the issue, whose alt text is that of the image library."""
    image = getattr(issue, "image", None)
    text = image.default_alt_text.strip() if image else ""
    if image and (not text or _is_file_name(text, image)):
        message = _(
            "The image of the issue is described as “%(text)s”: give it a description in the "
            "image library."
        )
        yield Finding(message % {"text": text}, "image")


def _is_file_name(text: str, image: Any) -> bool:
    # Wagtail defaults the title of an image to its file name without extension. A title of several
    # words may be a real one that the file was named after.
    stem, word = PurePath(image.file.name).stem.casefold(), text.casefold()
    is_stem = not re.search(r"\s", word) and (stem == word or stem.startswith(f"{word}_"))
    return is_stem or bool(FILE_NAME.fullmatch(text))


def bottom_line(issue_text: IssueText) -> Iterator[Finding]:
    """Check that the issue has a bottom line with text."""
    part = issue_text.first("bottom_line")
    if part is None and "bottom_line" in issue_text.issue.body.stream_block.child_blocks:
        before = [part.path for part in issue_text.parts if part.kind != "sources"]
        after = before[-1] if before else ""
        yield Finding(_("Add a bottom line."), "body", adds="bottom_line", after=after)
    elif part and not part.text_of("text"):
        yield Finding(_("Say what the bottom line is."), f"{part.path}.text")
