"""Split the HTML of a part in two, and join that of two parts."""

import re

from digest.importing.rich_text import CONTINUED, TAG, bare_text, unescaped

MAX_POINTS = 60
MAX_LENGTH = 50_000  # of HTML: points are found again at each request, for each split
PIECE = re.compile(r"(<[^>]*>)")
LIST_START = re.compile(r"<([uo]l)\b[^>]*>")
NEW_LINES = ("<br/>", "<p>", "<li>", "<blockquote>")
SENTENCE_END = re.compile(r"(?:[.!?…:;]|\s[–—-])[\"'”’»)\]]*\s+(?=\S)")
WORD_END = re.compile(r"\s+(?=\S)")
EMPTY = re.compile(r"<(\w+)\b[^>]*>\s*</\1>")
LINE_END = re.compile(r"((?:<br/>|\s)+)(</(?:p|li|h3|blockquote)>)?")
LINE_START = re.compile(r"(<(?:p|li|h3|blockquote)\b[^>]*>)(?:<br/>|\s)+")
JOINTS = re.compile(r"</(p|h3|ul|ol)>\Z")


def split_points(html: str) -> list[int]:
    """Return the places at which the text of our HTML can be split, as counts of characters.

    They are the ends of lines, of items, of sentences and of words in bold type; without any of
    them, the ends of words. A nested list stays whole, and so does a very long part.
    """
    if len(html) > MAX_LENGTH:
        return []
    text, nested = "", 0
    points, bold_ends, inside = set[int](), set[int](), set[int]()
    for piece in PIECE.split(html):
        is_tag, starts_list = bool(TAG.match(piece)), bool(LIST_START.match(piece))
        nested += starts_list - piece.startswith(("</ul>", "</ol>"))
        if piece in NEW_LINES:
            points.add(len(text))
        if piece == "</b>":
            bold_ends.add(len(text))
        if nested > 1:
            length = starts_list if is_tag else len(unescaped(piece))
            inside.update(range(len(text), len(text) + length))
        text += "" if is_tag else unescaped(piece)
    start, text = len(text) - len(text.lstrip()), text.rstrip()
    points |= {point for point in bold_ends if text[point : point + 1].isspace()}
    for pattern in (SENTENCE_END, WORD_END):
        points |= {found.end() for found in pattern.finditer(text)}
        fitting = sorted(p for p in points - inside if start < p < len(text))
        if fitting:
            return fitting[:MAX_POINTS]
    return []


def pieces_of(html: str) -> list[tuple[int, str]]:
    """Return the pieces between the points, each with the point at which it begins."""
    pieces, start = [], 0
    for end in [*split_points(html), None]:
        until = split_html(html, end)[0] if end else html
        pieces.append((start, bare_text(split_html(until, start)[1] if start else until)))
        start = end or 0
    return pieces


def split_html(html: str, point: int) -> tuple[str, str]:
    """Return our HTML before and after a point; both keep the elements that are open there."""
    before, opened, count = "", list[str](), 0
    pieces = iter(PIECE.split(html))
    rest = ""
    for piece in pieces:
        if not TAG.match(piece):
            text = unescaped(piece)
            rest = _escaped(text[point - count :])
            before, count = before + _escaped(text[: point - count]), count + len(text)
        else:
            before += piece
            if piece.startswith("</"):
                opened.pop()
            elif piece != "<br/>":
                opened.append(piece)
        if count >= point:
            break
    closing = "".join(f"</{re.match(r'<([a-z0-9]+)', tag)[1]}>" for tag in reversed(opened))
    again = "".join(LIST_START.sub(rf"<\1{CONTINUED}>", tag) for tag in opened)
    return _tidied(before + closing), _tidied(again + rest + "".join(pieces))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _tidied(html: str) -> str:
    """Return HTML without elements that a split has left empty."""
    before = ""
    while html != before:
        before, html = html, EMPTY.sub("", html)
    # A run that no closing tag follows is matched as well, or each of its characters would start
    # another search for its end.
    html = LINE_END.sub(lambda end: end[2] or end[1], html)
    return LINE_START.sub(r"\1", html)


def join_html(first: str, second: str) -> str:
    """Return the HTML of two parts as one; paragraphs become one paragraph, lists one list."""
    end, start = JOINTS.search(first), re.match(r"<(p|h3|ul|ol)\b[^>]*>", second)
    if not end or not start or end[1] != start[1] or not bare_text(first):
        return first + second
    space = " " if end[1] in ("p", "h3") else ""
    return f"{first[: end.start()]}{space}{second[start.end() :]}"
