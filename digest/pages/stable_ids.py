"""Ids of pages that never change: after a new slug, a move or a new domain they are the same."""

import uuid
from typing import Any


def stable_id(page: Any, suffix: str = "") -> str:
    """Return the id of a page in its language as a URN, or of what ``suffix`` names of it."""
    return uuid.uuid5(page.translation_key, page.locale.language_code + suffix).urn
