"""Read the formats of front matter: YAML, TOML, and headers like those of a mail.

The YAML is composed but not constructed: values stay text, keys have line numbers, and tags cannot
create objects.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import yaml

from digest.importing.errors import DocumentError

COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
TOML_KEY = re.compile(r"[ \t]*(?:\[{1,2}[ \t]*([\w-]+)|[\"']?([\w-]+)[\"']?[ \t]*=)")
TOML_COMMENT = re.compile(r"(?:[^\"'#]|\"(?:\\.|[^\"\\])*\"|'[^']*')*(#.*)")
HEADER = re.compile(r"^([A-Za-z][\w -]*?)[ \t]*:[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)


@dataclass
class Field:
    """A field as written; ``texts`` is None for nested values. A comment has no name."""

    name: str
    texts: list[str] | None
    lines: tuple[int, int]
    written: str
    is_list: bool = False


def read_yaml(source: str, first_line: int) -> list[Field] | None:
    """Return the fields and comments; None if it is not a mapping, so not front matter."""
    mapping = compose(source, first_line)
    if mapping is None:
        return None
    return [*yaml_fields(mapping, first_line), *yaml_comments(source, mapping, first_line)]


def compose(source: str, first_line: int) -> yaml.MappingNode | None:
    """Return the node tree of the YAML; None if it is not a mapping."""
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


def yaml_fields(mapping: yaml.MappingNode, first_line: int) -> Iterator[Field]:
    for key, value in mapping.value:
        name = key.value.lower() if isinstance(key, yaml.ScalarNode) else ""
        first = key.start_mark.line
        lines = first + first_line, max(first, last_line_of(value)) + first_line
        written = key.start_mark.buffer[key.start_mark.pointer : value.end_mark.pointer]
        is_list = isinstance(value, yaml.SequenceNode)
        yield Field(name, scalar_texts(value), lines, written.strip("\0 \n"), is_list)


def scalar_texts(node: yaml.Node) -> list[str] | None:
    """Return the texts of a scalar or a list of scalars, or None for other nodes."""
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not all(isinstance(item, yaml.ScalarNode) for item in items):
        return None
    return [item.value for item in items]


def last_line_of(node: yaml.Node) -> int:
    """Return the last line of a node; a block node ends where the next one starts."""
    mark = node.end_mark
    return mark.line if mark.column or mark.line == node.start_mark.line else mark.line - 1


def yaml_comments(source: str, mapping: yaml.MappingNode, first_line: int) -> Iterator[Field]:
    """Yield the comments, which YAML drops.

    "title: The #1 model" loses its end to a comment.
    """
    spans, position = list(scalar_spans(mapping, set())), 0
    for number, line in enumerate(source.splitlines(keepends=True), first_line):
        for comment in COMMENT.finditer(line):
            place = position + comment.start()
            if not any(start <= place < end for start, end in spans):
                yield Field("", None, (number, number), comment[0].strip())
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


def read_toml(source: str, first_line: int) -> list[Field]:
    """Return the fields and comments of TOML; Zola has the tags in ``[taxonomies]``."""
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"Its front matter is not valid TOML: {error}.") from None
    except RecursionError:
        raise DocumentError("Its front matter is not valid TOML.") from None
    nested = values.get("taxonomies")
    if isinstance(nested, dict):
        values |= {name: value for name, value in nested.items() if name not in values}
        del values["taxonomies"]
    lines = source.split("\n")
    known = {*values, "taxonomies"}
    starts = {name: n for n, line in enumerate(lines) if (name := toml_key(line)) in known}
    fields = [toml_field(name, values[name], starts, lines, first_line) for name in values]
    return [*fields, *toml_comments(source, first_line)]


def toml_key(line: str) -> str:
    found = TOML_KEY.match(line)
    return (found[1] or found[2]) if found else ""


def toml_field(
    name: str, value: Any, starts: dict[str, int], lines: list[str], first_line: int
) -> Field:
    first = starts.get(name, 0)
    end = min((start for start in starts.values() if start > first), default=len(lines))
    while end > first + 1 and not lines[end - 1].strip():
        end -= 1
    written = "\n".join(lines[first:end]).strip()
    place = first + first_line, end - 1 + first_line
    return Field(name.lower(), toml_texts(value), place, written, isinstance(value, list))


def toml_texts(value: Any) -> list[str] | None:
    """Return the texts of a scalar or a list of scalars, or None for tables."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | int | float | date | datetime | time) for item in items):
        return None
    return [str(item) for item in items]


def toml_comments(source: str, first_line: int) -> Iterator[Field]:
    """Yield the comments, except beside texts of several lines."""
    if '"""' in source or "'''" in source:
        return
    for number, line in enumerate(source.split("\n"), first_line):
        if found := TOML_COMMENT.fullmatch(line):
            yield Field("", None, (number, number), found[1].strip())


def read_headers(source: str, first_line: int) -> list[Field] | None:
    """Return the fields of ``Key: value`` lines; None without a title, as in ordinary text."""
    fields = []
    for found in HEADER.finditer(source):
        first = first_line + source.count("\n", 0, found.start())
        lines = first, first + found[0].count("\n")
        text = " ".join(found[2].split())
        fields.append(Field(found[1].lower(), [text], lines, found[0].strip()))
    return fields if any(field.name == "title" for field in fields) else None
