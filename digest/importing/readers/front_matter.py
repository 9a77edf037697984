"""Read the front matter of a Markdown document.

YAML between two lines of ``---``, TOML between two lines of ``+++`` (Hugo, Zola), or ``Key: value``
in the first lines (Pelican, MultiMarkdown). Comments may precede it.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from digest.importing.documents import strip_unprintable
from digest.importing.errors import DocumentError
from digest.importing.parts import Part, Role
from digest.importing.readers.comments import after_comments
from digest.importing.readers.front_matter_formats import Field, read_headers, read_toml, read_yaml
from digest.importing.readers.markdown_hidden import take_unseen
from digest.importing.recognition import parse_tags
from digest.importing.rich_text import paragraph_html

FENCED = r"\s*^{0}[ \t]*\n(?P<source>.*?)^(?:{1})[ \t]*(?:\n|\Z)"
MAX_LENGTH = 20_000
ROLES = {
    "title": Role.TITLE,
    "headline": Role.HEADLINE,
    "byline": Role.BYLINE,
    "slug": Role.SLUG,
    "date": Role.DATE,
    "tags": Role.TAG,
    "summary": Role.SUMMARY,
    "image": Role.IMAGE,
}
SAME_AS = {"pubdate": "date", "publishdate": "date"}
# Keys of other programs for what is not public, with the values that say so.
YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
UNPUBLISHED = {
    "draft": YES,
    "private": YES,
    "unlisted": YES,
    "published": NO,
    "publish": NO,
    "public": NO,
    "visibility": ("private", "draft", "hidden", "internal"),
    "status": ("draft", "private", "pending", "unpublished"),
}
DESCRIPTIONS = ("description", "excerpt")
# A line each, with further lines indented, up to a blank line.
VALUE = r"\S[^\n]{0,2000}"
HEADERS = re.compile(
    rf"\s*?^(?P<source>(?:[A-Za-z][\w -]{{0,30}}:[ \t]+{VALUE}(?:\n[ \t]+{VALUE})*(?:\n|\Z))+)"
    r"(?=[ \t]*(?:\n|\Z))",
    re.MULTILINE,
)
FORMATS = [
    (re.compile(FENCED.format("---", r"---|\.\.\."), re.M | re.S), read_yaml),
    (re.compile(FENCED.format(r"\+\+\+", r"\+\+\+"), re.M | re.S), read_toml),
    (HEADERS, read_headers),
]


def read_front_matter(text: str) -> tuple[list[Part], str]:
    """Return the parts of the front matter, and the text with blank lines in its place."""
    start = after_comments(text)
    for pattern, read in FORMATS:
        found = pattern.match(text, start)
        if not found:
            continue
        if len(found["source"]) > MAX_LENGTH:
            raise DocumentError(f"Its front matter is too long: more than {MAX_LENGTH} characters.")
        first_line = text.count("\n", 0, found.start("source")) + 1
        fields = read(found["source"], first_line)
        if fields is not None:
            parts = sorted(parts_of(fields), key=lambda part: part.first_line)
            return parts, text[:start] + "\n" * found[0].count("\n") + text[found.end() :]
    return [], text


def parts_of(fields: Iterable[Field]) -> Iterator[Part]:
    """Yield a part for each value; unknown, repeated and nested keys are left out."""
    fields = list(fields)
    names = {field.name for field in fields}
    seen = set()
    for field in fields:
        yield from take_unseen_of(field)
        same = SAME_AS.get(field.name)
        name = same if same and same not in names else field.name
        texts = texts_of(field, is_tags=name == "tags")
        fits = texts is not None and (len(texts) < 2 or name == "tags")
        if fits and texts and texts[0].lower() in UNPUBLISHED.get(name, ()):
            yield Part(Role.UNPUBLISHED, f"{field.name}: {texts[0]}", *field.lines)
        elif name in ROLES and name not in seen and fits:
            yield from (Part(ROLES[name], text, *field.lines) for text in texts)
        else:
            html = paragraph_html(texts[0]) if name in DESCRIPTIONS and fits and texts else ""
            yield Part(Role.LEFT_OUT, clean(field.written) or field.name, *field.lines, html)
        seen.add(name)


def take_unseen_of(field: Field) -> Iterator[Part]:
    """Take comments and hidden elements out of the texts of a field, and yield them."""
    taken = [take_unseen(text) for text in field.texts or ()]
    field.texts = None if field.texts is None else [text for text, _ in taken]
    for part in chain.from_iterable(parts for _, parts in taken):
        yield Part(part.role, part.text, *field.lines)


def texts_of(field: Field, *, is_tags: bool) -> list[str] | None:
    """Return the texts of a field; tags in one text are split, and lose their ``#``."""
    if field.texts is None:
        return None
    texts = [text for text in map(clean, field.texts) if text]
    if is_tags and not field.is_list and texts:
        texts = parse_tags(texts[0]) or [part.strip() for part in texts[0].split(",")]
    return [tag for text in texts if (tag := text.lstrip("# "))] if is_tags else texts


def clean(text: str) -> str:
    """Remove what a database cannot store, such as a NUL written as an escape."""
    # JSON writes characters beyond U+FFFF as two escapes, of which YAML makes two surrogates.
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return strip_unprintable(joined)[0].strip()
