"""Parse the command line, and set up Django with a directory for databases and uploads."""

import argparse
import logging
import os
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EPILOG = "BENCH_DIR in the environment keeps the databases there; DATABASE_URL {url}."


def parser(
    program: str, about: str | None, url: str = "chooses the engine"
) -> argparse.ArgumentParser:
    """Return the parser that all benchmarks extend."""
    return argparse.ArgumentParser(program, description=about, epilog=EPILOG.format(url=url))


def number_of_issues(text: str) -> int:
    """Parse a number from 40, which are two pages of a list."""
    if int(text) < 40:
        raise argparse.ArgumentTypeError("at least 40 issues are needed")
    return int(text)


@contextmanager
def started() -> Iterator[tuple[str, bool]]:
    """Yield BENCH_DIR, or a temporary directory, and whether it is persistent."""
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as temporary:
        directory = str(Path(os.environ.setdefault("BENCH_DIR", temporary)).resolve())
        os.environ["BENCH_DIR"] = directory
        Path(directory, "static").mkdir(parents=True, exist_ok=True)
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        import django

        django.setup()
        yield directory, directory != str(Path(temporary).resolve())


def prepare() -> None:
    """Print the versions, and prepare logging and the connection."""
    import django
    import wagtail
    from django.db import connection
    from django.db.backends.signals import connection_created

    # A failure is a line of the table; its traceback would interrupt it.
    logging.disable(logging.CRITICAL)
    versions = f"Wagtail {wagtail.__version__}, Django {django.__version__}"
    print(f"\n{versions}, Python {platform.python_version()}, {connection.display_name}")
    # One connection is one process of PostgreSQL, whose CPU time is read.
    connection.settings_dict["CONN_MAX_AGE"] = None
    connection_created.connect(disable_parallel_workers)


def disable_parallel_workers(connection: Any, **kwargs: Any) -> None:
    """Disable PostgreSQL's parallel workers, whose CPU time would not be measured."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
