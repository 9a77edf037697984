"""``manage.py import_issue``: import documents into a digest."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from digest.importing import DocumentError, Report, map_parts, open_document, read_parts
from digest.importing.library import collection_for
from digest.importing.review.mapping import without_images
from digest.importing.saving import ImportRejected, find_digest, prepare_issue, save_issue


class Command(BaseCommand):
    help = (
        "Import documents as issues: Word files, saved web pages, text copied from a published "
        "page, or Markdown with front matter. Each file is imported completely or not at all; a "
        "failure does not stop the others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a document")
        parser.add_argument(
            "--digest", required=True, metavar="SLUG", help="the digest to put the issues in"
        )
        parser.add_argument(
            "--publish", action="store_true", help="publish each issue, if it is valid"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="print the report and validate, but save nothing"
        )
        parser.add_argument(
            "--update",
            action="store_true",
            help="add a revision to an issue that was imported before",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import every file; raise CommandError at the end if one of them failed."""
        try:
            digest = find_digest(options["digest"])
        except ImportRejected as error:
            raise CommandError(str(error)) from None
        files = options["files"]
        done = [
            self.import_file(path, f"[{number}/{len(files)}]", digest, options)
            for number, path in enumerate(files, 1)
        ]
        verb = "could be imported" if options["dry_run"] else "imported"
        summary = f"{sum(done)} of {len(files)} documents {verb} into {digest.title}."
        if not all(done):
            raise CommandError(summary)
        self.stdout.write(self.style.SUCCESS(summary))

    def import_file(self, path: str, counter: str, digest: Any, options: dict[str, Any]) -> bool:
        """Import one file and print the outcome; return whether it succeeded."""
        if options["verbosity"]:
            self.stdout.write(self.style.MIGRATE_HEADING(f"{counter} {printable(path)}"))
        try:
            outcome = self.import_document(path, digest, options)
        except DocumentError as error:
            self.stderr.write(f"{printable(path)}: {error}")
        except ImportRejected as error:
            for message in error.messages:
                self.stderr.write(f"{printable(path)}: {message}")
        else:
            self.stdout.write(f"{counter} {outcome}")
            return True
        return False

    def import_document(self, path: str, digest: Any, options: dict[str, Any]) -> str:
        """Import one document; return a line about the outcome."""
        document = open_document(path)
        if document.images and collection_for(None) is None:
            document = without_images(document)
        parts = read_parts(document)
        if options["verbosity"]:
            for line in Report(document, parts).lines():
                self.stdout.write(line)
        draft = map_parts(parts)
        if draft.image and options["verbosity"]:
            self.stdout.write(f"Image {draft.image} is not imported: choose it in the editor.")
        publish = options["publish"] and not draft.unpublished
        if options["publish"] and not publish:
            self.stderr.write(f"{printable(path)}: {draft.unpublished}: not published")
        images = document.images
        choices = {"images": images, "publish": publish, "update": options["update"]}
        if options["dry_run"]:
            _, created = prepare_issue(draft, digest, **choices)
            return "Would make a new issue." if created else "Would make a new revision."
        issue, created = save_issue(draft, digest, **choices)
        done = "New issue" if created else "New revision of"
        state = "published" if publish and issue.live else "draft"
        number = ", without a number: others are later" if created and not issue.number else ""
        return f"{done} {issue.full_url} (page {issue.pk}), {state}{number}."


def printable(path: str) -> str:
    """Escape characters that would control the terminal."""
    return path if path.isprintable() else ascii(path)
