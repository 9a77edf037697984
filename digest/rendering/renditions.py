"""Create renditions from a reduced copy of the file, and not again from a file that failed.

A small file can decode to gigabytes. So a file with too many pixels is not decoded, any other one
once for all renditions, and a JPEG already at a reduced size. A process decodes one file at a time.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from io import BytesIO
from threading import Lock
from typing import Any

import willow
from django.conf import settings
from PIL import Image, ImageOps
from wagtail.images.image_operations import FilterOperation
from wagtail.images.models import AbstractImage, AbstractRendition, Filter, SourceImageIOError
from willow.plugins.pillow import PillowImage

from digest.caching import replica
from digest.conf import conf

WAGTAIL_MAX_IMAGE_PIXELS = 128_000_000
# Seconds. A storage that does not respond looks like a broken file.
RETRY_FAILED_AFTER = 3600
# What PNG, the format of the reduced copy, can store.
REDUCIBLE_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}
ANIMATED_FORMATS = {"GIF", "WEBP"}
EXIF_ORIENTATION = 0x0112
# What a file needs to be shown properly, of all that Pillow keeps beside the pixels.
DISPLAY_INFO = {"icc_profile", "transparency"}

_decoding = Lock()


class UnusableImage(Exception):
    """A file that is not decoded: it has too many pixels, or decoding it has failed before."""


def max_image_pixels() -> int | None:
    """Return Wagtail's limit of the pixels of an image; None if there is none."""
    return getattr(settings, "WAGTAILIMAGES_MAX_IMAGE_PIXELS", WAGTAIL_MAX_IMAGE_PIXELS)


def create_renditions(image: AbstractImage, specs: Iterable[str]) -> list[AbstractRendition]:
    """Return the renditions of an image, creating those that are missing.

    Raises UnusableImage, or what reading, decoding or storing a file raises.
    """
    pixels, limit = image.width * image.height, max_image_pixels()
    if limit is not None and pixels > limit:
        raise UnusableImage(f"It has {pixels} pixels, more than WAGTAILIMAGES_MAX_IMAGE_PIXELS.")
    if _failures().get(_failure_key(image)):
        raise UnusableImage("Decoding its file has failed before.")
    copy = cache(partial(_reduced_copy, image, max(conf.IMAGE_WIDTHS)))
    with replica.primary():  # a replica may not have new renditions yet
        return [image.get_rendition(_ReducedFilter(spec, copy)) for spec in specs]


class NoMetadataOperation(FilterOperation):
    """Remove EXIF, with the place where a photo was taken, XMP and comments.

    Wagtail has applied the EXIF orientation by then. It is a part of the spec so that
    ``wagtail_update_image_renditions`` removes them, too.
    """

    def construct(self) -> None:
        pass

    def run(self, willow: Any, image: AbstractImage, env: dict[str, Any]) -> Any:
        pixels = willow.get_pillow_image()
        pixels.info = {key: pixels.info[key] for key in DISPLAY_INFO & pixels.info.keys()}
        return PillowImage(pixels)


class _ReducedFilter(Filter):
    """Renders from a reduced copy of the file, which several filters share."""

    def __init__(self, spec: str, reduced_copy: Callable[[], bytes | None]) -> None:
        super().__init__(spec)
        self.reduced_copy = reduced_copy

    def run(self, image: AbstractImage, *args: Any, **kwargs: Any) -> Any:
        with _decoding, _remembering_failure(image):
            return super().run(image, *args, **kwargs)

    @contextmanager
    def get_willow_image(self, image: AbstractImage, source: Any = None) -> Iterator[Any]:
        copy = self.reduced_copy()
        if copy is not None:
            yield willow.Image.open(BytesIO(copy))
            return
        with super().get_willow_image(image, source) as original:
            yield original


def _reduced_copy(image: AbstractImage, width: int) -> bytes | None:
    """Return the file as an upright PNG of a width; None if the file has to be used itself."""
    with image.open_file() as file, Image.open(file) as opened:
        is_turned = opened.getexif().get(EXIF_ORIENTATION, 1) >= 5
        box = (opened.width, width) if is_turned else (width, opened.height)
        if _is_within(opened.size, box) or not _is_reducible(opened):
            return None
        return _as_png(_reduced(opened, box))


def _is_within(size: tuple[int, int], box: tuple[int, int]) -> bool:
    return size[0] <= box[0] and size[1] <= box[1]


def _is_reducible(opened: Image.Image) -> bool:
    is_animated = opened.format in ANIMATED_FORMATS and getattr(opened, "is_animated", False)
    return opened.mode in REDUCIBLE_MODES and not is_animated


def _reduced(opened: Image.Image, box: tuple[int, int]) -> Image.Image:
    if opened.mode in ("1", "P"):  # which are not interpolated
        opened = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    opened.thumbnail(box, Image.Resampling.LANCZOS)  # a JPEG is decoded at a reduced size
    ImageOps.exif_transpose(opened, in_place=True)
    return opened


def _as_png(reduced: Image.Image) -> bytes:
    output = BytesIO()
    reduced.save(output, "PNG", compress_level=1)
    return output.getvalue()


@contextmanager
def _remembering_failure(image: AbstractImage) -> Iterator[None]:
    try:
        yield
    except SourceImageIOError:  # it cannot be opened, which costs little
        raise
    except Exception:
        _failures().set(_failure_key(image), True, RETRY_FAILED_AFTER)
        raise


def _failures() -> Any:
    """Return the cache in which Wagtail keeps renditions."""
    return AbstractRendition.cache_backend


def _failure_key(image: AbstractImage) -> str:
    """Return a key that changes with the stored file, which may be replaced under its name."""
    file = f"{image.file.name} {image.file.size} {image.file_hash}"
    return f"digest-image-failed-{image.pk}-{hashlib.sha256(file.encode()).hexdigest()}"
