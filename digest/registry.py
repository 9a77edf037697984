"""What apps add to the plugin from the ``ready()`` of their ``AppConfig``.

The core reads these lists when it uses them and names no optional app. An app that is not in
INSTALLED_APPS is never ready, so it adds nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Job:
    """Work that ``manage.py run_jobs`` repeats. Running it twice must do no harm.

    ``run`` raises what went wrong. ``is_due`` is called every two seconds and may start the job
    early. A job that ``is_long`` runs in a process of its own and delays no other one.
    """

    name: str
    run: Callable[[], None]
    every: timedelta
    is_due: Callable[[], bool] | None = None
    is_long: bool = False


@dataclass
class Registry:
    """The additions of all installed apps, in the order of INSTALLED_APPS."""

    jobs: list[Job] = field(default_factory=list)


registry = Registry()
