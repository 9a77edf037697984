"""Sets of HTML tags."""

HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = {"ul", "ol"}
PAGE_CHROME = {"nav", "aside", "footer"}
CELLS = {"td", "th", "caption"}
TABLE = {"table", "thead", "tbody", "tfoot", "tr", *CELLS}
# The start of one of these ends an open paragraph.
ENDS_PARAGRAPH = {
    *("address", "article", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "form", "header", "hr", "li", "main", "p", "pre", "section"),
    *("summary", "table"),
    *PAGE_CHROME,
    *HEADINGS,
    *LISTS,
}
BLOCKS = {*ENDS_PARAGRAPH, *TABLE, "body", "html", "legend"}
# They have neither content nor an end tag.
VOID = {
    *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"),
    *("source", "track", "wbr"),
}
