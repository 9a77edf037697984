from typing import Any

from digest.contrib.search.index import entry_table
from digest.pages.derived import RebuildCommand
from digest.pages.page_models import get_issue_page_model


class Command(RebuildCommand):
    help = (
        "Synchronise the index of readers' search with the public issues and their stories. It can "
        "be run at any time, and writes only entries that differ."
    )
    table = entry_table
    repaired_message = "{} entries repaired."
    drift_message = "{} entries or words are wrong: run rebuild_search."
    correct_message = "All entries of the index are right."

    def rebuild(self, verbosity: int, **options: Any) -> int:
        return self.table.rebuild(self.print_progress if verbosity else None)

    def print_progress(self, seen: int) -> None:
        """Print the number of issues so far, at each thousand."""
        if not seen % 1000:
            self.stdout.write(f"{seen} of {get_issue_page_model().objects.count()} issues ...")
