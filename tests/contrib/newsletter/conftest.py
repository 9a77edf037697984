"""A mail server, and settings that lead to it."""

from collections.abc import Iterator

import pytest

from tests.contrib.newsletter.smtp_server import MailServer

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture(scope="session")
def _mail_server(tmp_path_factory) -> Iterator[MailServer]:
    server = MailServer(tmp_path_factory.mktemp("mails"))
    yield server
    server.stop()


@pytest.fixture
def mail_server(_mail_server: MailServer, settings) -> MailServer:
    """Return a server in another process, which accepts all mails until a test scripts it."""
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _mail_server.port
    settings.EMAIL_TIMEOUT = 5
    _mail_server.script()
    return _mail_server
