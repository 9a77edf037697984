"""Send a mailing to a mail server in another process, beside a loop of smtplib."""

import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from django.db import connection, connections
from django.test import override_settings

from benchmarks.newsletter import readers
from benchmarks.tables import at_least
from digest.contrib.newsletter import queue
from digest.contrib.newsletter import sending as newsletter
from digest.contrib.newsletter.messages import IssueMessages
from digest.contrib.newsletter.models import EmailDelivery

SMTP = "django.core.mail.backends.smtp.EmailBackend"
LEAST_OF_LOOP, LEAST_OF_TWO = 0.4, 1.6


def figures(issue: Any, mails: int) -> Iterator[str]:
    with _mail_server() as port:
        settings = {"EMAIL_BACKEND": SMTP, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
        with override_settings(**settings):
            loop = mails / _seconds(_loop(issue, mails, port))
            one = mails / _seconds(_mailing(issue, newsletter.run))
            text = f"mails/s to a local server, {one:,.0f}: of a loop of smtplib"
            yield at_least(text, one / loop, LEAST_OF_LOOP)
            if connection.vendor == "postgresql":
                two = mails / _seconds(_mailing(issue, _two_workers))
                yield at_least("mails/s of two workers: of one", two / one, LEAST_OF_TWO)


@contextmanager
def _mail_server() -> Iterator[int]:
    """Start a server that accepts all mails and stores none; yield its port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "aiosmtpd", "--nosetuid", "--listen", f"127.0.0.1:{port}"]
    command += ["--class", "aiosmtpd.handlers.Sink"]
    process = subprocess.Popen(command)  # noqa: S603
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def _seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _loop(issue: Any, mails: int, port: int) -> Callable[[], None]:
    """Return a loop that hands the bytes of a message over, on one connection."""
    mailing = readers.start_mailing(issue)
    readers.fill(mailing)
    [mail, *_others] = queue.claim_mails(mailing)
    content = IssueMessages(mailing).message(mail).message().as_bytes(linesep="\r\n")

    def run() -> None:
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            for _number in range(mails):
                smtp.sendmail("news@example.org", ["reader@example.org"], content)

    return run


def _mailing(issue: Any, run: Callable[[], Any]) -> Callable[[], None]:
    """Return a function that sends all mails of a mailing, which has started."""
    readers.start_mailing(issue)

    def send() -> None:
        run()
        states = set(EmailDelivery.objects.values_list("state", flat=True))
        if states != {EmailDelivery.State.ACCEPTED}:
            raise RuntimeError(f"The mails have the states {states}.")

    return send


def _two_workers() -> None:
    connections.close_all()
    processes = [get_context("fork").Process(target=newsletter.run) for _number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
