"""Find out which blocks of a Markdown document are its title and open its stories.

Stories are ``##`` headings if there are any. Else they are the ``#`` headings after the title, or
the highest headings below it, or without headings the paragraphs that begin in bold type.
"""

from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from digest.importing.recognition import match_label

Node = list[Token]
MAX_LEAD_LENGTH = 160


def nodes_of(tokens: Sequence[Token], level: int = 0) -> Iterator[Node]:
    """Yield the tokens of each block at a nesting level."""
    node: Node = []
    for token in tokens:
        node.append(token)
        if token.level == level and token.nesting <= 0:
            yield node
            node = []


def children_of(node: Node) -> list[Node]:
    """Return the blocks within a block."""
    return list(nodes_of(node[1:-1], node[0].level + 1))


def rows_of(table: Node) -> list[Node]:
    """Return the rows of a table, that with its headings first."""
    return [row for section in children_of(table) for row in children_of(section)]


def heading_level(node: Node) -> int:
    """Return the level of a heading that is no label, or 0."""
    is_heading = node[0].type == "heading_open" and not match_label(node[1].content)
    return int(node[0].tag[1]) if is_heading else 0


def story_nodes(nodes: list[Node], title: str) -> list[int]:
    """Return the indexes of the blocks that open stories; ``title`` is that of front matter."""
    levels = [heading_level(node) for node in nodes]
    if 2 in levels:
        return [index for index, level in enumerate(levels) if level == 2]
    headings = [index for index, level in enumerate(levels) if level == 1]
    stories = headings_below_title(headings, nodes, title)
    if stories:
        return stories
    lower = min((level for level in levels if level > 2), default=0)
    if lower:
        return [index for index, level in enumerate(levels) if level == lower]
    return bold_leads(nodes, has_title=bool(title or headings))


def headings_below_title(headings: list[int], nodes: list[Node], title: str) -> list[int]:
    """Return the ``#`` headings after the title, or none if the only one is a headline."""
    before = -1
    if headings and (not title or nodes[headings[0]][1].content == title):
        before, *headings = headings
    if len(headings) == 1 and headings[0] == before + 1:
        return []
    return headings


def bold_leads(nodes: list[Node], *, has_title: bool) -> list[int]:
    """Return the paragraphs in bold type, or if there are none those that begin in it."""
    leads = {index: lead for index, node in enumerate(nodes) if (lead := lead_of(node))}
    lines = [index for index, (_, rest) in leads.items() if not rest]
    if not has_title and lines[:1] == [0]:
        del lines[0]  # it is the title
    found = lines or [index for index, (_, rest) in leads.items() if rest]
    return found if len(found) > 1 else []


def lead_of(node: Node) -> tuple[list[Token], list[Token]] | None:
    """Return the inline tokens of a paragraph that begins in bold type, and those after it."""
    if node[0].type != "paragraph_open" or match_label(node[1].content):
        return None
    tokens = [child for child in node[1].children or [] if child.type != "text" or child.content]
    if not tokens or tokens[0].type != "strong_open":
        return None
    end = next(n for n, token in enumerate(tokens) if token.type == "strong_close")
    length = sum(len(token.content) for token in tokens[:end])
    return (tokens[1:end], tokens[end + 1 :]) if 0 < length <= MAX_LEAD_LENGTH else None
