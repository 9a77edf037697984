"""Changes the content of a site in a process of its own: ``python -m tests.faults.editor publish``.

It says what it has done after it is done; so nothing that was said may be lost.
"""

import json
import os
import signal
import sys
import time
from typing import Any

import django
from django.db import Error, connection


def say(words: Any) -> None:
    """Tell whoever started this."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def prepare() -> None:
    """Make a digest with issues that readers see, one that is edited, and some that are hidden."""
    from wagtail.models import Site

    from tests.builders import expire, make_digest, make_issue, restrict

    site = Site.objects.get(is_default_site=True)
    digest = make_digest(site.root_page.specific)
    shown = make_issue(digest, 1, slug="shown")
    edited = make_issue(digest, 2, slug="edited", **edition(0))
    fields = {"title": "unsaid", "tags": ("unsaid",)}
    draft, private, expired, gone = (
        make_issue(digest, day, slug=f"u{day}", publish=day > 3, **fields) for day in range(3, 7)
    )
    restrict(private)
    expire(expired)
    gone.unpublish()
    hidden = [page for issue in (draft, private, expired, gone) for page in doors_of(issue)]
    say(json.dumps({"shown": SHOWN + doors_of(shown), "hidden": hidden, "edited": edited.pk}))


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


def doors_of(issue: Any) -> list[str]:
    return [f"/api/v1/issues/{issue.pk}/", f"/api/v1/digests/daily/issues/{issue.slug}/"]


def edition(number: int) -> dict[str, str]:
    """The fields of an edition, by which one that is half of another can be told."""
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
    """Publish one edition after the other, and go on after a failure; say which are published."""
    end, number = time.monotonic() + float(seconds), int(first)
    while time.monotonic() < end:
        try:
            publish(pk, str(number))
            say(number)
            number += 1
        except Error as error:
            sys.stderr.write(f"failed: {error}\n")
            connection.close()
            time.sleep(0.2)


def killed(pk: str, number: str, writes: str) -> None:
    """Publish an edition, and be killed with the given write of it."""
    left = int(writes)

    def count(execute: Any, sql: str, *args: Any) -> Any:
        nonlocal left
        left -= sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, *args)

    with connection.execute_wrapper(count):
        publish(pk, number)


def hide(pk: str) -> None:
    """Make an issue private."""
    from wagtail.models import Page

    from tests.builders import restrict

    restrict(Page.objects.get(pk=pk))


def show(pk: str) -> None:
    """Open it again."""
    from wagtail.models import PageViewRestriction

    PageViewRestriction.objects.filter(page_id=pk).delete()


def check() -> None:
    """Whether each live issue is what its live revision says, all of it."""
    from digest.models import IssuePage

    for issue in IssuePage.objects.filter(live=True):
        said = issue.live_revision.as_object()
        assert (issue.title, issue.slug) == (said.title, said.slug), issue
        assert told_by(issue.body) == told_by(said.body), issue


def told_by(body: Any) -> list[tuple[str, str]]:
    """The ids of the blocks, and what is on top of each."""
    return [(block.id, str(block.value.get("heading"))) for block in body]


def lock(seconds: str) -> None:
    """Keep everybody else from writing for a while."""
    from django.db import transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE wagtailcore_site SET site_name = site_name")
        say("locked")
        time.sleep(float(seconds))


if __name__ == "__main__":
    django.setup()
    globals()[sys.argv[1]](*sys.argv[2:])
    say("done")
