"""A file is decoded once, at a reduced size, and not again once it has failed."""

from io import BytesIO, StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from PIL import Image, ImageCms
from wagtail.images import get_image_model

from digest.rendering.images import public_images
from tests.builders import make_image, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(monkeypatch):
    """The files that Pillow opens from now on."""
    files, pillow_open = [], Image.open

    def open_and_note(file, *args, **kwargs):
        files.append(file)
        return pillow_open(file, *args, **kwargs)

    monkeypatch.setattr(Image, "open", open_and_note)
    return files


def content(mode="RGB", size=(1640, 900), file_format="JPEG", **options):
    file = BytesIO()
    Image.new(mode, size).save(file, file_format, **options)
    return file.getvalue()


def make_from(data, name="image.jpg"):
    """Create an image whose file has these bytes."""
    file = ContentFile(data, name=name)
    image = get_image_model().objects.create(title="An image", file=file)
    return get_image_model().objects.get(pk=image.pk)


def overwrite(image, data):
    """Replace the stored file; return the image as it is read from the database."""
    storage = image.file.storage
    storage.delete(image.file.name)
    storage.save(image.file.name, ContentFile(data))
    return get_image_model().objects.get(pk=image.pk)


@pytest.fixture
def broken():
    """An image whose file ends too early."""
    return overwrite(make_image(), content()[:-900])


def sizes(image):
    [data] = public_images([image]).values()
    return {(each["format"], each["width"], each["height"]) for each in data["renditions"]}


def test_broken_file_is_decoded_by_one_request_only(digest, client, broken, opened):
    issue = make_issue(digest, image=broken)
    assert client.get(f"/api/v1/issues/{issue.pk}/").json()["image"] is None
    assert opened
    opened.clear()
    for url in (issue.url, "/daily/", "/feeds/daily/rss.xml", "/api/v1/issues/"):
        assert client.get(url).status_code == 200
    assert not opened


def test_replaced_file_is_decoded_again(broken):
    assert public_images([broken]) == {}
    broken.file = ContentFile(content(), name="other.jpg")
    broken.save()
    assert len(sizes(broken)) == 6


def test_file_repaired_in_place_is_decoded_again(broken):
    assert public_images([broken]) == {}
    assert len(sizes(overwrite(broken, content()))) == 6


def test_missing_file_is_found_once_it_is_back():
    image = make_image()
    image.file.storage.delete(image.file.name)
    image = get_image_model().objects.get(pk=image.pk)
    assert public_images([image]) == {}
    assert len(sizes(overwrite(image, content()))) == 6


def test_image_with_too_many_pixels_is_not_decoded(settings, opened):
    image = make_image()
    opened.clear()
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = 1640 * 900 - 1
    assert public_images([image]) == {}
    assert not opened
    settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS = None
    assert len(sizes(image)) == 6


def test_large_file_is_decoded_once_for_all_renditions(settings, monkeypatch):
    settings.DIGEST_IMAGE_WIDTHS = [40, 80]
    image, decoded, thumbnail = make_image(), [], Image.Image.thumbnail

    def thumbnail_and_note(self, *args, **kwargs):
        thumbnail(self, *args, **kwargs)
        decoded.append(self.size)

    monkeypatch.setattr(Image.Image, "thumbnail", thumbnail_and_note)
    assert sizes(image) == {(form, *size) for form in ("webp", "jpeg") for size in SMALL}
    assert decoded == [(80, 44)]


SMALL = [(40, 22), (80, 44)]
EXIF_GPS = 0x8825
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def photo(file_format, size=(1640, 900)):
    """Return a file with a place, an author and a comment in its metadata."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B], exif[EXIF_GPS] = 3, "An author", {1: "N", 2: (52.0, 31.0, 7.0)}
    options = {"exif": exif, "xmp": b"<x:xmpmeta/>", "icc_profile": PROFILE}
    if file_format == "GIF":  # which has none of them
        options = {"comment": b"An author"}
    elif file_format == "JPEG":
        options["comment"] = b"An author"
    return content(size=size, file_format=file_format, **options)


def metadata(rendition):
    with rendition.file.open() as file, Image.open(file) as opened:
        opened.load()
        return dict(opened.getexif()), set(opened.info) & {"exif", "xmp", "comment", "icc_profile"}


@pytest.mark.parametrize("size", [(1640, 900), (60, 40)])  # one is reduced, one is used itself
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_renditions_have_the_colour_profile_and_no_other_metadata(file_format, size):
    image = make_from(photo(file_format, size), f"photo.{file_format.lower()}")
    assert sizes(image)
    kept = set() if file_format == "GIF" else {"icc_profile"}
    for rendition in image.renditions.all():
        assert metadata(rendition) == ({}, kept)


def test_wagtails_command_creates_renditions_without_metadata():
    image = make_from(photo("JPEG"))
    assert sizes(image)
    call_command("wagtail_update_image_renditions", stdout=StringIO())
    assert [metadata(each) for each in image.renditions.all()] == [({}, {"icc_profile"})] * 6


TURNED = Image.Exif()
TURNED[0x0112] = 6


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("turned.jpg", "RGB", {"size": (600, 800), "exif": TURNED}),
        ("palette.png", "P", {"file_format": "PNG"}),
        ("alpha.png", "RGBA", {"file_format": "PNG"}),
        ("gray.png", "L", {"file_format": "PNG"}),
        ("printed.jpg", "CMYK", {}),
        ("still.gif", "P", {"file_format": "GIF"}),
        ("moving.gif", "P", {"file_format": "GIF", "save_all": True}),
        ("moving.webp", "RGB", {"file_format": "WEBP", "save_all": True}),
    ],
)
def test_every_kind_of_file_keeps_its_shape(settings, name, mode, options):
    settings.DIGEST_IMAGE_WIDTHS = [80]
    options = {"size": (800, 600)} | options
    if options.get("save_all"):
        options["append_images"] = [Image.new(mode, (800, 600), 1)]
    image = make_from(content(mode, **options), name)
    assert sizes(image) == {("webp", 80, 60), ("jpeg", 80, 60)}
