"""Hand mails over to the mail server; the only module that does so.

``Transport.send`` turns each reply into an ``Outcome``: docs/explanation/newsletter.md has the
table.
"""

import logging
import re
import smtplib
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple, Self

from django.core import mail as django_mail
from django.utils import timezone
from django.utils.http import parse_http_date_safe

from digest.contrib.newsletter import provider_replies
from digest.contrib.newsletter.conf import conf
from digest.contrib.newsletter.email_addresses import without_addresses
from digest.contrib.newsletter.messages import Message
from digest.contrib.newsletter.models import EmailDelivery
from digest.contrib.newsletter.outcomes import (
    ABOUT_SENDER,
    MAX_WAIT,
    NO_SUCH_ADDRESS,
    Cause,
    Outcome,
    State,
    try_again,
)
from digest.contrib.newsletter.plain_text import single_line

logger = logging.getLogger(__name__)

RETRY = timedelta(seconds=30)
RETRY_RECIPIENT = timedelta(minutes=5)
# After as many temporary failures, a reply to one mail delays no others.
MAX_ATTEMPTS_FOR_ALL = 3
# Without EMAIL_TIMEOUT, a server that does not reply would block the worker for ever.
TIMEOUT = 60
ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463
BUSY = {421, 429, 503}
ALL = ""

try:
    from anymail.exceptions import AnymailError
except ImportError:  # django-anymail is optional.

    class AnymailError(Exception): ...  # type: ignore[no-redef]


class Reply(NamedTuple):
    """The reply of a server: its code, or 0 without one, and its text."""

    code: int
    text: str

    @property
    def enhanced_code(self) -> str:
        found = ENHANCED_CODE.match(self.text)
        return found[0] if found else ""

    def outcome(self, state: State, cause: Cause | None = None) -> Outcome:
        return Outcome(state, self._codes, self.text, cause=cause)

    def try_again(
        self, mail: EmailDelivery, cause: Cause | None = None, first_wait: timedelta = RETRY
    ) -> Outcome:
        return try_again(mail, first_wait, self._codes, self.text, cause)

    @property
    def _codes(self) -> str:
        return f"{self.code or ''} {self.enhanced_code}".strip()


class Transport:
    """One connection for several mails, by DIGEST_NEWSLETTER_MAILER or the site's EMAIL_BACKEND.

    Once the server cannot be reached or rejects login or TLS, no other mail is tried, and none of
    a sender that it has rejected.
    """

    def __init__(self) -> None:
        self._backend = _backend()
        if getattr(self._backend, "timeout", TIMEOUT) is None:
            self._backend.timeout = TIMEOUT
        # By the sender that the server has rejected; ALL if it takes no mail.
        self._failures: dict[str, tuple[Reply, Cause]] = {}
        # Whether the server may have the mail if there is no reply. Nothing is known of backends
        # other than SMTP, whose steps are watched.
        self._may_have_mail, self._is_watched = True, False
        self._next_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    def pace(self) -> None:
        """Wait until DIGEST_NEWSLETTER_RATE allows the next mail."""
        if conf.NEWSLETTER_RATE:
            time.sleep(max(0.0, self._next_at - time.monotonic()))
            self._next_at = time.monotonic() + 1 / conf.NEWSLETTER_RATE

    def send(self, mail: EmailDelivery, message: Message) -> Outcome:
        """Hand over a mail that has begun, and return the outcome."""
        sender = message.from_email
        if not self._failures.keys() & {ALL, sender}:
            self._open()
        if failure := self._failures.get(ALL) or self._failures.get(sender):
            reply, cause = failure
            return reply.try_again(mail, cause)
        self._may_have_mail = not self._is_watched
        try:
            sent = self._backend.send_messages([message])
        except Exception as error:
            self._close()
            if provider_replies.is_refused(message):
                return _refused_by_provider(message)
            return self._outcome_of(error, mail, sender)
        if sent == 0:
            return Outcome(State.REFUSED, reply="The mail backend has sent nothing.")
        if provider_replies.is_refused(message):
            return _refused_by_provider(message)
        provider_id = provider_replies.provider_id(message)
        return Outcome(State.ACCEPTED, code="250", provider_id=provider_id)

    def _open(self) -> None:
        try:
            if self._backend.open():
                self._note_replies()
        except Exception as error:
            self._close()
            self._fail(ALL, _reply_of(error), _is_wrong_configuration(error))

    def _note_replies(self) -> None:
        """Note when the server awaits a mail: smtplib raises the same error at every step."""
        smtp = getattr(self._backend, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            return
        getreply, self._is_watched = smtp.getreply, True

        def note() -> tuple[int, bytes]:
            reply = getreply()
            # For good: smtplib sends RSET after a failure, and its reply says nothing.
            self._may_have_mail |= reply[0] == 354
            return reply

        smtp.getreply = note

    def _fail(self, sender: str, reply: Reply, is_wrong_configuration: bool) -> Cause:
        cause = Cause.CONFIGURATION if is_wrong_configuration else Cause.SERVER
        self._failures[sender] = reply, cause
        if is_wrong_configuration:
            logger.error(
                "No mail is sent: check EMAIL_* and DIGEST_NEWSLETTER_FROM. The server replied: %s",
                f"{reply.code or ''} {reply.text}".strip(),
            )
        else:
            logger.warning("The mail server cannot be used now: %s", reply.text)
        return cause

    def _close(self) -> None:
        with suppress(OSError):  # The connection may be lost.
            self._backend.close()

    def _outcome_of(self, error: Exception, mail: EmailDelivery, sender: str) -> Outcome:
        reply = _reply_of(error)
        if not isinstance(error, OSError | AnymailError):
            logger.error("The mail %s could not be sent.", mail, exc_info=error)
        if provider_replies.is_unreached(error):  # APIs are connected to by the first mail
            return reply.try_again(mail, self._fail(ALL, reply, is_wrong_configuration=False))
        if reply.code < 300 and self._may_have_mail:
            # smtplib takes any reply to the message but 250 for a failure.
            is_accepted = isinstance(error, smtplib.SMTPDataError) and reply.code >= 200
            return reply.outcome(State.ACCEPTED) if is_accepted else _without_reply(reply, mail)
        if _is_wrong_configuration(error):
            is_of_sender = isinstance(error, smtplib.SMTPSenderRefused)
            cause = self._fail(sender if is_of_sender else ALL, reply, is_wrong_configuration=True)
            return reply.try_again(mail, cause)
        if isinstance(error, smtplib.SMTPException):
            return _smtp_outcome(error, reply, mail)
        return _http_outcome(error, reply, mail)


def _backend() -> Any:
    mailer = conf.NEWSLETTER_MAILER
    if isinstance(mailer, str):
        return django_mail.mailers[mailer]  # from Django 6.1
    return django_mail.get_connection(fail_silently=False, **mailer)


def _refused_by_provider(message: Message) -> Outcome:
    """Return the outcome of an address that the provider does not send to."""
    status = provider_replies.recipient_status(message)
    cause = {"invalid": Cause.BOUNCE, "rejected": Cause.ADDRESS}.get(status, Cause.POLICY)
    return Outcome(State.REFUSED, reply=f"The provider's status is: {status}.", cause=cause)


def _reply_of(error: Exception) -> Reply:
    """Return the reply that an error is about; without addresses, which outlive an erasure."""
    code, text = provider_replies.http_status(error), str(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, text)] = error.recipients.values()
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    text = without_addresses(single_line(text)) or type(error).__name__
    return Reply(code if isinstance(code, int) else 0, text)


