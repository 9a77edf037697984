"""``manage.py rebuild_stories``: rebuild or check the table of stories."""

from digest.pages.derived import RebuildCommand
from digest.pages.stories import story_table


class Command(RebuildCommand):
    help = (
        "Synchronise the table of stories with the live issues. It can be run at any time; only "
        "rows that differ are written."
    )
    table = story_table
    repaired_message = "{} stories repaired."
    drift_message = "{} stories differ: run rebuild_stories."
    correct_message = "The table of stories is correct."
