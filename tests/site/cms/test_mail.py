"""E-mail in development, in files."""

from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection

SENDER = "site@example.com"
READER = "r@example.com"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path, monkeypatch):
    """The folder of the files, in the current directory."""
    monkeypatch.chdir(tmp_path)
    settings.EMAIL_BACKEND = "cms.mail.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / ".mail"
    return settings.EMAIL_FILE_PATH


def test_each_message_of_a_connection_is_a_file_that_mail_programs_open(folder):
    messages = [EmailMessage(subject, "Grüße", SENDER, [READER]) for subject in ("One", "Two")]
    with get_connection() as connection:
        assert connection.send_messages(messages) == 2
    files = [path.read_bytes() for path in folder.glob("*.eml")]
    parsed = [message_from_bytes(file, policy=policy.default) for file in files]
    assert {mail["Subject"] for mail in parsed} == {"One", "Two"}
    assert {mail.get_content().strip() for mail in parsed} == {"Grüße"}
    assert len(list(folder.iterdir())) == 2


def test_path_and_first_link_of_the_text_are_printed(folder, capsys):
    text = f"{'A long word. ' * 90}Open http://a.example/confirm/1:é.x/?y=2.\nhttp://b.example/"
    message = EmailMultiAlternatives("One", text, SENDER, [READER], bcc=["b@example.com"])
    message.attach_alternative('<a href="http://c.example/">Open</a>', "text/html")
    message.send()
    [path] = folder.iterdir()
    line = f"Mail to {READER}, b@example.com: .mail/{path.name}  "
    assert capsys.readouterr().out == f"{line}http://a.example/confirm/1:é.x/?y=2\n"


@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_line_of_a_mail_without_text_or_link_ends_with_its_path(folder, capsys, subtype):
    message = EmailMessage("One", "<p>No link</p>", SENDER, [READER])
    message.content_subtype = subtype
    message.send()
    [path] = folder.iterdir()
    assert capsys.readouterr().out == f"Mail to {READER}: .mail/{path.name}\n"
