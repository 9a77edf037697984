"""Write an issue as one Markdown document that ``digest.importing`` can read.

Section labels are English whatever the language of the issue, since they belong to the format.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from digest.pages.provenance import disclosure_lines, plain_line
from digest.pages.public_urls import page_url
from digest.rendering.images import largest_jpeg
from digest.rendering.markdown.blocks import NOT_TEXT, MarkdownWriter, parse_html
from digest.rendering.markdown.inline import (
    BREAK,
    InlineToken,
    escape,
    link_destination,
    render_line,
)
from digest.rendering.seo import utc_isoformat

HTML = re.compile(r"\s*<(?:p|h[2-6]|ul|ol|blockquote|pre|hr)\b")
# The importer would open a section at a text that starts like this.
LABEL = re.compile(
    r"^((?:#+ )?(?![-*>] )[^\w`]{0,20})"
    r"((?:why\s+(?:it|this)\s+matters|(?:the\s+)?bottom\s+line|sources?|references"
    r"|further\s+reading|tags|tagged|topics)(?=\W*$|[\"”’'*_\\\s]*[:：?.—–*_-]))",
    re.IGNORECASE,
)


def issue_markdown(issue: Any, body: list[dict[str, Any]], image: dict[str, Any] | None) -> str:
    """Return the issue as Markdown: YAML front matter, headline, and every block of ``body``.

    ``body`` comes from ``digest.rendering.bodies.public_bodies``, with texts as HTML, and ``image``
    from ``digest.rendering.images.public_images``.
    """
    blocks = [heading(1, issue.headline), *map(escape_label, paragraphs(issue.summary))]
    for block in body:
        write = WRITERS.get(block["type"], custom_block)
        blocks += [text for text in write(block["value"], block["type"]) if text]
    return "\n\n".join([front_matter(issue, image), *filter(None, blocks)]) + "\n"


def front_matter(issue: Any, image: dict[str, Any] | None) -> str:
    """Return the metadata of the issue as YAML between two lines of dashes."""
    note = issue.correction_note
    data = {
        "title": issue.title,
        "byline": issue.byline,
        "date": issue.date,
        "number": issue.number,
        "digest": issue.digest and issue.digest.title,
        "tags": sorted(item.tag.name for item in issue.tagged_items.all() if item.tag.slug),
        "locale": issue.locale.language_code,
        "url": page_url(issue),
        "published_at": utc_isoformat(issue.published_at),
        "updated_at": utc_isoformat(issue.updated_at),
        "correction": note and note["text"],
        "corrected_at": note and utc_isoformat(note["at"]),
        **_disclosure(issue),
        "image": image and largest_jpeg(image)["url"],
        "image_alt": image and image["alt"],
    }
    known = {name: strip_control(value) for name, value in data.items() if value}
    text = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"---\n{text}---"


def _disclosure(issue: Any) -> dict[str, str]:
    """Return the disclosure to readers: the text, and who has approved the issue."""
    lines = map(plain_line, disclosure_lines(issue))
    return dict(zip(("disclosure", "approval"), lines, strict=False))


def strip_control(value: Any) -> Any:
    """Remove control characters from a string or list of strings."""
    if isinstance(value, list):
        return [strip_control(item) for item in value]
    return NOT_TEXT.sub("", value) if isinstance(value, str) else value


def story_blocks(value: dict[str, Any], name: str) -> Iterator[str]:
    """Yield heading, image, text, why it matters and sources of a story."""
    yield escape_label(heading(2, value["heading"]))
    yield image_markdown(value["image"])
    yield from rich_text_blocks(value["body"])
    why = list(rich_text_blocks(value["why_it_matters"]))
    yield from ["**Why it matters**", *why] if why else []
    sources = source_list(value["sources"])
    yield from ["**Sources**", sources] if sources else []


def bottom_line_blocks(value: dict[str, Any], name: str) -> Iterator[str]:
    yield "## The bottom line"
    yield from rich_text_blocks(value["text"])


def source_blocks(value: dict[str, Any], name: str) -> Iterator[str]:
    yield "## Sources"
    yield source_list(value["items"])


def custom_block(value: Any, name: str) -> Iterator[str]:
    """Yield all texts of a block type of the site, below its name."""
    texts = [text for text in block_texts(value, name) if text]
    if texts:
        yield heading(3, name.replace("_", " ").capitalize())
        yield from texts


WRITERS = {
    "headline": lambda value, name: iter(()),  # at the top of the document
    "story_section": story_blocks,
    "bottom_line": bottom_line_blocks,
    "sources": source_blocks,
}


def block_texts(value: Any, name: str) -> Iterator[str]:
    """Yield every text, image, number and date in a value, in order."""
    if isinstance(value, dict) and "renditions" in value:
        yield image_markdown(value)
    elif isinstance(value, dict) and value.keys() == {"type", "id", "value"}:
        yield from block_texts(value["value"], value["type"])
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from block_texts(item, key)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from block_texts(item, name)
    elif isinstance(value, str) and HTML.match(value):
        yield from rich_text_blocks(value)
    elif isinstance(value, str):
        yield from paragraphs(value)
    elif value is not None and not isinstance(value, bool):
        yield render_line([InlineToken("text", f"{name}: {value}")])


def rich_text_blocks(html: str | None) -> Iterator[str]:
    """Convert rich text to blocks, with its headings below those of stories."""
    return map(escape_label, MarkdownWriter(top_heading=3).blocks(parse_html(html or "")))


def paragraphs(text: str | None) -> Iterator[str]:
    """Yield the paragraphs of a plain text, keeping line ends."""
    for paragraph in re.split(r"\n\s*\n", "\n".join(strip_control(text or "").splitlines())):
        lines = paragraph.strip().split("\n")
        yield render_line(token for words in lines for token in (InlineToken("text", words), BREAK))


def heading(level: int, text: str | None) -> str:
    """Return a heading of plain text."""
    words = text_line(text)
    return f"{'#' * level} {words}" if words else ""


def text_line(text: str | None) -> str:
    """Convert plain text to one line of Markdown, for use inside a block."""
    return render_line([InlineToken("text", strip_control(text or ""))], heading=True)


def link(text: str | None, href: str | None, details: str = "") -> str:
    """Return a link with more text after it; without URL, only the texts."""
    target, words = link_destination(href or ""), InlineToken("text", strip_control(text or ""))
    around = [InlineToken("source", "["), words, InlineToken("source", f"]({target})")]
    return render_line(
        [*(around if target else [words]), InlineToken("text", strip_control(details))]
    )


def image_markdown(image: dict[str, Any] | None) -> str:
    if not image:
        return ""
    words = " ".join(strip_control(image["alt"]).split())
    return f"![{escape(words)}]({link_destination(largest_jpeg(image)['url'])})"


def source_list(items: list[dict[str, Any]] | None) -> str:
    """Return sources as a list: ``[Title](URL) — Publisher, Author, 2026-04-10``."""
    return "\n".join(f"- {source_line(item)}" for item in items or ())


def source_line(item: dict[str, Any]) -> str:
    details = [item["publisher"], item["author"], item["published_on"]]
    known = ", ".join(str(detail) for detail in details if detail)
    return link(item["title"], item["url"], f" — {known}" if known else "")


def escape_label(text: str) -> str:
    """Escape a block that starts with a section label; it renders unchanged."""
    return LABEL.sub(lambda found: f"{found[1]}&#{ord(found[2][0])};{found[2][1:]}", text, 1)
