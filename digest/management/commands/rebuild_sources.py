"""``manage.py rebuild_sources``: rebuild or check the citations of the source index."""

from digest.pages.derived import RebuildCommand
from digest.sources.index import citation_table


class Command(RebuildCommand):
    help = (
        "Synchronise the source index with the live issues. It can be run at any time; only rows "
        "that differ are written, and the results of checks stay."
    )
    table = citation_table
    repaired_message = "{} citations repaired."
    drift_message = "{} citations differ: run rebuild_sources."
    correct_message = "The source index is correct."
