"""Uploaded images, where no web server serves them."""

from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views import static


def serve(request: HttpRequest, path: str, document_root: Path) -> HttpResponseBase:
    """Return a file below a folder; 404 outside of it, since Django logs a 400 with a traceback."""
    try:
        return static.serve(request, path, document_root)
    except SuspiciousFileOperation:
        raise Http404 from None
