"""``manage.py rebuild_stories``"""

from digest.pages.derived import RebuildCommand
from digest.pages.stories import story_table


class Command(RebuildCommand):
    """Rebuild or check the table of stories."""

    help = (
        "Make the table of stories agree with the live issues. It can be run at any time; only "
        "rows that differ are written."
    )
    table = story_table
    repaired_message = "{} rows of stories mended."
    drift_message = "{} rows of stories are wrong: run rebuild_stories."
    correct_message = "All rows of stories are right."
