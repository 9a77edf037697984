"""Serialize images and their renditions for public output."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urljoin

from django.db import DatabaseError
from django.db.models import F, QuerySet
from django.db.models.lookups import In
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage

from digest import statements, visibility
from digest.conf import conf
from digest.rendering.renditions import create_renditions

logger = logging.getLogger(__name__)

FORMATS = ("webp", "jpeg")
NO_METADATA = "|nometadata"

_files_only: ContextVar[bool] = ContextVar("digest_files_only", default=False)


@contextmanager
def files_only() -> Iterator[None]:
    """Show the original file of each image inside, in place of renditions, which are not made.

    For comparisons: the output says whether a reader would see another image. It is not public.
    """
    token = _files_only.set(True)
    try:
        yield
    finally:
        _files_only.reset(token)


def rendition_specs() -> list[str]:
    """Return the filter specs of all renditions; requests cannot add others."""
    return [
        f"width-{width}|format-{form}{NO_METADATA}"
        for form in FORMATS
        for width in conf.IMAGE_WIDTHS
    ]


def public_images(
    images: Iterable[AbstractImage],
    base_url: str = "",
    restricted_collections: tuple[str, ...] | None = None,
) -> dict[AbstractImage, dict[str, Any]]:
    """Map public images to their data; others are left out.

    Left out are images of private collections, and those without renditions: missing, damaged, too
    large or vector (SVG) files.

    The data has ``alt``, ``width``, ``height``, ``focal_point`` (fractions of width and height, or
    None) and ``renditions`` (url, width, height, format). ``restricted_collections`` is the result
    of ``visibility.restricted_collection_paths``, if the caller has it.
    """
    shown = visibility.in_public_collections(images, restricted_collections)
    made = _renditions(shown, base_url) if shown and not _files_only.get() else {}
    data = {image: _data_or_none(image, made, base_url) for image in shown}
    return {image: found for image, found in data.items() if found}


def public_images_by_id(ids: Iterable[int], base_url: str = "") -> dict[int, dict[str, Any]]:
    """Map image ids to data like ``public_images``; deleted images are left out."""
    if not (ids := set(ids)):
        return {}
    images = statements.fetch(("images",), _images, ids=sorted(ids))
    return {image.pk: data for image, data in public_images(images, base_url).items()}


def _images(ids: list[Any]) -> QuerySet:
    return get_image_model().objects.filter(In(F("pk"), ids))


Renditions = dict[tuple[int, str], dict[str, Any]]


def _renditions(images: list[AbstractImage], base_url: str) -> Renditions:
    """Return existing renditions by image and spec, with one query for images not prefetched."""
    specs, made = rendition_specs(), []
    fetched = [image for image in images if "renditions" in _prefetched(image)]
    for image in fetched:
        columns = (
            (r.image_id, r.filter_spec, r.file.name, r.width, r.height)
            for r in image.renditions.all()
        )
        made += (row for row in columns if row[1] in specs)
    if others := [image.pk for image in images if image not in fetched]:
        key = ("renditions", *specs)
        made += statements.fetch(key, _rendition_rows, images=others)
    storage = images[0].get_rendition_model()._meta.get_field("file").storage
    return {
        (image_id, spec): _rendition(storage.url(file), file, width, height, base_url)
        for image_id, spec, file, width, height in made
    }


def _rendition_rows(images: list[Any]) -> QuerySet:
    model = get_image_model().get_rendition_model()
    # A width alone does not crop, so that the focal point does not matter.
    found = model.objects.filter(
        In(F("image_id"), images), filter_spec__in=rendition_specs(), focal_point_key=""
    )
    return found.values_list("image_id", "filter_spec", "file", "width", "height")


def _prefetched(image: AbstractImage) -> dict[str, Any]:
    return getattr(image, "_prefetched_objects_cache", {})


def _rendition(url: str, file: str, width: int, height: int, base_url: str) -> dict[str, Any]:
    extension = file.rpartition(".")[2].lower()
    return {
        "url": urljoin(base_url, url) if base_url else url,
        "width": width,
        "height": height,
        "format": "jpeg" if extension == "jpg" else extension,
    }


def _data_or_none(image: AbstractImage, made: Renditions, base_url: str) -> dict[str, Any] | None:
    try:
        return _image_data(image, made, base_url)
    except DatabaseError:
        raise
    except Exception as error:
        logger.warning("Image %s is left out: %r", image.pk, error)
        return None


def _image_data(image: AbstractImage, made: Renditions, base_url: str) -> dict[str, Any]:
    if _files_only.get():
        return _file_data(image)
    renditions = [made.get((image.pk, spec)) for spec in rendition_specs()]
    if not all(renditions):
        renditions = [
            _rendition(made.url, made.file.name, made.width, made.height, base_url)
            for made in create_renditions(image, rendition_specs())
        ]
    return {
        "alt": image_alt(image),
        "width": image.width,
        "height": image.height,
        "focal_point": _focal_point(image),
        # Small images are not scaled up, so several widths give the same rendition.
        "renditions": list({(r["format"], r["width"]): r for r in renditions}.values()),
    }


def _file_data(image: AbstractImage) -> dict[str, Any]:
    """Return the data of an image with its original file as its only rendition.

    Its URL, without a signature, changes with the file, the storage and the specs of renditions.
    """
    size = {"width": image.width, "height": image.height}
    parts = [image.file.url.partition("?")[0], image.file_hash, *rendition_specs()]
    file = {"url": " ".join(parts), "format": "jpeg"}
    data = {"alt": image_alt(image), "focal_point": _focal_point(image)}
    return data | size | {"renditions": [size | file]}


def largest_jpeg(data: dict[str, Any]) -> dict[str, Any]:
    """Return the rendition for clients that may not support WebP or choose a width."""
    jpegs = [rendition for rendition in data["renditions"] if rendition["format"] == "jpeg"]
    return max(jpegs, key=lambda rendition: rendition["width"])


def image_alt(image: AbstractImage) -> str:
    """Return the alt text where the image is used, else that of the image library."""
    if getattr(image, "decorative", False):
        return ""
    return getattr(image, "contextual_alt_text", None) or image.default_alt_text


def _focal_point(image: AbstractImage) -> dict[str, float] | None:
    if not image.has_focal_point():
        return None
    return {
        "x": round(image.focal_point_x / image.width, 4),
        "y": round(image.focal_point_y / image.height, 4),
    }
