"""``manage.py rebuild_sources``"""

from digest.pages.derived import RebuildCommand
from digest.sources.index import citation_table


class Command(RebuildCommand):
    """Rebuild or check the citations of the source index."""

    help = (
        "Make the source index agree with the live issues. It can be run at any time; only rows "
        "that differ are written, and the results of checks are kept."
    )
    table = citation_table
    repaired_message = "{} citations mended."
    drift_message = "{} citations are wrong: run rebuild_sources."
    correct_message = "The register of sources is right."
