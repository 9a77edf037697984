"""Write a line of Markdown: escaped text, emphasis, code, links, images.

A line is built as a list of tokens and written at the end, because whether a character is syntax
depends on its neighbours (https://spec.commonmark.org/0.31.2/#inlines).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

URL = re.compile(r"(?:https?://|mailto:|tel:)[^/\s].*", re.IGNORECASE | re.DOTALL)
# Characters that would end or break a link destination.
NOT_IN_DESTINATION = re.compile(r"[\x00-\x20<>\"\\^`{|}\x7f]")
ENTITY = re.compile(r"&(?=#?\w+;)")
ESCAPED_IN_DESTINATION = re.compile(rf"[()]|{ENTITY.pattern}")
SPACE = re.compile(r"[ \t\r\n\f]+")

SPECIAL = re.compile(rf"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|{ENTITY.pattern}")
# Syntax at the start of a line that opens a block, or makes the line before a heading or table.
LINE_START = re.compile(
    r"^(?:(?=[#>|]|[-+](?:\s|$)|-[-:|]|:-|=+\s*$)|([0-9]{1,9})(?=[.)](?:\s|$)))"
)

# Delimiters of a mark, in order of preference; if none would be read, the mark is dropped.
DELIMITERS = {"strong": ("**",), "em": ("_", "*"), "s": ("~~",)}


class InlineToken(NamedTuple):
    """A piece of a line, of kind text, code, source (raw Markdown), break, open or close.

    ``open`` and ``close`` have the delimiter of a mark in ``text``, and the same ``pair``.
    """

    kind: str
    text: str = ""
    pair: int = 0
    mark: str = ""


BREAK = InlineToken("break", "\\\n")


def link_destination(href: str) -> str:
    """Return a URL as link destination; empty if it only works on its own page."""
    if not URL.fullmatch(href.strip()):
        return ""
    encoded = NOT_IN_DESTINATION.sub(lambda found: f"%{ord(found[0]):02X}", href.strip())
    return ESCAPED_IN_DESTINATION.sub(r"\\\g<0>", encoded)


def code_span(text: str) -> str:
    """Return inline code between more backticks than it contains."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def escape(text: str) -> str:
    """Escape Markdown syntax in text."""
    return SPECIAL.sub(r"\\\g<0>", text)


def render_line(tokens: Iterable[InlineToken], *, heading: bool = False) -> str:
    """Render tokens as Markdown; a heading is one line, where block syntax is not escaped."""
    if heading:
        tokens = (InlineToken("text", " ") if token.kind == "break" else token for token in tokens)
    kept = _normalised(list(tokens))
    while misread := _misread_pairs(kept, heading):
        kept = _normalised([new for token in kept for new in _rewritten(token, misread)])
    written = "".join(_sources(kept, heading))
    return re.sub(r"#$", r"\#", written) if heading else written


def _rewritten(token: InlineToken, misread: set[int]) -> Iterator[InlineToken]:
    """Yield the token with the next delimiter of its mark if misread; nothing after the last."""
    if token.pair not in misread:
        yield token
        return
    ways = DELIMITERS[token.mark]
    if later := ways[ways.index(token.text) + 1 :]:
        yield token._replace(text=later[0])


def _misread_pairs(tokens: list[InlineToken], heading: bool) -> set[int]:
    """Return the pairs of delimiters that a Markdown parser would not read as marks."""
    sources = _sources(tokens, heading)
    pairs, before = set(), ""
    for number, (token, source) in enumerate(zip(tokens, sources, strict=True)):
        if token.pair:
            after = sources[number + 1][:1] if number + 1 < len(sources) else ""
            inner, outer = (after, before) if token.kind == "open" else (before, after)
            if not _is_read(token.text, inner, outer):
                pairs.add(token.pair)
        before = source[-1:] or before
    return pairs


def _is_read(delimiter: str, inner: str, outer: str) -> bool:
    """Return whether a delimiter between these characters opens or closes its mark."""
    if _is_space(inner) or delimiter[0] in (inner, outer):
        return False
    outside = _is_space(outer) or _is_punctuation(outer)
    return outside if delimiter == "_" else outside or not _is_punctuation_or_symbol(inner)


def _is_space(character: str) -> bool:
    return not character or character.isspace()


def _is_punctuation(character: str) -> bool:
    """Return whether all versions of CommonMark treat the character as punctuation."""
    return character in "$+<=>^`|~" or unicodedata.category(character)[0] == "P"


def _is_punctuation_or_symbol(character: str) -> bool:
    """Return whether some version of CommonMark treats the character as punctuation."""
    return unicodedata.category(character)[0] in "PS"


