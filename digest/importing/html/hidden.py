"""Find out which text a browser would not show, from the computed styles of its elements."""

import re
from dataclasses import dataclass, replace

from digest.importing.html.styles import Styles

LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))([a-z]*|%)")
SMALLEST = 1.0  # nobody reads text of one pixel
FAR_AWAY = -900.0
RELATIVE = {"em", "rem", "%", "ex", "ch", "vw", "vh"}
FONT_SIZE = re.compile(r"(?:^|\s)([\d.]+(?:px|pt|em|rem|%)?)(?:/\S+)?(?=\s|$)")
CLIPPED = re.compile(
    r"rect\(\s*[01](?:px)?(?:[\s,]+[01](?:px)?){3}\s*\)|inset\(\s*(?:50|100)%|circle\(\s*0"
)
MOVES = re.compile(r"translate|rotate|scale")
SIZES = ("max-height", "height", "max-width", "width")
SIDES = ("left", "right", "top", "bottom", "margin-left", "margin-top")
NO_COLOUR = re.compile(r"transparent|(?:rgba|hsla)\(.*,\s*0(?:\.0*)?%?\s*\)|#[0-9a-f]{6}00")


def length(value: str) -> tuple[float, str] | None:
    """Return number and unit of a length."""
    found = LENGTH.match(value)
    return (float(found[1]), found[2]) if found else None


def is_nothing(value: str) -> bool:
    """Return whether a size is zero, or a pixel or less."""
    found = length(value)
    return bool(found) and found[0] <= (0 if found[1] in RELATIVE else SMALLEST)


def is_removed(styles: Styles, attributes: dict[str, str]) -> bool:
    """Return whether an element is hidden with all its content."""
    by_default = "none" if "hidden" in attributes or "popover" in attributes else ""
    return (
        styles.get("display", by_default) == "none"
        or styles.get("mso-hide") == "all"
        or styles.get("content-visibility") == "hidden"
        or is_transparent(styles)
        or is_without_space(styles)
        or is_elsewhere(styles)
    )


def reason_to_remove(tag: str, styles: Styles, attributes: dict[str, str]) -> str:
    """Return why an element is left out with its content, or an empty string.

    Comments and deletions are those of web pages saved by Word.
    """
    if is_removed(styles, attributes):
        return "hidden"
    classes = attributes.get("class", "").lower().split()
    special = styles.get("mso-element", styles.get("mso-special-character", ""))
    if special.startswith("comment") or any(name.startswith("msocom") for name in classes):
        return "comment"
    author = attributes.get("cite", "").startswith("mailto:")
    return "deletion" if "msodel" in classes or (tag == "del" and author) else ""


def is_transparent(styles: Styles) -> bool:
    """Return whether the element has no opacity, unless it fades in when a reader scrolls."""
    opacity = length(styles.get("opacity", ""))
    fades_in = any(name.startswith(("transition", "animation")) for name in styles)
    fades_in = fades_in or bool(MOVES.search(styles.get("transform", "")))
    return bool(opacity) and opacity[0] <= 0 and not fades_in


def is_without_space(styles: Styles) -> bool:
    """Return whether the element is a box that cuts off all its text."""
    cuts = any(styles.get(name, "visible") != "visible" for name in ("overflow", "overflow-y"))
    # A box of height 0 with padding is how pages keep the ratio of an embedded video.
    padded = any(name.startswith("padding") and not is_nothing(styles[name]) for name in styles)
    return cuts and not padded and any(is_nothing(styles.get(name, "")) for name in SIZES)


def is_elsewhere(styles: Styles) -> bool:
    """Return whether the element is far outside of the page, clipped or scaled away."""
    placed = styles.get("position") in ("absolute", "fixed")
    sides = (*SIDES, "text-indent") if placed else ("text-indent",)
    far = any(is_far_away(styles.get(name, "")) for name in sides)
    clip = styles.get("clip-path", "") + (styles.get("clip", "") if placed else "")
    return far or bool(CLIPPED.search(clip)) or styles.get("transform") == "scale(0)"


def is_far_away(value: str) -> bool:
    found = length(value)
    return bool(found) and found[0] <= (FAR_AWAY / 10 if found[1] in RELATIVE else FAR_AWAY)


@dataclass(frozen=True)
class TextStyle:
    """What text inherits and what may hide it."""

    invisible: bool = False
    tiny: bool = False
    colourless: bool = False

    @property
    def hidden(self) -> bool:
        return self.invisible or self.tiny or self.colourless

    def within(self, styles: Styles) -> "TextStyle":
        """Return the style of text in an element with these declared styles."""
        if not styles:
            return self
        style = self
        if visibility := styles.get("visibility"):
            style = replace(style, invisible=visibility in ("hidden", "collapse"))
        if font_size := font_size_of(styles):
            relative = (length(font_size) or (0, ""))[1] in RELATIVE - {"rem", "vw", "vh"}
            tiny = is_nothing(font_size) or (style.tiny and relative)
            style = replace(style, tiny=tiny)
        if colour := styles.get("color"):
            background = styles.get("background-color", styles.get("background"))
            style = replace(
                style, colourless=colour == background or bool(NO_COLOUR.fullmatch(colour))
            )
        return style


def font_size_of(styles: Styles) -> str:
    """Return the declared size of the font, also from the property ``font``."""
    if "font-size" in styles:
        return "" if styles["font-size"] == "inherit" else styles["font-size"]
    found = FONT_SIZE.search(styles.get("font", ""))
    return found[1] if found else ""
