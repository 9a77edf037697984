"""Which elements are left out whatever their styles, and the notes on all that is left out."""

from collections import Counter

from digest.importing.html.tags import PAGE_CHROME
from digest.importing.html.tokens import RAW_TEXT
from digest.importing.images import MAX_IMAGES
from digest.importing.mail_frame import FRAME_NOTE, URL_NOTES

ACTIVE_CONTENT = {"script", "iframe", "object", "applet", "canvas", "svg", "math"}
INVISIBLE = RAW_TEXT - ACTIVE_CONTENT
NOT_SHOWN = {"template", "noscript"}
WIDGETS = {"button", "select", "dialog", "menu", "datalist", "audio", "video"}
NOTES = {
    "program": "scripts and embedded content",
    "control": "buttons and players",
    "boilerplate": "boilerplate of the page (navigation, footer)",
    "hidden": "hidden elements",
    "comment": "comments",
    "deletion": "deletions under “Track changes”",
    "image": "images: choose them in the editor",
    "unusable image": "images that cannot be read, or have a format that the site does not accept",
    "large image": "images that are too large",
    "surplus image": f"images, of which a document may have {MAX_IMAGES}",
    "link": "URLs of links that only work on the original page; their text is kept",
    "frame": FRAME_NOTE,
    "property": "properties of the page",
    **URL_NOTES,
    "outside": "blocks outside the main content of the page",
}


def skip_reason(tag: str, *, in_region: bool) -> str:
    """Return the key in ``NOTES`` for an element to skip, or an empty string."""
    if tag in ACTIVE_CONTENT or tag in INVISIBLE:
        return "program"
    if tag in WIDGETS:
        return "control"
    if tag == "nav" or (tag in PAGE_CHROME and not in_region):
        return "boilerplate"
    return "hidden" if tag in NOT_SHOWN else ""


def notes_on(left_out: Counter[str]) -> tuple[str, ...]:
    """Return a note for each kind of what was left out."""
    return tuple(f"left out: {n} × {NOTES[what]}" for what, n in left_out.items() if n)
