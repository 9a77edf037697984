"""Filters of the templates of mails."""

from contextlib import suppress
from datetime import date
from typing import Any

from django import template

from digest.contrib.newsletter.images import WIDTH, size_within

register = template.Library()


@register.filter
def mail_rendition(image: dict[str, Any]) -> dict[str, Any]:
    """Return the URL of a JPEG, which all mail programs show, and the size to show it at."""
    jpegs = [rendition for rendition in image["renditions"] if rendition["format"] == "jpeg"]
    # A larger one would only be sharper, and mails are read on the move.
    wide = [rendition for rendition in jpegs if rendition["width"] >= WIDTH] or jpegs
    choose = min if wide is not jpegs else max
    chosen = choose(wide, key=lambda rendition: rendition["width"])
    width, height = size_within(chosen["width"], chosen["height"])
    return {"url": chosen["url"], "width": width, "height": height}


@register.filter
def parse_day(text: str | None) -> date | None:
    """Convert a date of the API, such as "2026-04-14", for the filter ``date``."""
    with suppress(TypeError, ValueError):
        return date.fromisoformat(text)
    return None
