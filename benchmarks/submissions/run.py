"""Run the benchmarks of submissions on one database."""

from argparse import Namespace
from collections.abc import Iterator

from django.db import connection
from django.test import override_settings

from benchmarks.database import database
from benchmarks.start import prepare
from benchmarks.submissions import load, requests
from benchmarks.submissions.script import Script, scripts


def run(options: Namespace, directory: str) -> None:
    prepare()
    with (
        database(options.issues, directory, is_persistent=False, kind="submissions-"),
        override_settings(DIGEST_SUBMISSION_RATE=None),
    ):
        for figure in _figures(options, scripts()):
            print(figure, flush=True)


def _figures(options: Namespace, found: list[Script]) -> Iterator[str]:
    """Yield a line for each figure, with its target."""
    chosen = set(options.only)
    yield from requests.figures(found[0], options.rounds, chosen)
    if "load" in chosen and connection.vendor == "sqlite":
        yield from load.steady(found, options.seconds)
    if "workers" in chosen and connection.vendor == "postgresql":
        yield from load.two_workers(found, options.drafts)
