"""Image files for documents of the tests."""

import io
from base64 import b64encode

from PIL import Image


def image_file(
    color: str = "teal", size: tuple[int, int] = (64, 48), kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    """Return an image of one colour."""
    file = io.BytesIO()
    Image.new(mode, size, color if mode == "RGB" else 0).save(file, kind)
    return file.getvalue()


def data_uri(content: bytes, kind: str = "image/png") -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"


def img(content: bytes, alt: str = "", more: str = "") -> str:
    """Return a tag with an image in it."""
    return f'<img src="{data_uri(content)}" alt="{alt}" {more}>'
