"""Django, started with a directory for the databases and uploads of a benchmark."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def started() -> Iterator[tuple[str, bool]]:
    """The directory, and whether it is kept: BENCH_DIR, else one that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="digest-bench-") as temporary:
        directory = os.environ.setdefault("BENCH_DIR", temporary)
        Path(directory, "static").mkdir(parents=True, exist_ok=True)
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        import django

        django.setup()
        yield directory, directory != temporary
