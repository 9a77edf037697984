from typing import Any

from django.core.management.base import BaseCommand

from digest.contrib.submissions.pruning import prune


class Command(BaseCommand):
    help = "Empty the documents and responses of submissions that are past DIGEST_SUBMISSION_DAYS."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Emptied {prune()} submissions.")
