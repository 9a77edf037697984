"""Collect the images of a page until their place is known, and find their captions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from digest.importing.images import Figure, ImageLeftOut, ImageReader, one_line
from digest.importing.rich_text import bare_text

CAPTION = re.compile(r"(?:^|[\s_-])(?:mso)?caption(?:$|[\s_-])", re.IGNORECASE)


def take_image(
    images: ImageReader | None, attributes: Mapping[str, str], styles: Mapping[str, str]
) -> Figure:
    """Return the image of a tag; raises ImageLeftOut, as it does without a reader."""
    if images is None:
        raise ImageLeftOut("image")
    return images.take(attributes, styles)


@dataclass
class Figures:
    """The images since the last block, and the one that the next paragraph may be a caption of.

    A caption stays a paragraph of the text, which may name who took the photograph.
    """

    waiting: list[Figure] = field(default_factory=list)
    last: Figure | None = None
    caption_above: str = ""
    is_caption: bool = False

    def start(self, tag: str, classes: str) -> None:
        """Note the start of a block, which may be a caption."""
        if tag == "figure":
            self.last, self.caption_above = None, ""
        self.is_caption = bool(CAPTION.search(classes))

    def read_caption(self, html: str, *, inside: bool) -> None:
        """Use a paragraph as caption if it is one; other text parts an image from its caption."""
        if not (inside or self.is_caption):
            self.last = None
        elif self.last and not self.last.caption:
            self.last.caption = one_line(bare_text(html))
        elif inside:
            self.caption_above = one_line(bare_text(html))
        self.is_caption = False

    def take(self, *, in_figure: bool) -> list[Figure]:
        """Return the images to add now."""
        taken, self.waiting = self.waiting, []
        if taken:
            self.last = taken[-1]
            taken[-1].caption = self.caption_above if in_figure else ""
            self.caption_above = ""
        return taken
