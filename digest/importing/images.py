"""Take the images that a document contains, checked as those that an editor uploads.

Only images that are in the file are taken: nothing is fetched. A cleaned document has a line for
each of them, a ``Figure``; the bytes are kept beside the text.
"""

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.html import escape
from PIL import Image
from wagtail.images.fields import WagtailImageField
from wagtail.images.utils import get_allowed_image_extensions

from digest.importing.html.hidden import length
from digest.importing.rich_text import unescaped
from digest.rendering.renditions import max_image_pixels

MAX_IMAGES, MAX_TRIED = 40, 500
MAX_USES = 3  # of one image: an icon or a line between paragraphs is there more often
# Of all images of a document together: they are decoded to check them.
MAX_BYTES, MAX_PIXELS = 20_000_000, 200_000_000
MAX_TRIED_BYTES = 5 * MAX_BYTES  # also of images that are left out
TRACKING_PIXELS = 2  # an image of this width or height is there to count readers
EXTENSIONS = {"JPEG": "jpg", "MPO": "jpg", "HEIF": "heic"}
TOO_LARGE = {"file_too_large", "file_too_large_unknown_size", "file_too_many_pixels"}
# They hold the URL of the image where the source is a placeholder.
REAL_SOURCES = ("srcset", "data-src", "data-srcset", "data-original", "data-lazy-src")
FIGURE = re.compile(r'<figure id="(\d+)" name="([^"]*)" title="([^"]*)">(.*)</figure>')
FILE_NAME = re.compile(r"[A-Za-z]:\\|file:|\S+\.(?:png|jpe?g|gif|webp)$", re.IGNORECASE)
NOT_IN_NAMES = re.compile(r"[^\w-]+")
MAX_STEM, MAX_TEXT = 60, 255
Find = Callable[[str], "DocumentImage | None"]


@dataclass(frozen=True)
class DocumentImage:
    """The file of an image."""

    name: str
    content: bytes


@dataclass
class Figure:
    """An image at its place in a document, with its alt text and caption.

    ``number`` is that of its file, ``about`` says which file it is.
    """

    number: int
    about: str
    alt: str = ""
    caption: str = ""

    @property
    def html(self) -> str:
        """Return the line of the image in a cleaned document."""
        about, caption, alt = map(escape, (self.about, self.caption, self.alt))
        return f'<figure id="{self.number}" name="{about}" title="{caption}">{alt}</figure>'

    @property
    def text(self) -> str:
        """Return what reviewers read."""
        return f"{self.alt} ({self.about})" if self.alt else f"{self.about}, no alt text"

    @classmethod
    def parse(cls, line: str) -> "Figure | None":
        """Return the image of a line, or None for another line."""
        found = FIGURE.fullmatch(line)
        if not found:
            return None
        about, caption, alt = map(unescaped, found.groups()[1:])
        return cls(int(found[1]), about, alt, caption)


