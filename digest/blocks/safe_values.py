"""Bounds of stored values, beyond which databases, encoders or recursion would fail."""

import re
from typing import Any

from django.core.exceptions import ValidationError

# A body of ours has 10 levels of JSON; a site's own blocks may be nested.
MAX_DEPTH = 100
# SQLite raises for ids with more digits.
MAX_ID = 10**18 - 1
# Half of a pair of UTF-16, such as half an emoji; it cannot be encoded, so it cannot be sent.
SURROGATE = re.compile("[\ud800-\udfff]")


def read_id(model: Any, value: Any) -> Any:
    """Return a stored primary key as the model has it, None if no row can have it."""
    try:
        pk = None if isinstance(value, bool) else model._meta.pk.to_python(value)
    except (ValidationError, OverflowError):
        return None
    return None if isinstance(pk, int) and abs(pk) > MAX_ID else pk


def without_surrogates(value: Any) -> Any:
    """Return a text, or the texts of a JSON value, without lone surrogates."""
    if isinstance(value, str):
        return value if value.isascii() else SURROGATE.sub("", value)
    if isinstance(value, list):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {key: without_surrogates(item) for key, item in value.items()}
    return value


def well_formed(stored: Any) -> Any:
    """Return a JSON value without lone surrogates; ValueError if it is nested too deeply."""
    # Each body that is read passes here, so this is one loop, and encodes instead of searching.
    level, has_surrogates = [stored], False
    for _depth in range(MAX_DEPTH + 1):
        below: list[Any] = []
        texts: list[str] = []
        for node in level:
            if isinstance(node, str):
                texts.append(node)
            elif isinstance(node, dict):
                below.extend(node.values())
            elif isinstance(node, list):
                below.extend(node)
        has_surrogates = has_surrogates or not _is_encodable("".join(texts))
        if not below:
            return without_surrogates(stored) if has_surrogates else stored
        level = below
    raise ValueError(f"JSON is nested more than {MAX_DEPTH} levels deep")


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
