"""Exceptions of the readers."""


class DocumentError(Exception):
    """Raised when a document cannot be read, with a one-line message for the editor."""
