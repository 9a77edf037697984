"""Sizes of images in mails."""

import pytest

from digest.contrib.newsletter.images import fit_images
from digest.contrib.newsletter.templatetags.digest_mail_tags import mail_rendition


def image(*widths):
    jpegs = [
        {"url": f"{width}.jpg", "width": width, "height": width // 2, "format": "jpeg"}
        for width in widths
    ]
    return {"renditions": [jpegs[0] | {"url": "600.webp", "format": "webp"}, *jpegs]}


@pytest.mark.parametrize(
    ("widths", "url", "size"),
    [
        ((400, 800, 1600), "800.jpg", (600, 300)),
        ((200, 400), "400.jpg", (400, 200)),
        ((600,), "600.jpg", (600, 300)),
    ],
)
def test_smallest_jpeg_that_is_wide_enough_is_shown(widths, url, size):
    shown = mail_rendition(image(*widths))
    assert (shown["url"], (shown["width"], shown["height"])) == (url, size)


@pytest.mark.parametrize(
    ("tag", "fitted"),
    [
        (
            '<img src="a" width="1600" height="900" alt="x">',
            '<img src="a" width="600" height="338" alt="x">',
        ),
        ('<img src="a" width="400" height="200">', '<img src="a" width="400" height="200">'),
        ('<img src="a" alt="b">', '<img src="a" alt="b">'),
    ],
)
def test_images_in_texts_are_not_wider_than_the_text(tag, fitted):
    assert fit_images(f"<p>{tag} width</p>") == f"<p>{fitted} width</p>"
