"""What the relay tells other apps, in its transaction."""

from django.dispatch import Signal

# Sent by each pass that has found something, before its commit, so that what a receiver writes is
# committed with the sequences or not at all; an error undoes the pass, and it is run again. The
# sender is ``FeedState``. Arguments: its row ``state``, the list of ``changes`` (``relay.Change``),
# the list of ``sites``, and ``has_content_changed``: once all is compared, whether anything that
# readers can see has changed, also if it is no issue or digest.
public_changes = Signal()
