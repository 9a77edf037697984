"""What answers are written as, besides DRF's JSON."""

from typing import Any

from rest_framework.renderers import BaseRenderer


class MarkdownRenderer(BaseRenderer):
    """Writes a Markdown document (RFC 7763) that a view has made."""

    media_type = "text/markdown"
    format = "markdown"
    charset = "utf-8"

    def render(self, data: str | None, *args: Any, **kwargs: Any) -> bytes:
        """The document in UTF-8; nothing of an answer without one (204)."""
        return (data or "").encode()
