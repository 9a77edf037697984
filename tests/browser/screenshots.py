"""Screenshots for the docs, saved if ``DIGEST_SCREENSHOTS`` names a folder."""

import io
import os
from pathlib import Path
from typing import Any

from PIL import Image

COLOURS = 128  # enough for a screen, at a third of the size


def take_screenshot(page: Any, name: str) -> None:
    """Save a screenshot as ``desk-<name>.png``, if screenshots are enabled."""
    folder = os.environ.get("DIGEST_SCREENSHOTS")
    if folder:
        image = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
        path = Path(folder) / f"desk-{name}.png"
        image.convert("RGB").quantize(COLOURS).save(path, optimize=True)
