"""Recognise dates, tags, labels, boilerplate and URLs in a single line of plain text."""

import re

from digest.importing.dates import date_at_start
from digest.importing.parts import Label, Part, Role

AFTER_DATE = re.compile(r"\s*$|\s*[:·|•—–-]\s*|\s*(?=#)")
TAG = re.compile(r"#\s*([^#]*[^#\s]#(?=\s*(?:#|$))|[^#]+)")
TAG_LIST = re.compile(r"(?:tags|tagged|topics)\s*:\s*(.+)", re.IGNORECASE)
MAX_TAG_LENGTH = 100
MAX_METADATA_LENGTH = 2000

LABEL = re.compile(
    r"[^\w*_]{0,20}(?P<open>[*_]{0,3})[^\w*_]{0,20}"
    r"(?:(?P<WHY_IT_MATTERS>why\s+(?:it|this)\s+matters)"
    r"|(?P<BOTTOM_LINE>(?:the\s+)?bottom\s+line)"
    r"|(?P<TLDR>tl\s?;?\s?dr)"
    r"|(?P<SOURCES>sources?|references|further\s+reading))(?!-?[^\W_])[\"”’']?"
    r"(?P<inner>(?:\s*[:：?.—–]|\s+-(?=\s))*)\s*(?P<close>[*_]{0,3})"
    r"(?P<outer>(?:\s*[:：—–]|\s+-(?=\s))*)",
    re.IGNORECASE,
)

BOILERPLATE = (
    r"(?:go )?back(?: to .{1,40})?|skip to .{1,20}|menu|home|search|log ?in|sign ?(?:in|up)"
    r"|subscribe(?: now)?|unsubscribe|share|copy link|print|about(?: us)?|contact(?: us)?|imprint"
    r"|rss(?: feed)?|privacy(?: policy)?|terms(?: of (?:service|use))?|cookies?(?: policy)?"
    r"|(?:get|receive) .{1,80} (?:in|to) your inbox|(?:.{0,150}\W)?no spam(?:\W.{0,60})?"
    r"|(?:enter )?your e-?mail(?: address)?|(?:join |start |view )?(?:the )?discussion"
    r"|(?:\d+ )?comments?|(?:leave|write) a comment|powered by .{1,80}|published with .{1,40}"
    r"|requires? (?:a )?github account|.{0,60}all rights reserved|loading(?: comments)?"
    r"|sent from my .{1,40}"
    r"|(?:previous|next|older|newer)(?: issues?| posts?)?|view .{1,30} in (?:your )?browser"
    r"|you(?:[’']re| are)?(?: now)? receiv(?:e|ed|ing) this .{0,150}|sent from my .{1,40}"
)
BOILERPLATE_ANYWHERE = (
    r"\d+ min(?:ute)?s?(?: read)?|reading time:? \d+.{0,12}|advertisement|sponsored"
    r"|share (?:this|on) .{1,40}|listen to this (?:article|issue)"
)
SEPARATOR_LINE = r"[-–—_=*~·•.\s]+"
BOILERPLATE_WITHIN = re.compile(
    rf"{SEPARATOR_LINE}|\W*(?:{BOILERPLATE_ANYWHERE})\W*", re.IGNORECASE
)
BOILERPLATE_AROUND = re.compile(
    rf"{BOILERPLATE_WITHIN.pattern}|[©ⓒ].*|\(c\) \d.*|\W*(?:{BOILERPLATE})\W*",
    re.IGNORECASE,
)
MAX_BOILERPLATE_LENGTH = 200

# A greeting of the readers; signatures begin with a line of two hyphens (RFC 3676).
GREETING = re.compile(
    r"(?:hi|hello|hey|welcome|good (?:morning|afternoon|evening|day))\b.{0,100}", re.IGNORECASE
)
SIGNATURE = re.compile(r"--(?: (?P<name>\w.{0,60}))?")

URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
# The last character is a letter, as it is not in "package@2.1".
EMAIL = re.compile(r"[^\s@/<>]+@[^\s@/<>]+\.[\w-]*[^\W\d_]")


def parse_tags(text: str) -> list[str]:
    """Parse a line of tags only: ``#One#Two words`` or ``Tags: one, two words``."""
    listed = TAG_LIST.fullmatch(text)
    if listed and not listed[1].startswith("#"):
        tags = re.split(r"\s*[,;·|]\s*", listed[1])
    elif text.startswith("#") or listed:
        tags = TAG.findall(listed[1] if listed else text)
    else:
        return []
    tags = [tag.strip(" ,;·|") for tag in tags]
    sound = all(0 < len(tag) <= MAX_TAG_LENGTH and tag[-1] not in ".!?" for tag in tags)
    return list({tag.casefold(): tag for tag in tags}.values()) if sound else []


def read_metadata(text: str, lines: tuple[int, int]) -> tuple[list[Part], str]:
    """Return the date and tags at the start of a line, and the rest of it."""
    parts = []
    if len(text) > MAX_METADATA_LENGTH:
        return parts, text
    found = date_at_start(text)
    after = AFTER_DATE.match(text, found[1]) if found else None
    if found and after:
        parts.append(Part(Role.DATE, text[: found[1]], *lines))
        text = text[after.end() :]
    if tags := parse_tags(text):
        parts += [Part(Role.TAG, tag, *lines) for tag in tags]
        text = ""
    return parts, text


def match_label(text: str) -> tuple[Label, str, str] | None:
    """Return the label at the start of a paragraph, its text, and the rest; None without one.

    Markdown emphasis around the label is removed with it. A separator or the end must follow:
    "Why it matters is unclear." has no label.
    """
    found = LABEL.match(text)
    if not found:
        return None
    label = next(label for label in Label if found[label.name])
    rest, closed = text[found.end() :].strip(), found["close"] == found["open"]
    if not closed:  # the emphasis continues or starts after the label
        rest = found["open"] + text[found.start("close") :].strip()
    words = re.sub(r"[*_]", "", found[0]).strip()
    if not re.search(r"\w", rest):
        return label, words, ""
    separator = found["inner"].strip() + found["outer"].strip()
    if label is Label.SOURCES:  # "Sources - two of them - say" is a sentence
        separated = ":" in separator or "：" in separator
    else:
        separated = separator or (closed and found["open"])
    return (label, words, rest) if separated else None


def is_boilerplate(text: str, *, around: bool) -> bool:
    """Return whether a line is boilerplate of the page; ``around``: outside the stories."""
    if len(text) > MAX_BOILERPLATE_LENGTH:
        return False
    return bool((BOILERPLATE_AROUND if around else BOILERPLATE_WITHIN).fullmatch(text))
