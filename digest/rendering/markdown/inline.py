"""What stands in a line of Markdown: text that stays text, emphasis, code, links, pictures.

A line is a list of tokens first. It is written when all of them are known, because whether a sign
means something depends on its neighbours (https://spec.commonmark.org/0.31.2/#inlines).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

ADDRESS = re.compile(r"(?:https?://|mailto:|tel:)[^/\s].*", re.IGNORECASE | re.DOTALL)
# What would end an address between parentheses, or be taken for something else in it.
NOT_IN_ADDRESS = re.compile(r"[\x00-\x20<>\"\\^`{|}\x7f]")
ENTITY = re.compile(r"&(?=#?\w+;)")
ESCAPED_IN_ADDRESS = re.compile(rf"[()]|{ENTITY.pattern}")
SPACE = re.compile(r"[ \t\r\n\f]+")

SIGNS = re.compile(rf"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|{ENTITY.pattern}")
# What opens a block at the start of a line, or makes the line before it a heading or a table.
LINE_START = re.compile(
    r"^(?:(?=[#>|]|[-+](?:\s|$)|-[-:|]|:-|=+\s*$)|([0-9]{1,9})(?=[.)](?:\s|$)))"
)

# How a mark may be written, best first; where none of it would be read as a mark, it is left out.
DELIMITERS = {"strong": ("**",), "em": ("_", "*")}


class Token(NamedTuple):
    """A piece of a line. ``kind``: text, code, source (Markdown as it is), break, open, close.

    ``open`` and ``close`` carry the delimiter of a mark in ``text``, and the same ``pair``.
    """

    kind: str
    text: str = ""
    pair: int = 0
    mark: str = ""


BREAK = Token("break", "\\\n")


def address(href: str) -> str:
    """An address as Markdown has it; empty for one that leads nowhere from another page."""
    if not ADDRESS.fullmatch(href.strip()):
        return ""
    encoded = NOT_IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", href.strip())
    return ESCAPED_IN_ADDRESS.sub(r"\\\g<0>", encoded)


def code_span(text: str) -> str:
    """Inline code, between more backticks than there are in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def escape(text: str) -> str:
    """Text in which no sign means anything."""
    return SIGNS.sub(r"\\\g<0>", text)


def line(tokens: Iterable[Token], *, heading: bool = False) -> str:
    """The tokens as Markdown. A heading is one line, without the signs that open other blocks."""
    if heading:
        tokens = (Token("text", " ") if token.kind == "break" else token for token in tokens)
    kept = _tidied(list(tokens))
    while misread := _misread(kept, heading):
        kept = _tidied([new for token in kept for new in _rewritten(token, misread)])
    written = "".join(_sources(kept, heading))
    return re.sub(r"#$", r"\#", written) if heading else written


def _rewritten(token: Token, misread: set[int]) -> Iterator[Token]:
    """The token with the next way to write its mark, where it was misread; none after the last."""
    if token.pair not in misread:
        yield token
        return
    ways = DELIMITERS[token.mark]
    if later := ways[ways.index(token.text) + 1 :]:
        yield token._replace(text=later[0])


def _misread(tokens: list[Token], heading: bool) -> set[int]:
    """The pairs of delimiters that a reader of Markdown would not take for marks."""
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
    """Whether a delimiter between these two characters opens or closes its mark."""
    if _is_space(inner) or delimiter[0] in (inner, outer):
        return False
    outside = _is_space(outer) or _is_punctuation(outer)
    return outside if delimiter == "_" else outside or not _is_sign(inner)


def _is_space(character: str) -> bool:
    return not character or character.isspace()


def _is_punctuation(character: str) -> bool:
    """What every version of CommonMark takes for punctuation."""
    return character in "$+<=>^`|~" or unicodedata.category(character)[0] == "P"


def _is_sign(character: str) -> bool:
    """What some version of CommonMark takes for punctuation."""
    return unicodedata.category(character)[0] in "PS"


def _sources(tokens: list[Token], heading: bool) -> list[str]:
    written: list[str] = []
    at_start = not heading
    for token in tokens:
        if token.kind == "text":
            written.append(_text(token.text, at_start))
        else:
            written.append(code_span(token.text) if token.kind == "code" else token.text)
        at_start = token.kind == "break" and not heading
    for number, (one, two) in enumerate(pairwise(written)):
        if one.endswith("!") and two.startswith("["):  # a link, which would become a picture
            written[number] = f"{one[:-1]}\\!"
    return written


def _text(text: str, at_start: bool) -> str:
    text = escape(text)
    return LINE_START.sub(lambda found: f"{found[1] or ''}\\", text) if at_start else text


def _tidied(tokens: list[Token]) -> list[Token]:
    """The same tokens with spaces as a browser shows them, and no mark around nothing."""
    tokens = _joined(_collapsed(tokens))
    tokens = _joined(_spaces_after_marks(_without_empty_marks(tokens)))
    return _trimmed(_without_empty_marks(tokens))


def _collapsed(tokens: list[Token]) -> Iterator[Token]:
    """One space where there are several, and none at the start of a line."""
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


def _joined(tokens: Iterable[Token]) -> list[Token]:
    """Texts that follow each other as one, and code that does."""
    joined = [Token("source")]
    for token in tokens:
        if token.kind in ("text", "code") and token.kind == joined[-1].kind:
            joined[-1] = token._replace(text=joined[-1].text + token.text)
        elif token.text:
            joined.append(token)
    return joined[1:]


def _without_empty_marks(tokens: list[Token]) -> list[Token]:
    """Drop a mark around nothing, and make one of two that follow each other."""
    kept = [Token("source")]
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


def _spaces_after_marks(tokens: list[Token]) -> list[Token]:
    """Move a space at an edge of a mark outside of it: a delimiter stands beside a letter."""
    opened: list[Token] = []
    for token in reversed(tokens):
        opened.append(token)
        if token.kind == "open":
            _move_out(opened, lambda text: (text[:1] == " ", text[1:]))
    closed: list[Token] = []
    for token in reversed(opened):
        closed.append(token)
        if token.kind == "close":
            _move_out(closed, lambda text: (text[-1:] == " ", text[:-1]))
    return closed


def _move_out(tokens: list[Token], split: Callable[[str], tuple[bool, str]]) -> None:
    """Let the space that the text before the last token begins or ends with follow the token."""
    if len(tokens) > 1 and tokens[-2].kind == "text":
        found, rest = split(tokens[-2].text)
        if found:
            tokens[-2:] = [Token("text", rest)] * bool(rest) + [tokens[-1], Token("text", " ")]


def _trimmed(tokens: list[Token]) -> list[Token]:
    """No space or break at either end, and no space before a break."""
    kept: list[Token] = []
    for token in [*tokens, BREAK]:
        if token.kind == "break" and kept and kept[-1].kind == "text":
            text = kept.pop().text.rstrip(" ")
            kept += [Token("text", text)] if text else []
        if kept or token.kind != "break":
            kept.append(token)
    while kept and (kept[-1].kind == "break" or _is_blank(kept[-1])):
        kept.pop()
    return kept


def _is_blank(token: Token) -> bool:
    return token.kind == "text" and token.text.isspace()  # a space that does not break, say


def plain_line(tokens: Iterable[Token]) -> str:
    """The words of the tokens, without any sign of Markdown."""
    words = (token for token in tokens if not token.pair and token.kind != "source")
    kept = _trimmed(_joined(_collapsed(words)))
    return "".join("\n" if token.kind == "break" else token.text for token in kept)
