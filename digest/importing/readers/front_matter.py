"""Read the front matter of a Markdown document: YAML between two lines of ``---``.

The YAML is composed but not constructed: values stay text, keys have line numbers, and tags cannot
create objects.
"""

import re
from collections.abc import Iterator

import yaml

from digest.importing.errors import DocumentError
from digest.importing.parts import Part, Role
from digest.importing.readers.comments import after_comments

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
    """Return the parts of the front matter, and the text with blank lines in its place."""
    start = after_comments(text)
    found = FRONT_MATTER.match(text, start)
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
    return parts, text[:start] + blank + text[found.end() :]


def compose(source: str, first_line: int) -> yaml.MappingNode | None:
    """Return the node tree of the YAML; None if it is not a mapping, so not front matter."""
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
    """Yield a part for each value; unknown, repeated and nested keys are left out."""
    seen = set()
    for key, value in mapping.value:
        name = key.value.lower() if isinstance(key, yaml.ScalarNode) else ""
        first = key.start_mark.line
        lines = first + first_line, max(first, last_line_of(value)) + first_line
        texts = scalar_texts(value, split_commas=name == "tags")
        fits = texts is not None and (len(texts) < 2 or name == "tags")
        if name in ROLES and name not in seen and fits:
            yield from (Part(ROLES[name], text, *lines) for text in texts)
        else:
            written = key.start_mark.buffer[key.start_mark.pointer : value.end_mark.pointer]
            yield Part(Role.LEFT_OUT, written.strip("\0 \n") or name, *lines)
        seen.add(name)


def scalar_texts(node: yaml.Node, *, split_commas: bool) -> list[str] | None:
    """Return the texts of a scalar or a list of scalars, or None for other nodes.

    With ``split_commas`` a scalar is split at commas.
    """
    if split_commas and isinstance(node, yaml.ScalarNode):
        return [text for part in node.value.split(",") if (text := part.strip())]
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not all(isinstance(item, yaml.ScalarNode) for item in items):
        return None
    return [text for item in items if (text := item.value.strip())]


def last_line_of(node: yaml.Node) -> int:
    """Return the last line of a node; a block node ends where the next one starts."""
    mark = node.end_mark
    return mark.line if mark.column or mark.line == node.start_mark.line else mark.line - 1


def read_comments(source: str, mapping: yaml.MappingNode, first_line: int) -> Iterator[Part]:
    """Yield the comments, which YAML drops.

    "title: The #1 model" loses its end to a comment.
    """
    spans, position = list(scalar_spans(mapping, set())), 0
    for number, line in enumerate(source.splitlines(keepends=True), first_line):
        for comment in COMMENT.finditer(line):
            place = position + comment.start()
            if not any(start <= place < end for start, end in spans):
                yield Part(Role.LEFT_OUT, comment[0].strip(), number, number)
        position += len(line)


def scalar_spans(node: yaml.Node, seen: set[int]) -> Iterator[tuple[int, int]]:
    """Yield start and end of all scalars below a node; aliases are followed once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        yield node.start_mark.index, node.end_mark.index
        return
    pairs = node.value if isinstance(node, yaml.MappingNode) else [node.value]
    for child in (child for pair in pairs for child in pair):
        yield from scalar_spans(child, seen)
