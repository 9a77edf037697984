"""Hand mails over to the mail server; the only module that does so.

``Transport.send`` turns each reply into an ``Outcome``: docs/explanation/newsletter.md has the
table.
"""

import logging
import re
import smtplib
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple, Self

from django.core.mail import get_connection

from digest.contrib.newsletter.messages import Message, single_line
from digest.contrib.newsletter.models import EmailDelivery
from digest.contrib.newsletter.queue import Outcome, State, try_again

logger = logging.getLogger(__name__)

RETRY = timedelta(seconds=30)
RETRY_RECIPIENT = timedelta(minutes=5)
# Without EMAIL_TIMEOUT, a server that does not reply would block the worker for ever.
TIMEOUT = 60
ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
# 5.1.7 and 5.1.8 are about the address of the sender.
NO_SUCH_ADDRESS = re.compile(r"5\.1\.(?![78]$)\d+|5\.2\.1")
ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
BUSY = {421, 429, 503}


class Reply(NamedTuple):
    """The reply of a server: its code, or 0 without one, and its text."""

    code: int
    text: str

    @property
    def enhanced_code(self) -> str:
        found = ENHANCED_CODE.match(self.text)
        return found[0] if found else ""

    def outcome(self, state: State, **fields: Any) -> Outcome:
        return Outcome(state, self._codes, self.text, **fields)

    def try_again(self, mail: EmailDelivery, first_wait: timedelta = RETRY) -> Outcome:
        return try_again(mail, first_wait, self._codes, self.text)

    @property
    def _codes(self) -> str:
        return f"{self.code or ''} {self.enhanced_code}".strip()


class Transport:
    """One connection for several mails, by the EMAIL_BACKEND of the site.

    Once the server cannot be reached or rejects the login, sender or TLS, no other mail is tried.
    """

    def __init__(self) -> None:
        self._backend = get_connection(fail_silently=False)
        if getattr(self._backend, "timeout", TIMEOUT) is None:
            self._backend.timeout = TIMEOUT
        self._failure: Reply | None = None
        # Whether the server may have the mail if there is no reply. Nothing is known of backends
        # other than SMTP.
        self._may_have_mail = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def send(self, mail: EmailDelivery, message: Message) -> Outcome:
        """Hand over a mail that has begun, and return the outcome."""
        if not self._failure:
            self._open()
        if self._failure:
            return self._failure.try_again(mail)
        try:
            sent = self._backend.send_messages([message])
        except Exception as error:
            self._close()
            return self._outcome_of(error, mail)
        if sent == 0:
            return Outcome(State.REFUSED, reply="EMAIL_BACKEND has sent nothing.")
        return Outcome(State.ACCEPTED, code="250")

    def _open(self) -> None:
        try:
            if self._backend.open():
                self._note_replies()
        except Exception as error:
            self._close()
            self._fail(_reply_of(error), _is_wrong_configuration(error))

    def _note_replies(self) -> None:
        """Note when the server awaits a mail: smtplib raises the same error at every step."""
        smtp = getattr(self._backend, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            return
        getreply, self._may_have_mail = smtp.getreply, False

        def note() -> tuple[int, bytes]:
            reply = getreply()
            # A reply that cannot be read (-1) decides nothing.
            self._may_have_mail = reply[0] == 354 or (self._may_have_mail and reply[0] < 0)
            return reply

        smtp.getreply = note

    def _fail(self, reply: Reply, is_wrong_configuration: bool) -> None:
        self._failure = reply
        if is_wrong_configuration:
            logger.error(
                "No mail is sent: check EMAIL_* and DIGEST_NEWSLETTER_FROM. The server replied: %s",
                f"{reply.code or ''} {reply.text}".strip(),
            )
        else:
            logger.warning("The mail server cannot be used now: %s", reply.text)

    def _close(self) -> None:
        with suppress(OSError):  # The connection may be lost.
            self._backend.close()

    def _outcome_of(self, error: Exception, mail: EmailDelivery) -> Outcome:
        reply = _reply_of(error)
        if not isinstance(error, OSError):
            logger.error("The mail %s could not be sent.", mail, exc_info=error)
        if reply.code < 200 and self._may_have_mail:
            return _without_reply(reply, mail)
        if _is_wrong_configuration(error):
            self._fail(reply, is_wrong_configuration=True)
            return reply.try_again(mail)
        if isinstance(error, smtplib.SMTPException):
            return _smtp_outcome(error, reply, mail)
        return _http_outcome(reply, mail)


def _reply_of(error: Exception) -> Reply:
    """Return the reply that an error is about; without addresses, which outlive an erasure."""
    code, text = getattr(error, "status_code", None), str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, text)] = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    text = ADDRESS.sub("…", single_line(text)) or type(error).__name__
    return Reply(code if isinstance(code, int) else 0, text)


def _is_wrong_configuration(error: Exception) -> bool:
    """Return whether the server refuses the login, the sender, or TLS, and will do so again."""
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused):
        return error.smtp_code >= 500 and error.smtp_code not in BUSY
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return True
    return getattr(error, "status_code", None) in (401, 403)


def _without_reply(reply: Reply, mail: EmailDelivery) -> Outcome:
    """Return the outcome of a mail that the server may have: send it once more only."""
    if mail.unanswered > 1:
        return reply.outcome(State.UNKNOWN, has_reply=False)
    return reply.try_again(mail)._replace(has_reply=False)


def _smtp_outcome(error: smtplib.SMTPException, reply: Reply, mail: EmailDelivery) -> Outcome:
    if reply.code < 400 or reply.code in BUSY:
        return reply.try_again(mail)
    if reply.code < 500:  # to the recipient: greylisting
        is_recipient = isinstance(error, smtplib.SMTPRecipientsRefused)
        return reply.try_again(mail, RETRY_RECIPIENT if is_recipient else RETRY)
    has_bounced = bool(NO_SUCH_ADDRESS.fullmatch(reply.enhanced_code))
    return reply.outcome(State.REFUSED, has_bounced=has_bounced)


def _http_outcome(reply: Reply, mail: EmailDelivery) -> Outcome:
    """Return the outcome of a backend that sends by the API of a provider."""
    if reply.code in (500, 502, 504):
        return _without_reply(reply, mail)
    if not 400 <= reply.code < 500 or reply.code in BUSY:
        return reply.try_again(mail)
    return reply.outcome(State.REFUSED)
