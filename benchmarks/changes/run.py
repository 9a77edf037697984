"""Time the relay and the feed with many issues."""

import argparse
import resource
from collections.abc import Callable, Iterable
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site

from benchmarks.changes import webhooks
from benchmarks.changes.timing import milliseconds, timed
from benchmarks.database import database
from benchmarks.start import prepare
from digest.contrib.changes import markers, relay
from digest.contrib.changes.feed_state import is_waiting
from digest.contrib.changes.models import FeedState, PublicState
from digest.contrib.changes.public_state import comparing
from digest.models import IssuePage

FEED = "/api/v1/changes/"


def run(options: argparse.Namespace, directory: str, is_persistent: bool) -> None:
    prepare()
    for issues in options.issues:
        with database(issues, directory, is_persistent, "changes-"):
            for name, value in measurements(issues, options.rounds):
                print(f"  {name:52} {value}", flush=True)


def measurements(issues: int, rounds: int) -> Iterable[tuple[str, str]]:
    PublicState.objects.all().delete()
    FeedState.objects.all().delete()
    seconds = timed(relay.relay)
    yield "first fill", f"{issues / seconds:,.0f} issues/s"
    yield "idle pass", milliseconds(is_waiting, rounds)
    yield "expand: ten issues", expanding(change_ten, rounds)
    yield "expand: an image", expanding(change_image, rounds)
    yield "expand: a restriction", expanding(change_restriction, min(rounds, 3))
    yield "expand: a site", expanding(change_site, min(rounds, 3))
    yield "relay after one update", milliseconds(relay_one, rounds)
    yield "feed, 100 rows", page(rounds, limit=100)
    yield "feed, 100 rows with issues", page(rounds, limit=100, include="issue")
    yield "feed, nothing new", page(rounds, since=last_token())
    yield "first copy, with issues", f"{issues / timed(copy_all):,.0f} issues/s"
    yield from webhooks.measurements(rounds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    relay.mark_everything()
    yield "relay_changes --all", f"{timed(relay.relay):.1f} s"
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak
    yield "  memory beyond what the above took", f"{more / 1024:.0f} MB"


def expanding(change: Callable[[], Any], rounds: int) -> str:
    """Return how long it takes to find the pages to compare, which is then rolled back."""
    times, marked = [], 0
    for _ in range(rounds):
        with transaction.atomic():
            change()
            run_deferred_triggers()
            sites = list(Site.objects.select_related("root_page"))
            with comparing():
                times.append(timed(lambda sites=sites: expand(sites)))
            marked = PublicState.objects.filter(is_marked=True).count()
            transaction.set_rollback(True)
    return f"{1000 * median(times):.1f} ms, {marked:,} marked"


def expand(sites: list[Site]) -> None:
    markers.expand(markers.take_markers(), sites)


def run_deferred_triggers() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def change_ten() -> None:
    pks = list(IssuePage.objects.order_by("pk").values_list("pk", flat=True)[:10])
    Page.objects.filter(pk__in=pks).update(title="Another title")


def change_image() -> None:
    get_image_model().objects.filter(pk=get_image_model().objects.first().pk).update(title="Other")


def change_restriction() -> None:
    issue = IssuePage.objects.order_by("pk").first()
    # In bulk, so that the search app does not index the issues that this database leaves out.
    PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page=issue, restriction_type="login")]
    )


def change_site() -> None:
    Site.objects.update(hostname="other.example")


def relay_one() -> None:
    issue = IssuePage.objects.order_by("?").first()
    Page.objects.filter(pk=issue.pk).update(title=f"Another title {perf_counter()}")
    relay.relay()


def fetch(**parameters: Any) -> Any:
    response = Client().get(FEED, parameters)
    if response.status_code != 200:
        raise RuntimeError(response.content)
    return response.json()


def page(rounds: int, **parameters: Any) -> str:
    fetch(**parameters)
    with CaptureQueriesContext(connection) as queries:
        fetch(**parameters)
    number = len(queries)
    return f"{milliseconds(lambda: fetch(**parameters), rounds)}, {number} queries"


def last_token() -> str:
    since = None
    while True:
        found = fetch(limit=500, **({"since": since} if since else {}))
        since = found["next_since"]
        if not found["has_more"]:
            return since


def copy_all() -> None:
    since = None
    while True:
        more = {"since": since} if since else {}
        found = fetch(limit=500, kind="issue", include="issue", **more)
        since = found["next_since"]
        if not found["has_more"]:
            return
