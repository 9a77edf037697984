"""Renderers of responses: JSON, and Markdown."""

from typing import Any

import orjson
from rest_framework import renderers

# DRF writes a time in UTC with a Z.
AS_DRF = orjson.OPT_PASSTHROUGH_DATETIME
# Valid in JSON, but not in the JavaScript of older browsers.
LINE_SEPARATORS = {"\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}


class JSONRenderer(renderers.JSONRenderer):
    """Encode JSON to the same bytes as DRF's renderer, twenty times as fast."""

    def render(
        self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        indent = self.get_indent(accepted_media_type, renderer_context or {})
        is_usual = indent is None and self.compact and not self.ensure_ascii
        if data is None or not is_usual:
            return super().render(data, accepted_media_type, renderer_context)
        try:
            found = orjson.dumps(data, self.encoder_class().default, AS_DRF)
        except orjson.JSONEncodeError:  # such as an integer of more than 64 bits
            return super().render(data, accepted_media_type, renderer_context)
        for character, escaped in LINE_SEPARATORS.items():
            found = found.replace(character, escaped)
        return found


class MarkdownRenderer(renderers.BaseRenderer):
    """Encode a Markdown document (RFC 7763)."""

    media_type = "text/markdown"
    format = "markdown"
    charset = "utf-8"

    def render(self, data: str | None, *args: Any, **kwargs: Any) -> bytes:
        return (data or "").encode()  # None in a 204
