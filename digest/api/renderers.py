"""Renderers of responses: JSON, and Markdown."""

from collections.abc import Iterator
from typing import Any

import orjson
from rest_framework import renderers

# Left to DRF's encoder, which writes a time in UTC with Z in place of +00:00, and no dataclass.
AS_DRF = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
# Valid in JSON, but not in the JavaScript of older browsers.
LINE_SEPARATORS = {"\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}


class JSONRenderer(renderers.JSONRenderer):
    """Encode the same JSON as DRF's renderer, twenty times as fast; NaN is null, not an error."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        indent = self.get_indent(accepted_media_type, renderer_context or {})
        is_usual = indent is None and self.compact and self.strict and not self.ensure_ascii
        if data is None or not is_usual:
            return super().render(data, accepted_media_type, renderer_context)
        try:
            found = orjson.dumps(data, self._default, AS_DRF)
        except orjson.JSONEncodeError:  # such as an integer of more than 64 bits
            return super().render(data, accepted_media_type, renderer_context)
        for character, escaped in LINE_SEPARATORS.items():
            found = found.replace(character, escaped)
        return found

    def _default(self, value: Any) -> Any:
        """Return what DRF's encoder makes of a value that is not one of JSON."""
        if isinstance(value, Iterator):  # can be read only once, and DRF may have to
            raise TypeError
        return self.encoder_class().default(value)


class MarkdownRenderer(renderers.BaseRenderer):
    """Encode a Markdown document (RFC 7763)."""

    media_type = "text/markdown"
    format = "markdown"
    charset = "utf-8"

    def render(self, data: str | None, *args: Any, **kwargs: Any) -> bytes:
        return (data or "").encode()  # None in a 204
