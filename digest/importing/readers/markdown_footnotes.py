"""Footnotes of Markdown: ``[^1]`` with ``[^1]: The note.``, and ``^[The note.]`` within a text."""

import re

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

DEFINITION = re.compile(r"\[\^([^\]\s]+)\]:[ \t]*")
REFERENCE = re.compile(r"\[\^([^\]\s]+)\]")
# What the rules put into the environment of a document: notes by label, numbers by label.
NOTES, NUMBERS = "footnotes", "footnote_numbers"


def use_footnotes(markdown: MarkdownIt) -> None:
    """Add the rules for footnotes to a parser."""
    alternatives = {"alt": ["paragraph", "reference"]}
    markdown.block.ruler.before("reference", "footnote", read_definition, alternatives)
    markdown.inline.ruler.before("link", "footnote", read_reference)
    markdown.inline.ruler.before("link", "inline_footnote", read_inline_note)
    markdown.add_render_rule("footnote_reference", render_reference)


def read_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a note and its further lines; only at the top level."""
    found = DEFINITION.match(state.src, state.bMarks[start] + state.tShift[start])
    if state.level or state.is_code_block(start) or not found:
        return False
    if silent:
        return True
    last = last_line_of(state, start, end)
    lines = state.getLines(start, last, state.blkIndent, False)
    state.env.setdefault(NOTES, set()).add(found[1])
    state.push("footnote_open", "", 1).map = [start, last]
    token = state.push("inline", "", 0)
    token.map, token.children = [start, last], []
    token.content = "\n".join(line.strip() for line in DEFINITION.sub("", lines, 1).split("\n"))
    state.push("footnote_close", "", -1)
    state.line = last
    return True


def last_line_of(state: StateBlock, start: int, end: int) -> int:
    """Return the line after a note: its paragraph, and the indented ones after it."""
    rules = state.md.block.ruler.getRules("paragraph")
    last, line = start + 1, start + 1
    while line < end:
        after_blank = line > last
        if state.isEmpty(line):
            line += 1
            continue
        is_indented = state.sCount[line] - state.blkIndent >= 2
        if not is_indented and (after_blank or any(rule(state, line, end, True) for rule in rules)):
            break
        line += 1
        last = line
    return last


def read_reference(state: StateInline, silent: bool) -> bool:
    """Read a reference to a note that is defined."""
    found = REFERENCE.match(state.src, state.pos)
    if not found or found[1] not in state.env.get(NOTES, ()):
        return False
    if not silent:
        numbers = state.env.setdefault(NUMBERS, {})
        push_reference(state, numbers.setdefault(found[1], len(numbers) + 1))
    state.pos = found.end()
    return True


def read_inline_note(state: StateInline, silent: bool) -> bool:
    """Read a note in the text; its number is followed by the note itself in ``meta``."""
    if not state.src.startswith("^[", state.pos):
        return False
    end = state.md.helpers.parseLinkLabel(state, state.pos + 1)
    if end < 0:
        return False
    if not silent:
        numbers = state.env.setdefault(NUMBERS, {})
        number = numbers.setdefault(object(), len(numbers) + 1)
        push_reference(state, number).meta["note"] = state.src[state.pos + 2 : end]
    state.pos = end + 1
    return True


def push_reference(state: StateInline, number: int):
    token = state.push("footnote_reference", "sup", 0)
    token.content = f"[{number}]"
    return token


def render_reference(self: RendererHTML, tokens, index: int, *args) -> str:
    return f"<sup>{tokens[index].content}</sup>"