class ImageLeftOut(Exception):
    """Raised with the key of a note, or with "" for an image that nobody sees."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def in_web_page(source: str) -> DocumentImage | None:
    """Return the image in a ``data:`` URI."""
    if source[:5].lower() != "data:":
        return None
    head, _, data = source[5:].partition(",")
    content = unquote_to_bytes(data)
    if head.rstrip().lower().endswith("base64"):
        try:
            content = b64decode(content + b"==")
        except ValueError:
            content = b""
    return DocumentImage("", content)


@dataclass
class ImageReader:
    """Collects the images of a document; ``find`` returns those that are in its file by source."""

    find: Find = in_web_page
    images: dict[int, DocumentImage] = field(default_factory=dict)
    known: dict[str, Figure | str] = field(default_factory=dict)
    uses: Counter[str] = field(default_factory=Counter)
    tried: int = 0
    tried_bytes: int = 0
    total_bytes: int = 0
    total_pixels: int = 0

    def take(self, attributes: Mapping[str, str], styles: Mapping[str, str]) -> Figure:
        """Return the image of a tag; raises ImageLeftOut."""
        if is_tracking_pixel(attributes, styles):
            raise ImageLeftOut("")
        source = attributes.get("src", "").strip()
        if has_real_source(attributes):
            raise ImageLeftOut("image")
        if source not in self.known:
            self.known[source] = self.figure_or_reason(source)
        known = self.known[source]
        if isinstance(known, str):
            raise ImageLeftOut(known)
        self.uses[source] += 1
        if self.uses[source] > MAX_USES:
            raise ImageLeftOut("surplus image")
        return Figure(known.number, known.about, alt_text(attributes))

    def figure_or_reason(self, source: str) -> Figure | str:
        """Read a new source; return the key of a note if it is left out."""
        try:
            return self.read(source)
        except ImageLeftOut as error:
            return error.reason

    def read(self, source: str) -> Figure:
        """Read and check a file, and keep it; raises ImageLeftOut."""
        if source.lower().startswith(("http:", "https:")):
            raise ImageLeftOut("image")
        if self.tried_bytes > MAX_TRIED_BYTES:
            raise ImageLeftOut("large image")
        found = in_web_page(source) or self.find(source)
        if found is None:
            raise ImageLeftOut("image")
        self.tried += 1
        self.tried_bytes += len(found.content)
        if len(self.images) >= MAX_IMAGES or self.tried > MAX_TRIED:
            raise ImageLeftOut("surplus image")
        total_bytes = self.total_bytes + len(found.content)
        if total_bytes > MAX_BYTES:
            raise ImageLeftOut("large image")
        (width, height), extension = size_and_extension(found.content)
        if self.total_pixels + width * height > MAX_PIXELS:
            raise ImageLeftOut("large image")
        number = len(self.images) + 1
        stem = NOT_IN_NAMES.sub("-", PurePosixPath(found.name).stem).strip("-")[:MAX_STEM]
        image = DocumentImage(f"{stem or f'image-{number}'}.{extension}", found.content)
        self.total_pixels += width * height  # decoded now, whether kept or not
        check_upload(image)
        self.images[number], self.total_bytes = image, total_bytes
        size = filesizeformat(len(found.content)).replace("\xa0", " ")
        return Figure(number, f"{image.name}, {width} × {height} pixels, {size}")


def alt_text(attributes: Mapping[str, str]) -> str:
    """Return the alt text of a tag; a path or file name, as Word once wrote, is none."""
    text = one_line(attributes.get("alt", ""))
    return "" if FILE_NAME.match(text) else text


def one_line(text: str) -> str:
    """Return an alt text or caption as the image library can store it."""
    return " ".join(text.split())[:MAX_TEXT]


def is_tracking_pixel(attributes: Mapping[str, str], styles: Mapping[str, str]) -> bool:
    """Return whether a tag says that its image is too small to be seen."""
    sizes = [styles.get(name, attributes.get(name, "")).strip() for name in ("width", "height")]
    known = filter(None, map(length, sizes))
    return any(number <= TRACKING_PIXELS and unit in ("", "px") for number, unit in known)


def has_real_source(attributes: Mapping[str, str]) -> bool:
    """Return whether the source of a tag is a placeholder, until a script replaces it."""
    urls = (attributes.get(name, "").strip() for name in REAL_SOURCES)
    return any(url and not url.startswith("data:") for url in urls)


def size_and_extension(content: bytes) -> tuple[tuple[int, int], str]:
    """Read the header of an image, without decoding it; raises ImageLeftOut."""
    known = Image.registered_extensions()
    extensions = (f".{extension.lower()}" for extension in get_allowed_image_extensions())
    formats = sorted({known[extension] for extension in extensions if extension in known})
    try:
        with Image.open(BytesIO(content), formats=formats) as opened:
            size, name = opened.size, opened.format or ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageLeftOut("large image") from None
    except Exception:  # Pillow fails in many ways on broken files
        raise ImageLeftOut("unusable image") from None
    if min(size) <= TRACKING_PIXELS:
        raise ImageLeftOut("")
    limit = max_image_pixels()
    if limit is not None and size[0] * size[1] > limit:  # before Wagtail's check, which decodes
        raise ImageLeftOut("large image")
    return size, EXTENSIONS.get(name, name.lower())


def check_upload(image: DocumentImage) -> None:
    """Check an image as the form of the image library does; raises ImageLeftOut."""
    try:
        WagtailImageField().clean(SimpleUploadedFile(image.name, image.content))
    except ValidationError as error:
        large = {each.code for each in error.error_list} & TOO_LARGE
        raise ImageLeftOut("large image" if large else "unusable image") from None
    except Exception:  # Pillow's errors pass Wagtail's field
        raise ImageLeftOut("unusable image") from None
