"""A mail server with settings that lead to it, and users with roles."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

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


@pytest.fixture
def log_in(digest, client, django_user_model):
    """Return a function that signs in a member of a group."""
    call_command("create_roles", verbosity=0)

    def log_in(group):
        user = django_user_model.objects.create_user(group)
        user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def manager(log_in):
    return log_in("Newsletter managers")
