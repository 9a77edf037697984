"""The jobs of the feed. They import the relay, and with it the API, only when they run."""

# After so many seconds, other jobs get their turn.
MAX_SECONDS = 20


def relay_changes() -> None:
    from digest.contrib.changes.relay import relay

    relay(MAX_SECONDS)


def compare_all() -> None:
    """Compare every page, and forget pages that have been gone for long."""
    from digest.contrib.changes import relay, tombstones

    tombstones.prune()
    relay.mark_everything()
    relay.relay()
