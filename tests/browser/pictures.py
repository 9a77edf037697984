"""Pictures of what a test does, for the guide; ``DIGEST_SCREENSHOTS=folder`` asks for them."""

import io
import os
from pathlib import Path
from typing import Any

from PIL import Image

COLOURS = 128  # enough for a screen, at a third of the size


def take_picture(page: Any, name: str) -> None:
    """Save what a window shows as ``desk-<name>.png``, where somebody asked for pictures."""
    folder = os.environ.get("DIGEST_SCREENSHOTS")
    if folder:
        picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
        path = Path(folder) / f"desk-{name}.png"
        picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