def _is_wrong_configuration(error: Exception) -> bool:
    """Return whether the server refuses the login or the sender, and will do so again."""
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused):
        return error.smtp_code >= 500 and error.smtp_code not in BUSY
    return provider_replies.http_status(error) in (401, 403)


def _without_reply(reply: Reply, mail: EmailDelivery) -> Outcome:
    """Return the outcome of a mail that the server may have: send it once more only."""
    if mail.unanswered > 1:
        return reply.outcome(State.UNKNOWN, Cause.NO_REPLY)
    return reply.try_again(mail, Cause.NO_REPLY)


def _smtp_outcome(error: smtplib.SMTPException, reply: Reply, mail: EmailDelivery) -> Outcome:
    if reply.code < 400 or reply.code in BUSY:
        return reply.try_again(mail, Cause.SERVER)
    if reply.code < 500 and isinstance(error, smtplib.SMTPRecipientsRefused):  # greylisting
        return reply.try_again(mail, first_wait=RETRY_RECIPIENT)
    if reply.code < 500 and mail.attempts <= MAX_ATTEMPTS_FOR_ALL:
        return reply.try_again(mail, Cause.SERVER)
    if reply.code < 500:  # so often that it is about this mail, which must not hold up the others
        return reply.try_again(mail, first_wait=RETRY_RECIPIENT)
    return reply.outcome(State.REFUSED, _cause_of_refusal(reply))


def _cause_of_refusal(reply: Reply) -> Cause:
    if NO_SUCH_ADDRESS.fullmatch(reply.enhanced_code):
        return Cause.BOUNCE
    if reply.enhanced_code.startswith("5.7.") or reply.enhanced_code in ABOUT_SENDER:
        return Cause.POLICY
    return Cause.ADDRESS


def _http_outcome(error: Exception, reply: Reply, mail: EmailDelivery) -> Outcome:
    """Return the outcome of a backend that sends by the API of a provider."""
    if reply.code in (500, 502, 504):
        return _without_reply(reply, mail)
    if not 400 <= reply.code < 500 or reply.code in BUSY:
        outcome = reply.try_again(mail, Cause.SERVER)
        return outcome._replace(wait=_retry_after(error) or outcome.wait)
    # The request was wrong, not the address.
    return reply.outcome(State.REFUSED, Cause.POLICY)


def _retry_after(error: Exception) -> timedelta | None:
    """Return how long the API of a provider wants us to wait, an hour at most."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    value = str(headers.get("Retry-After", "")).strip()
    seconds = float(value) if value.isdecimal() and len(value) < 10 else _seconds_until(value)
    return min(timedelta(seconds=seconds), MAX_WAIT) if seconds else None


def _seconds_until(http_date: str) -> float:
    timestamp = parse_http_date_safe(http_date)
    return max(0.0, timestamp - timezone.now().timestamp()) if timestamp else 0.0
