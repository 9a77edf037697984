"""Markdown and plain text of what the public may see: of one text, and of a whole issue.

For readers that are programs: agents, static site generators, e-mail. Whatever an editor wrote is
the same words again when the Markdown is rendered, also where it looks like Markdown or HTML.
"""

from digest.rendering.markdown.blocks import MarkdownWriter, TextWriter, parse
from digest.rendering.markdown.issues import issue_markdown, link, text_line

__all__ = ["issue_markdown", "link", "markdown", "plain_text", "text_line"]


def markdown(html: str, top_heading: int = 2) -> str:
    """A public HTML text as CommonMark without raw HTML; headings from ``top_heading`` on down."""
    return "\n\n".join(MarkdownWriter(top_heading).blocks(parse(html)))


def plain_text(html: str) -> str:
    """A public HTML text as plain text: paragraphs between blank lines, items of lists by "- "."""
    return "\n\n".join(TextWriter().blocks(parse(html)))
