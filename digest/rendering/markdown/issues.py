"""A whole issue as one Markdown document, in the vocabulary that ``digest.importing`` reads.

The words that open a section are English whatever the language of the issue: they are part of the
format, and not of its text.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from digest.pages.public_urls import page_url
from digest.rendering.images import largest_jpeg
from digest.rendering.markdown.blocks import NOT_TEXT, MarkdownWriter, parse
from digest.rendering.markdown.inline import BREAK, Token, address, escape, line
from digest.rendering.seo import utc_text

HTML = re.compile(r"\s*<(?:p|h[2-6]|ul|ol|blockquote|pre|hr)\b")
# A text that begins with a word that opens a section opens one for the importer.
LABEL = re.compile(
    r"^((?:#+ )?(?![-*>] )[^\w`]{0,20})"
    r"((?:why\s+(?:it|this)\s+matters|(?:the\s+)?bottom\s+line|sources?|references"
    r"|further\s+reading|tags|tagged|topics)(?=\W*$|[\"”’'*_\\\s]*[:：?.—–*_-]))",
    re.IGNORECASE,
)


def issue_markdown(issue: Any, body: list[dict[str, Any]], image: dict[str, Any] | None) -> str:
    """The issue as Markdown: front matter in YAML, its headline, and every block of ``body``.

    ``body`` is the result of ``digest.rendering.bodies.public_bodies``, with texts as HTML;
    ``image`` is its data as ``digest.rendering.images.public_images`` returns it.
    """
    blocks = [heading(1, issue.headline), *map(unlike_label, paragraphs(issue.summary))]
    for block in body:
        write = WRITERS.get(block["type"], own_block)
        blocks += [text for text in write(block["value"], block["type"]) if text]
    return "\n\n".join([front_matter(issue, image), *filter(None, blocks)]) + "\n"


def front_matter(issue: Any, image: dict[str, Any] | None) -> str:
    """What is known of the issue, as YAML between two lines of dashes."""
    data = {
        "title": issue.title,
        "date": issue.date,
        "number": issue.number,
        "digest": issue.digest and issue.digest.title,
        "tags": sorted(item.tag.name for item in issue.tagged_items.all() if item.tag.slug),
        "locale": issue.locale.language_code,
        "url": page_url(issue),
        "published_at": utc_text(issue.published_at),
        "updated_at": utc_text(issue.updated_at),
        "image": image and largest_jpeg(image)["url"],
        "image_alt": image and image["alt"],
    }
    known = {name: clean(value) for name, value in data.items() if value}
    text = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"---\n{text}---"


def clean(value: Any) -> Any:
    """A value without what no reader sees."""
    if isinstance(value, list):
        return [clean(item) for item in value]
    return NOT_TEXT.sub("", value) if isinstance(value, str) else value


def story(value: dict[str, Any], name: str) -> Iterator[str]:
    """A story: its heading, picture, text, why it matters, and what it stands on."""
    yield unlike_label(heading(2, value["heading"]))
    yield picture(value["image"])
    yield from prose(value["body"])
    why = list(prose(value["why_it_matters"]))
    yield from ["**Why it matters**", *why] if why else []
    sources = source_list(value["sources"])
    yield from ["**Sources**", sources] if sources else []


def bottom_line(value: dict[str, Any], name: str) -> Iterator[str]:
    """What draws the stories together."""
    yield "## The bottom line"
    yield from prose(value["text"])


def sources(value: dict[str, Any], name: str) -> Iterator[str]:
    """What the issue stands on."""
    yield "## Sources"
    yield source_list(value["items"])


def own_block(value: Any, name: str) -> Iterator[str]:
    """A block of a site's own: whatever it says, below its name."""
    texts = [text for text in values(value, name) if text]
    if texts:
        yield heading(3, name.replace("_", " ").capitalize())
        yield from texts


WRITERS = {
    "headline": lambda value, name: iter(()),  # at the top of the document
    "story_section": story,
    "bottom_line": bottom_line,
    "sources": sources,
}


def values(value: Any, name: str) -> Iterator[str]:
    """Every text, picture, number and date in the value of a block, in its order."""
    if isinstance(value, dict) and "renditions" in value:
        yield picture(value)
    elif isinstance(value, dict) and value.keys() == {"type", "id", "value"}:
        yield from values(value["value"], value["type"])
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from values(item, key)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from values(item, name)
    elif isinstance(value, str) and HTML.match(value):
        yield from prose(value)
    elif isinstance(value, str):
        yield from paragraphs(value)
    elif value is not None and not isinstance(value, bool):
        yield line([Token("text", f"{name}: {value}")])


def prose(html: str | None) -> Iterator[str]:
    """The blocks of a rich text, its headings below those of stories."""
    return map(unlike_label, MarkdownWriter(top_heading=3).blocks(parse(html or "")))


def paragraphs(text: str | None) -> Iterator[str]:
    """The paragraphs of a plain text, with its line ends."""
    for paragraph in re.split(r"\n\s*\n", "\n".join(clean(text or "").splitlines())):
        lines = paragraph.strip().split("\n")
        yield line(token for words in lines for token in (Token("text", words), BREAK))


def heading(level: int, text: str | None) -> str:
    """A heading of plain text."""
    words = text_line(text)
    return f"{'#' * level} {words}" if words else ""


def text_line(text: str | None) -> str:
    """Plain text as one line of Markdown, for a place where no block can begin."""
    return line([Token("text", clean(text or ""))], heading=True)


def link(text: str | None, href: str | None, details: str = "") -> str:
    """A link on a plain text, and more text after it; the text alone without an address."""
    target, words = address(href or ""), Token("text", clean(text or ""))
    around = [Token("source", "["), words, Token("source", f"]({target})")]
    return line([*(around if target else [words]), Token("text", clean(details))])


def picture(image: dict[str, Any] | None) -> str:
    """A picture, with the words for it."""
    if not image:
        return ""
    words = " ".join(clean(image["alt"]).split())
    return f"![{escape(words)}]({address(largest_jpeg(image)['url'])})"


def source_list(items: list[dict[str, Any]] | None) -> str:
    """Sources as a list: ``[Title](address) — Publisher, Author, 2026-04-10``."""
    return "\n".join(f"- {source(item)}" for item in items or ())


def source(item: dict[str, Any]) -> str:
    """One source."""
    details = [item["publisher"], item["author"], item["published_on"]]
    known = ", ".join(str(detail) for detail in details if detail)
    return link(item["title"], item["url"], f" — {known}" if known else "")


def unlike_label(text: str) -> str:
    """A block that opens no section, whatever its first words; rendered, they are the same."""
    return LABEL.sub(lambda found: f"{found[1]}&#{ord(found[2][0])};{found[2][1:]}", text, 1)
