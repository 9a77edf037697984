"""The command line of a benchmark, and Django with a directory for its databases and uploads."""

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
    """What the command lines of all benchmarks begin with."""
    return argparse.ArgumentParser(program, description=about, epilog=EPILOG.format(url=url))


def number_of_issues(text: str) -> int:
    """An argument: forty or more, which are two pages of a list."""
    if int(text) < 40:
        raise argparse.ArgumentTypeError("there must be forty issues or more")
    return int(text)


@contextmanager
def started() -> Iterator[tuple[str, bool]]:
    """The directory, and whether it is kept: BENCH_DIR, else one that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as temporary:
        directory = str(Path(os.environ.setdefault("BENCH_DIR", temporary)).resolve())
        os.environ["BENCH_DIR"] = directory
        Path(directory, "static").mkdir(parents=True, exist_ok=True)
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        import django

        django.setup()
        yield directory, directory != str(Path(temporary).resolve())


def announce() -> None:
    """Print what is measured, and prepare the connection for it."""
    import django
    import wagtail
    from django.db import connection
    from django.db.backends.signals import connection_created

    # A failing answer is a line of the table; its traceback would stand in the middle of it.
    logging.disable(logging.CRITICAL)
    versions = f"Wagtail {wagtail.__version__}, Django {django.__version__}"
    print(f"\n{versions}, Python {platform.python_version()}, {connection.display_name}")
    connection.settings_dict["CONN_MAX_AGE"] = None  # One process of the server, to look at.
    connection_created.connect(without_helpers)


def without_helpers(connection: Any, **kwargs: Any) -> None:
    """Have PostgreSQL answer in one process, whose CPU time is then all there is."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")
