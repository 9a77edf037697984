"""What every reader raises."""


class DocumentError(Exception):
    """The document cannot be read; the message says why in one line."""
