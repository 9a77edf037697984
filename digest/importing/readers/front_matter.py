"""The front matter of a Markdown document: YAML between two lines of ``---``.

The YAML is composed, never constructed: values stay the words that were written, every key has its
line, and no tag can make an object.
"""

import re
from collections.abc import Iterator

import yaml

from digest.importing.errors import DocumentError
from digest.importing.parts import Part, Role

FRONT_MATTER = re.compile(
    r"\s*^---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.M | re.S
)
MAX_LENGTH = 20_000
COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
ROLES = {
    "title": Role.TITLE,
    "headline": Role.HEADLINE,
    "slug": Role.SLUG,
    "date": Role.DATE,
    "tags": Role.TAG,
    "summary": Role.SUMMARY,
    "image": Role.IMAGE,
}


def read_front_matter(text: str) -> tuple[list[Part], str]:
    """The parts of the front matter, and the text with blank lines in its place."""
    found = FRONT_MATTER.match(text)
    if not found:
        return [], text
    if len(found["yaml"]) > MAX_LENGTH:
        raise DocumentError(f"Its front matter is too long: more than {MAX_LENGTH} characters.")
    first_line = text.count("\n", 0, found.start("yaml")) + 1
    mapping = compose(found["yaml"], first_line)
    if mapping is None:
        return [], text
    parts = [*read_keys(mapping, first_line), *read_comments(found["yaml"], mapping, first_line)]
    blank = "\n" * found[0].count("\n")
    parts.sort(key=lambda part: part.first_line)
    return parts, blank + text[found.end() :]


def compose(source: str, first_line: int) -> yaml.MappingNode | None:
    """The node tree of the YAML; None when it is no mapping, and so no front matter."""
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + first_line if error.problem_mark else first_line
        raise DocumentError(
            f"Its front matter is not valid YAML (line {line}: {error.problem}). "
            "Put a value with a colon into quotes."
        ) from None
    except (yaml.YAMLError, RecursionError):
        raise DocumentError("Its front matter is not valid YAML.") from None
    return node if isinstance(node, yaml.MappingNode) else None


def read_keys(mapping: yaml.MappingNode, first_line: int) -> Iterator[Part]:
    """A part for each value; a key that is unknown, repeated or no plain text is left out."""
    seen = set()
    for key, value in mapping.value:
        name = key.value.lower() if isinstance(key, yaml.ScalarNode) else ""
        first = key.start_mark.line
        lines = first + first_line, max(first, last_line_of(value)) + first_line
        texts = texts_of(value, divided=name == "tags")
        fits = texts is not None and (len(texts) < 2 or name == "tags")
        if name in ROLES and name not in seen and fits:
            yield from (Part(ROLES[name], text, *lines) for text in texts)
        else:
            written = key.start_mark.buffer[key.start_mark.pointer : value.end_mark.pointer]
            yield Part(Role.LEFT_OUT, written.strip("\0 \n") or name, *lines)
        seen.add(name)


def texts_of(node: yaml.Node, *, divided: bool) -> list[str] | None:
    """The texts of a scalar (at commas, if ``divided``) or a list of them; None for the rest."""
    if divided and isinstance(node, yaml.ScalarNode):
        return [text for part in node.value.split(",") if (text := part.strip())]
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not all(isinstance(item, yaml.ScalarNode) for item in items):
        return None
    return [text for item in items if (text := item.value.strip())]


def last_line_of(node: yaml.Node) -> int:
    """The last line of a node, which ends where the next one starts when it is a block."""
    mark = node.end_mark
    return mark.line if mark.column or mark.line == node.start_mark.line else mark.line - 1


def read_comments(source: str, mapping: yaml.MappingNode, first_line: int) -> Iterator[Part]:
    """The comments, which YAML drops: "title: The #1 model" loses its end that way."""
    spans, position = list(scalars(mapping, set())), 0
    for number, line in enumerate(source.splitlines(keepends=True), first_line):
        for comment in COMMENT.finditer(line):
            place = position + comment.start()
            if not any(start <= place < end for start, end in spans):
                yield Part(Role.LEFT_OUT, comment[0].strip(), number, number)
        position += len(line)


def scalars(node: yaml.Node, seen: set[int]) -> Iterator[tuple[int, int]]:
    """Where the scalars below a node start and end; an alias is not followed twice."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node.start_mark.index, node.end_mark.index
        return
    pairs = node.value if isinstance(node, yaml.MappingNode) else [node.value]
    for child in (child for pair in pairs for child in pair):
        yield from scalars(child, seen)
