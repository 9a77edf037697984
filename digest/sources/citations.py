"""Find every ``SourceBlock`` in a body, also inside custom blocks."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from digest.blocks import SourceBlock
from digest.blocks.walk import walk


class Cited(NamedTuple):
    """A source as a body cites it, with the content path of its URL in the editor."""

    content_path: str
    title: str
    publisher: str
    url: str


def cited_in(body: Any) -> Iterator[Cited]:
    """Yield the sources that the body of an issue cites, in document order."""
    for path, block, value in walk(body.stream_block, body, "body", stop=SourceBlock):
        if isinstance(block, SourceBlock):
            title, publisher, url = (
                _text(value.get(name)) for name in ("title", "publisher", "url")
            )
            yield Cited(f"{path}.url", title[:300], publisher[:200], url)


def _text(value: Any) -> str:
    """Remove characters that databases reject."""
    return str(value or "").replace("\0", "").encode(errors="replace").decode().strip()
