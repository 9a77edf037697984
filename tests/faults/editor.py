"""Change the content of a site in another process: ``python -m tests.faults.editor publish``.

It prints what it has committed, so nothing that it has printed may be lost.
"""

import json
import os
import signal
import sys
import time
from typing import Any

import django
from django.db import Error, connection

from tests.faults.client import HIDDEN


def report(result: Any) -> None:
    """Print a result for the test."""
    sys.stdout.write(f"{result}\n")
    sys.stdout.flush()


def prepare() -> None:
    """Create a digest with visible issues, one to edit, and hidden ones."""
    from wagtail.models import Site

    from tests.builders import expire, make_digest, make_issue, restrict

    site = Site.objects.get(is_default_site=True)
    digest = make_digest(site.root_page.specific)
    shown = make_issue(digest, 1, slug="shown")
    edited = make_issue(digest, 2, slug="edited", **edition(0))
    fields = {"title": HIDDEN, "tags": (HIDDEN,)}
    draft, private, expired, gone = (
        make_issue(digest, day, slug=f"u{day}", publish=day > 3, **fields) for day in range(3, 7)
    )
    restrict(private)
    expire(expired)
    gone.unpublish()
    hidden = [page for issue in (draft, private, expired, gone) for page in urls_of(issue)]
    report(json.dumps({"shown": SHOWN + urls_of(shown), "hidden": hidden, "edited": edited.pk}))


SHOWN = [
    "/api/v1/issues/?include=body&limit=100",
    "/api/v1/issues/latest/",
    "/api/v1/stories/",
    "/api/v1/search/?q=happened",
    "/api/v1/digests/",
    "/feeds/daily/rss.xml",
    "/sitemap.xml",
    "/llms.txt",
    "/",
]


def urls_of(issue: Any) -> list[str]:
    return [f"/api/v1/issues/{issue.pk}/", f"/api/v1/digests/daily/issues/{issue.slug}/"]


def edition(number: int) -> dict[str, str]:
    """Return fields with the number of an edition in each, to detect mixed ones."""
    from tests.builders import body, source, story

    cited = [source(title="A source", url=f"https://source.example/{number}")]
    return {
        "title": f"Edition {number}",
        "body": body(story(f"Story of edition {number}", sources=cited)),
    }


def publish(pk: str, number: str) -> None:
    """Publish an edition of an issue."""
    from digest.models import IssuePage

    issue = IssuePage.objects.get(pk=pk)
    for name, value in edition(int(number)).items():
        setattr(issue, name, value)
    issue.save_revision().publish()


def publish_on(pk: str, seconds: str, first: str = "1") -> None:
    """Publish one edition after the other, also after failures; report those published."""
    end, number = time.monotonic() + float(seconds), int(first)
    while time.monotonic() < end:
        try:
            publish(pk, str(number))
            report(number)
            number += 1
        except Error as error:
            sys.stderr.write(f"failed: {error}\n")
            connection.close()
            time.sleep(0.2)


def publish_and_relay(pk: str) -> None:
    """Publish each edition that is asked for by a line, and report its sequence in the feed."""
    from digest.contrib.changes.models import FeedState
    from digest.contrib.changes.relay import relay

    for line in sys.stdin:
        publish(pk, line)
        relay()
        report(FeedState.objects.get().sequence)


def killed(pk: str, number: str, writes: str) -> None:
    """Publish an edition, and kill this process at a write."""
    remaining = int(writes)

    def count(execute: Any, sql: str, *args: Any) -> Any:
        nonlocal remaining
        remaining -= sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if remaining <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, *args)

    with connection.execute_wrapper(count):
        publish(pk, number)


def hide(pk: str) -> None:
    from wagtail.models import Page

    from tests.builders import restrict

    restrict(Page.objects.get(pk=pk))


def show(pk: str) -> None:
    """Remove the restriction of an issue."""
    from wagtail.models import PageViewRestriction

    PageViewRestriction.objects.filter(page_id=pk).delete()


def check() -> None:
    """Check that each live issue equals its live revision."""
    from digest.models import IssuePage

    for issue in IssuePage.objects.filter(live=True):
        revision = issue.live_revision.as_object()
        assert (issue.title, issue.slug) == (revision.title, revision.slug), issue
        assert headings_of(issue.body) == headings_of(revision.body), issue


def headings_of(body: Any) -> list[tuple[str, str]]:
    """Return the ids and headings of the blocks."""
    return [(block.id, str(block.value.get("heading"))) for block in body]


def lock(seconds: str) -> None:
    """Hold a write lock for some seconds."""
    from django.db import transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_site SET site_name = site_name")
        report("locked")
        time.sleep(float(seconds))


if __name__ == "__main__":
    django.setup()
    globals()[sys.argv[1]](*sys.argv[2:])
    report("done")
