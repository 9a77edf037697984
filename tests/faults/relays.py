"""Relay, write and read in processes of their own: ``python -m tests.faults.relays relay 100``."""

import sys
from pathlib import Path
from uuid import uuid4

import django
from django.db import connection


def relay(rounds: str, stop: str) -> None:
    """Run so many passes when something waits."""
    from digest.contrib.changes.feed_state import is_waiting
    from digest.contrib.changes.relay import relay

    left = int(rounds)
    while left > 0 and not Path(stop).exists():
        left -= is_waiting()
        relay(seconds=0)
    print(int(rounds) - left)  # noqa: T201


def say_ready() -> None:
    print("ready", flush=True)  # noqa: T201


def write(stop: str) -> None:
    """Change an issue in each way, with and without signals, until a file exists."""
    from wagtail.models import Page, Site

    from tests.builders import make_digest, make_issue, restrict

    home = Site.objects.get(is_default_site=True).root_page.specific
    issue = make_issue(make_digest(home, f"relays-{uuid4().hex}"))
    say_ready()
    rounds = 0
    while not Path(stop).exists():
        rounds += 1
        Page.objects.filter(pk=issue.pk).update(title=f"Title {rounds}")
        restriction = restrict(issue)
        restriction.delete()
        if not rounds % 10:
            issue.title = f"Edition {rounds}"
            issue.save_revision().publish()
    print(rounds)  # noqa: T201


def read(stop: str) -> None:
    """Keep a copy by the feed until a file exists; at last it has to equal the list."""
    from digest.contrib.changes.relay import relay
    from tests.contrib.changes.feed import Copy, listed_issues

    copy, reads = Copy(limit=3), 0
    say_ready()
    while not Path(stop).exists():
        copy.update()
        reads += 1
    relay()
    copy.update()
    assert copy.issues == listed_issues()
    print(reads)  # noqa: T201


def prune_digests() -> None:
    """Delete what ``write`` has made."""
    from digest.models import DigestPage

    for digest in DigestPage.objects.filter(slug__startswith="relays-"):
        digest.delete()


def deadlocks() -> None:
    """Print how many deadlocks PostgreSQL has resolved."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        print(cursor.fetchone()[0])  # noqa: T201


if __name__ == "__main__":
    django.setup()
    globals()[sys.argv[1]](*sys.argv[2:])
