"""Run the benchmarks of the newsletter on one database."""

from argparse import Namespace
from collections.abc import Iterator

from django.core.cache import cache
from wagtail.models import Page

from benchmarks.database import database
from benchmarks.newsletter import imports, lists, mailing, readers, sending, short
from benchmarks.start import prepare
from digest.models import IssuePage

ISSUES = 40


def run(options: Namespace, directory: str) -> None:
    prepare()
    with database(ISSUES, directory, is_persistent=False, kind="newsletter-"):
        issue = IssuePage.objects.order_by("-date").select_related("locale").first()
        for figure in _figures(options, issue):
            print(figure, flush=True)


def _figures(options: Namespace, issue: Page) -> Iterator[str]:
    """Yield a line for each figure, with its target."""
    digest, chosen = issue.get_parent().specific, set(options.only)
    small, large = options.readers
    if chosen & {"messages", "composing", "sign-up"}:
        readers.create(digest, 10)
        yield from short.figures(issue, options.rounds, chosen)
    if "sending" in chosen:
        readers.create(digest, options.mails)
        yield from sending.figures(issue, options.mails)
    if chosen & {"fill", "claims", "lists"}:
        yield from mailing.figures(digest, issue, small, large, chosen)
    if "lists" in chosen:
        yield from lists.figures()
    if "import" in chosen:
        yield from imports.figures(digest, small, large)
    readers.delete()
    cache.clear()
