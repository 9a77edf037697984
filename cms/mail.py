"""E-mail in development: a file for each message instead of a mail server."""

import os
import re
import sys
import tempfile
from collections.abc import Sequence
from email.message import Message
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

LINK = re.compile(r"https?://[^\s<>\"]+(?<![.,;:!?)])")


class EmailBackend(BaseEmailBackend):
    """Write each message to a file in EMAIL_FILE_PATH; print its path and the first link in it.

    Django's file backend writes all messages of a connection to one file, which no mail program
    opens.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            mime = message.message()
            path = os.path.relpath(_write(mime.as_bytes()))
            line = f"Mail to {', '.join(message.recipients())}: {path}  {_first_link(mime)}"
            sys.stdout.write(f"{line.strip()}\n")
            sys.stdout.flush()  # It may be a pipe, as that of `run_jobs`.
        return len(email_messages)


def _write(content: bytes) -> str:
    folder = Path(settings.EMAIL_FILE_PATH)
    folder.mkdir(exist_ok=True)
    sent_at = f"{timezone.localtime():%Y%m%d-%H%M%S-}"
    file, path = tempfile.mkstemp(prefix=sent_at, suffix=".eml", dir=folder)
    with open(file, "wb") as stream:
        stream.write(content)
    return path


def _first_link(mime: Message) -> str:
    """Return the first URL of the text parts, or an empty string."""
    for part in mime.walk():
        if part.get_content_type() == "text/plain":
            charset = part.get_content_charset("utf-8")
            text = part.get_payload(decode=True).decode(charset, errors="replace")
            if found := LINK.search(text):
                return found[0]
    return ""
