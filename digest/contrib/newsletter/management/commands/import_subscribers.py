from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from digest.contrib.newsletter.models import SubscriberImport
from digest.contrib.newsletter.transfer import importing, lines
from digest.contrib.newsletter.transfer.files import ImportFileError, compress, kind_of
from digest.contrib.newsletter.transfer.formats import Format
from digest.contrib.newsletter.transfer.notes import validate_note
from digest.contrib.newsletter.transfer.outcomes import LEFT_OUT, Outcome
from digest.importing.saving import ImportRejected, find_digest

State = SubscriberImport.State
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Subscribe readers of another service: an export of Ghost, Mailchimp, Buttondown, Substack "
        "or this site, or a list of addresses. Nobody is mailed. It can be repeated after a kill."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a CSV file or a ZIP archive")
        parser.add_argument(
            "--digest", required=True, metavar="SLUG", help="what they subscribe to"
        )
        parser.add_argument(
            "--note", required=True, metavar="TEXT", help="where their consent comes from"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be done, and change nothing"
        )

    def handle(self, *, file: Path, digest: str, note: str, dry_run: bool, **options: Any) -> None:
        try:
            validate_note(note)
            record = SubscriberImport(digest=find_digest(digest), note=note.strip())
            self.open(file, record)
        except (ImportRejected, ImportFileError, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from None
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        self.work(record, dry_run)

    def open(self, path: Path, record: SubscriberImport) -> None:
        with path.open("rb") as opened:
            data = compress(opened)
        record.kind = kind_of(path.name)
        record.format = lines.recognised_format(data, record.kind)
        if record.format == Format.OTHER:
            raise ImportFileError(
                "The columns of this file are not known. Choose them in the admin, or name the "
                "column of the addresses in a file of that column alone."
            )
        if lines.has_guessed_encoding(data):
            self.stderr.write("The file is not in UTF-8; it is read as Windows-1252.")
        record.state = State.IMPORTING
        # Without its file, so that the job does not import it, too.
        record.save()
        record.file = data

    def work(self, record: SubscriberImport, dry_run: bool) -> None:
        if dry_run:
            record.state = State.CHECKING
        try:
            importing.work(record)
            self.report(record)
        finally:
            if dry_run:
                record.delete()

    def report(self, record: SubscriberImport) -> None:
        if record.state == State.FAILED:
            raise CommandError(record.reason)
        for part, number, code in record.errors[:SHOWN]:
            place = f"{part}, line {number}" if part else f"Line {number}"
            self.stderr.write(f"{place}: {Outcome(code).label}.")
        for outcome in Outcome:
            if count := record.counts.get(outcome):
                self.stdout.write(f"{count} {outcome.label}")
        left_out = sum(record.counts.get(outcome, 0) for outcome in LEFT_OUT)
        verb = "could be imported" if record.state == State.CHECKED else "imported"
        summary = (
            f"{record.rows - left_out} of {record.rows} lines {verb} into {record.digest.title}."
        )
        self.stdout.write(self.style.SUCCESS(summary))
