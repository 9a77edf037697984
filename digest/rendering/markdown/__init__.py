"""Convert public content to Markdown and plain text: single texts and whole issues.

The readers are programs: agents, static site generators, e-mail. Rendered Markdown gives exactly
the words of the editor, even if they look like Markdown or HTML.
"""

from digest.rendering.markdown.blocks import MarkdownWriter, TextWriter, parse_html
from digest.rendering.markdown.issues import issue_markdown, link, text_line

__all__ = ["html_to_markdown", "html_to_text", "issue_markdown", "link", "text_line"]


def html_to_markdown(html: str, top_heading: int = 2) -> str:
    """Convert public HTML to CommonMark with strikethrough; headings are from ``top_heading``."""
    return "\n\n".join(MarkdownWriter(top_heading).blocks(parse_html(html)))


def html_to_text(html: str) -> str:
    """Convert public HTML to plain text, with blank lines between paragraphs and "- " for items."""
    return "\n\n".join(TextWriter().blocks(parse_html(html)))