def _sources(tokens: list[InlineToken], heading: bool) -> list[str]:
    written: list[str] = []
    at_start = not heading
    for token in tokens:
        if token.kind == "text":
            written.append(_text(token.text, at_start))
        else:
            written.append(code_span(token.text) if token.kind == "code" else token.text)
        at_start = token.kind == "break" and not heading
    for number, (one, two) in enumerate(pairwise(written)):
        if one.endswith("!") and two.startswith("["):  # or the link would be read as an image
            written[number] = f"{one[:-1]}\\!"
    return written


def _text(text: str, at_start: bool) -> str:
    text = escape(text)
    return LINE_START.sub(lambda found: f"{found[1] or ''}\\", text) if at_start else text


def _normalised(tokens: list[InlineToken]) -> list[InlineToken]:
    """Collapse spaces as browsers do, and drop empty marks."""
    tokens = _joined(_collapsed(tokens))
    tokens = _joined(_spaces_after_marks(_without_empty_marks(tokens)))
    return _trimmed(_without_empty_marks(tokens))


def _collapsed(tokens: list[InlineToken]) -> Iterator[InlineToken]:
    """Collapse whitespace, and remove it at the start of lines."""
    after_space = True
    for token in tokens:
        text = token.text
        if token.kind == "text":
            text = SPACE.sub(" ", text)
            text = text.removeprefix(" ") if after_space else text
            after_space = text.endswith(" ") if text else after_space
        elif not token.pair:
            after_space = token.kind == "break"
        yield token._replace(text=text)


def _joined(tokens: Iterable[InlineToken]) -> list[InlineToken]:
    """Join adjacent texts, and adjacent code."""
    joined = [InlineToken("source")]
    for token in tokens:
        if token.kind in ("text", "code") and token.kind == joined[-1].kind:
            joined[-1] = token._replace(text=joined[-1].text + token.text)
        elif token.text:
            joined.append(token)
    return joined[1:]


def _without_empty_marks(tokens: list[InlineToken]) -> list[InlineToken]:
    """Drop empty marks, and join adjacent equal ones."""
    kept = [InlineToken("source")]
    renamed: dict[int, int] = {}
    for token in tokens:
        last, token = kept[-1], token._replace(pair=renamed.get(token.pair, token.pair))
        if (last.kind, token.kind) == ("open", "close"):
            kept.pop()
        elif (last.kind, token.kind) == ("close", "open") and last.text == token.text:
            renamed[token.pair] = kept.pop().pair
        else:
            kept.append(token)
    return kept[1:]


def _spaces_after_marks(tokens: list[InlineToken]) -> list[InlineToken]:
    """Move spaces at the edges of a mark outside: a delimiter must touch a letter."""
    opened: list[InlineToken] = []
    for token in reversed(tokens):
        opened.append(token)
        if token.kind == "open":
            _move_out(opened, lambda text: (text[:1] == " ", text[1:]))
    closed: list[InlineToken] = []
    for token in reversed(opened):
        closed.append(token)
        if token.kind == "close":
            _move_out(closed, lambda text: (text[-1:] == " ", text[:-1]))
    return closed


def _move_out(tokens: list[InlineToken], split: Callable[[str], tuple[bool, str]]) -> None:
    """Move a space of the text before the last token behind that token."""
    if len(tokens) > 1 and tokens[-2].kind == "text":
        found, rest = split(tokens[-2].text)
        if found:
            tokens[-2:] = [InlineToken("text", rest)] * bool(rest) + [
                tokens[-1],
                InlineToken("text", " "),
            ]


def _trimmed(tokens: list[InlineToken]) -> list[InlineToken]:
    """Remove spaces and breaks at both ends, and spaces before breaks."""
    kept: list[InlineToken] = []
    for token in [*tokens, BREAK]:
        if token.kind == "break" and kept and kept[-1].kind == "text":
            text = kept.pop().text.rstrip(" ")
            kept += [InlineToken("text", text)] if text else []
        if kept or token.kind != "break":
            kept.append(token)
    while kept and (kept[-1].kind == "break" or _is_blank(kept[-1])):
        kept.pop()
    return kept


def _is_blank(token: InlineToken) -> bool:
    return token.kind == "text" and token.text.isspace()  # such as a no-break space


def render_plain_line(tokens: Iterable[InlineToken]) -> str:
    """Render tokens as plain text."""
    words = (token for token in tokens if not token.pair and token.kind != "source")
    kept = _trimmed(_joined(_collapsed(words)))
    return "".join("\n" if token.kind == "break" else token.text for token in kept)
