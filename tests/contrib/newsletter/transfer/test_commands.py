"""The commands import_subscribers and export_subscribers."""

import stat

import pytest
from django.core.management import CommandError, call_command

from digest.contrib.newsletter.models import SubscriberImport, Subscription
from digest.contrib.newsletter.transfer import importing
from tests.builders import make_digest
from tests.contrib.newsletter.readers import subscribe
from tests.contrib.newsletter.transfer import uploads

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "readers.csv"
    path.write_text(uploads.GHOST + "3,nobody,,,true,,,,,,\n")
    return path


def run(file, digest, *options, note="A list"):
    call_command("import_subscribers", str(file), *options, digest=digest.slug, note=note)


def test_file_is_imported(digest, file, capsys):
    run(file, digest)
    shown = capsys.readouterr()
    assert "2 of 3 lines imported into Daily." in shown.out
    assert "Line 4: this is no valid e-mail address." in shown.err
    record = SubscriberImport.objects.get()
    assert (record.state, record.note, bytes(record.file)) == ("done", "A list", b"")
    assert Subscription.objects.filter(origin=record).count() == 2


def test_dry_run_leaves_nothing(digest, file, capsys):
    run(file, digest, "--dry-run")
    assert "2 of 3 lines could be imported" in capsys.readouterr().out
    assert not SubscriberImport.objects.exists()
    assert not Subscription.objects.exists()


def test_archive_is_imported(digest, tmp_path):
    path = tmp_path / "audience.zip"
    path.write_bytes(uploads.MAILCHIMP_ZIP)
    run(path, digest)
    assert Subscription.objects.count() == 2


def test_kind_of_an_unpacked_file_is_in_its_name(digest, tmp_path):
    path = tmp_path / "unsubscribed_email_audience_export_1a.csv"
    path.write_text(uploads.mailchimp("ann@example.org"))
    run(path, digest)
    assert Subscription.objects.get().state == "ended"


@pytest.mark.parametrize("note", ["", " ", "list of ann@example.org"])
def test_note_is_required_and_has_no_address(digest, file, note):
    with pytest.raises(CommandError, match=r"consent|address"):
        run(file, digest, note=note)
    assert not SubscriberImport.objects.exists()


def test_wrong_files_are_errors(digest, file, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run(tmp_path / "missing.csv", digest)
    file.write_text("name,mail\nx,ann@example.org\n")
    with pytest.raises(CommandError, match="columns of this file are not known"):
        run(file, digest)
    file.write_text(uploads.GHOST.splitlines()[0])
    with pytest.raises(CommandError, match="no line about a reader"):
        run(file, digest)
    assert not Subscription.objects.exists()


def test_digest_has_to_exist(file, digest):
    with pytest.raises(CommandError, match="no digest with the slug"):
        call_command("import_subscribers", str(file), digest="nope", note="A list")
    with pytest.raises(CommandError, match="no digest with the slug"):
        call_command("export_subscribers", digest="nope")


def test_job_leaves_imports_of_the_command_alone(digest):
    SubscriberImport.objects.create(digest=digest, state="importing")
    assert not importing.is_due()


def test_export_is_written_to_a_new_private_file(digest, home_page, tmp_path, capsys):
    subscribe(digest, "ann@example.org")
    subscribe(make_digest(home_page, "weekly"), "bea@example.org")
    path = tmp_path / "out.csv"
    call_command("export_subscribers", str(path), digest=digest.slug)
    assert "Exported 1 subscriptions." in capsys.readouterr().out
    assert len(path.read_text().splitlines()) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="cannot be written: File exists"):
        call_command("export_subscribers", str(path))
    call_command("export_subscribers")
    assert len(capsys.readouterr().out.splitlines()) == 3
