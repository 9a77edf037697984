"""Renderers other than DRF's JSON."""

from typing import Any

from rest_framework.renderers import BaseRenderer


class MarkdownRenderer(BaseRenderer):
    """Encode a Markdown document (RFC 7763)."""

    media_type = "text/markdown"
    format = "markdown"
    charset = "utf-8"

    def render(self, data: str | None, *args: Any, **kwargs: Any) -> bytes:
        return (data or "").encode()  # None in a 204
