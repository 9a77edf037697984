"""Take comments out of Markdown: notes between authors, which readers must not see.

Comments are HTML comments, of any number of paragraphs, and the forms other programs use:
``[//]: # (…)``, ``%%…%%`` (Obsidian), ``{>>…<<}`` (CriticMarkup), ``{/*…*/}`` (MDX). Code keeps
them. A comment that is not closed ends with its paragraph. Style sheets are taken out with them: a
comment may contain a style sheet, and the other way round.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from markdown_it import MarkdownIt

from digest.importing.errors import DocumentError
from digest.importing.parts import Part, Role

MAX_CODE_SPAN = 5000
MAX_ROUNDS = 10
CLOSERS = {
    "<!--": re.compile("-->"),
    "{>>": re.compile("<<}"),
    "{/*": re.compile(r"\*/}"),
    "%%": re.compile("\n%%"),
    "<style": re.compile(r"</style(?=[\s/>])[^<>]{0,99}>?", re.IGNORECASE),
}
MAY_BE_TEXT = {"%%", "<style"}  # if it is not closed
CODE_SPAN = rf"(?<!`)(?P<ticks>`+)(?!`).{{0,{MAX_CODE_SPAN}}}?(?<!`)(?P=ticks)(?!`)"
# In this order: escapes, code, comments that need their end to be searched for, and whole ones.
TOKEN = re.compile(
    rf"\\[\\`<{{%\[]|{CODE_SPAN}"
    r"|(?P<open><!--(?!-?>)|\{>>|\{/\*|(?<![^\n])%%(?=[ \t]*(?:\n|\Z))|(?i:<style(?=[\s/>])))"
    r"|(?P<whole><!---?>|(?<![\w%])%%(?!%)[ \t]*[^\s%](?:[^%\n]|\n(?!\s*\n)|%(?!%))*%%(?![\w%])"
    r"|(?<![^\n])[ \t>]*\[[^\]\n]+\]:[ \t]*(?:#|<>)\s+"
    r"(?:\([^()]*\)|\"[^\"]*\"|'[^']*')[ \t]*(?![^\n]))",
    re.DOTALL,
)
OPENERS = re.compile(r"<!--|\{>>|\{/\*|%%|\]:|<style", re.IGNORECASE)
NOT_NEWLINE = re.compile(r"[^\n]")
SPACES = re.compile(r"[ \t]*")
BLANK_LINE = re.compile(r"\n[ \t]*\n")
COMMENT_START = re.compile(r"\s*<!--")


@dataclass
class Segment:
    """Consecutive characters of a document that are one block of code or of text."""

    start: int
    end: int
    is_code: bool


def take_comments(text: str) -> tuple[str, list[Part]]:
    """Return the text without comments but with all of its lines, and the comments.

    Style sheets are left out, too. Raises DocumentError if comments and code are entangled.
    """
    if not OPENERS.search(text):
        return text, []
    spans: list[tuple[int, int]] = []
    for _ in range(MAX_ROUNDS):
        if find_comments(mask(text, spans), spans):
            parts = parts_of(text, spans, Role.COMMENT)
            return without(text, spans), [
                replace(part, role=Role.LEFT_OUT) if is_style_sheet(part) else part
                for part in parts
            ]
    raise DocumentError("Too many of its comments contain unfinished code blocks: remove them.")


def is_style_sheet(part: Part) -> bool:
    """Return whether a part that was taken out is a style element."""
    return part.text[: len("<style")].lower() == "<style"


def after_comments(text: str) -> int:
    """Return where the comments at the start of a document end."""
    position = 0
    while found := COMMENT_START.match(text, position):
        end = text.find("-->", found.end())
        if end < 0:
            break
        position = end + len("-->")
    return position


def find_comments(text: str, spans: list[tuple[int, int]]) -> bool:
    """Add the comments after the known ones; False if blocks have to be parsed again.

    That is where a comment ends within what looked like code because of the comment.
    """
    position = spans[-1][1] if spans else 0
    unclosed: set[str] = set()
    for segment in segments(text):
        if segment.is_code and segment.start < position < segment.end:
            return False
        if segment.is_code:
            continue
        for span in comments_in(text, max(position, segment.start), segment.end, unclosed):
            spans.append(span)
            position = span[1]
    return True


def segments(text: str) -> Iterator[Segment]:
    """Yield the blocks of a document and what is between them, in order."""
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    end = 0
    for first, last, is_code in leaf_blocks(text):
        if first >= end:
            yield Segment(starts[end], starts[first], False)
            yield Segment(starts[first], starts[last] - 1, is_code)
            end = last
    yield Segment(starts[end], len(text), False)


def leaf_blocks(text: str) -> Iterator[tuple[int, int, bool]]:
    """Yield first line, line after the last, and whether it is code, of each leaf block."""
    markdown = MarkdownIt("commonmark").enable("table").disable("html_block")
    markdown.core.ruler.disable(["inline", "text_join"])
    for token in markdown.parse(text):
        if token.map and token.type in ("inline", "fence", "code_block"):
            yield *token.map, token.type != "inline"


def comments_in(text: str, start: int, end: int, unclosed: set[str]) -> Iterator[tuple[int, int]]:
    """Yield start and end of the comments that start within a block."""
    while start < end and (found := TOKEN.search(text, start, end)):
        start = found.end()
        if found["whole"]:
            yield found.span()
        elif found["open"] and (close := end_of_comment(text, found, end, unclosed)):
            start = close
            yield found.start(), close


def end_of_comment(text: str, opened: re.Match[str], block_end: int, unclosed: set[str]) -> int:
    """Return where a comment ends; if it is not closed with its block, or 0 for what may be text.

    A closer that was not found once is not looked for again.
    """
    name = opened["open"].lower()
    found = None if name in unclosed else CLOSERS[name].search(text, opened.end())
    if found:
        is_word = name == "<style" and is_word_of_text(text, opened.start(), found.start())
        return 0 if is_word else found.end()
    unclosed.add(name)
    return 0 if name in MAY_BE_TEXT else block_end


def is_word_of_text(text: str, start: int, end: int) -> bool:
    """Return whether "<style>" is a word about HTML: within a line, and no rules in its paragraph.

    At the start of a line it is a style sheet, as in CommonMark.
    """
    is_within_line = text[:start].rpartition("\n")[2].strip() != ""
    content = text[start:end]
    return is_within_line and ("{" not in content or BLANK_LINE.search(content) is not None)


def mask(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with spaces in place of the comments."""
    pieces, position = [], 0
    for start, end in spans:
        pieces += [text[position:start], NOT_NEWLINE.sub(" ", text[start:end])]
        position = end
    return "".join([*pieces, text[position:]])


def without(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text without the comments and a space beside them, but with their lines."""
    pieces, position = [], 0
    for start, end in spans:
        before, lines = text[position:start], "\n" * text.count("\n", start, end)
        after = SPACES.match(text, end).end()
        if lines or text[after : after + 1] in ("", "\n"):
            before, end = before.rstrip(" \t"), after
        elif start == 0 or text[start - 1].isspace():
            end = after
        pieces += [before, lines]
        position = end
    return "".join([*pieces, text[position:]])


def parts_of(text: str, spans: list[tuple[int, int]], role: Role) -> Iterator[Part]:
    """Yield a part with this role for each span, which is left out."""
    line, position = 1, 0
    for start, end in spans:
        line += text.count("\n", position, start)
        lines = text.count("\n", start, end)
        yield Part(role, text[start:end].strip(), line, line + lines)
        line, position = line + lines, end
