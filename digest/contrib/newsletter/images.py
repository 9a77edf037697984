"""Sizes of images in mails. Outlook takes them from the attributes and ignores ``max-width``."""

import re

# The width of the text in pixels.
WIDTH = 600
IMAGE = re.compile(r"<img [^>]*>")
SIZE = re.compile(r' (width|height)="(\d+)"')


def size_within(width: int, height: int) -> tuple[int, int]:
    """Return the size at which an image of this one is not wider than the text."""
    shown = min(width, WIDTH)
    return shown, round(height * shown / width)


def fit_images(html: str) -> str:
    """Reduce the sizes of images in rich text that are wider than the text."""
    return IMAGE.sub(lambda found: _fit(found[0]), html)


def _fit(tag: str) -> str:
    size = {name: int(value) for name, value in SIZE.findall(tag)}
    if size.keys() != {"width", "height"} or size["width"] <= WIDTH:
        return tag
    width, height = size_within(size["width"], size["height"])
    fitted = {"width": width, "height": height}
    return SIZE.sub(lambda found: f' {found[1]}="{fitted[found[1]]}"', tag)
