"""Exceptions of the readers."""


class DocumentError(Exception):
    """Raised when a document cannot be read, with a one-line message for the editor.

    ``pointer`` is the place in an issue that was sent as fields and blocks.
    """

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer
