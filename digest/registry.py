"""What apps add to the plugin from the ``ready()`` of their ``AppConfig``.

The core reads these lists when it uses them and names no optional app. An app that is not in
INSTALLED_APPS is never ready, so it adds nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.dispatch import Signal

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Job:
    """Work that ``manage.py run_jobs`` repeats. Running it twice must do no harm.

    ``run`` raises what went wrong. ``is_due`` is called every two seconds and may start the job
    early. A job that ``is_long`` runs in a process of its own and delays no other one; the process
    takes some seconds to start.
    """

    name: str
    run: Callable[[], None]
    every: timedelta
    is_due: Callable[[], bool] | None = None
    is_long: bool = False


class Slot(NamedTuple):
    """A template that an app adds to a slot of readers' pages.

    ``get_context`` is the dotted name of a function that takes the page and the request, and
    returns all variables of the template, or None to render nothing. Pages are public and cached,
    so neither may depend on the visitor.
    """

    template: str
    get_context: str


class Link(NamedTuple):
    """A line that an app adds to ``llms.txt``; ``url_name`` is that of a path without arguments."""

    title: str
    url_name: str
    notes: str


class Status(NamedTuple):
    """A row of ``manage.py digest_status``, below those of the jobs.

    ``message`` is what the admin's home page says to superusers, of a problem of which no other
    panel there warns.
    """

    name: str
    value: int | str | datetime | list[Any] | None
    is_problem: bool = False
    message: str = ""


class SignalHandler(NamedTuple):
    """A receiver with its signal and the only senders for which it is called."""

    signal: Signal
    receiver: Callable[..., None]
    senders: Iterable[Any]


def connect(handlers: Iterable[SignalHandler]) -> None:
    """Connect receivers in this order, which is the order in which they are called.

    Connecting a receiver again changes nothing.
    """
    for signal, receiver, senders in handlers:
        name = f"{receiver.__module__}.{receiver.__qualname__}"
        for sender in senders:
            signal.connect(receiver, sender=sender, weak=False, dispatch_uid=name)


@dataclass
class Registry:
    """The additions of all installed apps, in the order of INSTALLED_APPS."""

    jobs: list[Job] = field(default_factory=list)
    # Dotted names of functions that return rows of ``Status``: see ``digest.jobs.status``.
    status: list[str] = field(default_factory=list)
    # Dotted names of modules that add to the API: see ``digest.api.extensions``.
    api_extensions: list[str] = field(default_factory=list)
    # Paths of the plugin, and the dotted names of the URLconfs that apps add there.
    urlconfs: dict[str, str] = field(default_factory=dict)
    # Dotted names of modules with paths that readers see: see ``digest.pages.public_paths``.
    public_paths: list[str] = field(default_factory=list)
    # URL paths such as "news/confirm" with tokens behind them: see ``digest.http.redaction``.
    token_paths: list[str] = field(default_factory=list)
    # By the name of the slot: "digest", "summary", "issue" and those of the site's own templates.
    slots: defaultdict[str, list[Slot]] = field(default_factory=lambda: defaultdict(list))
    # Rules of the checklist (``digest.checklist.rules.Rule``) by code. A code begins with the name
    # of the app and a dot, so that a digest may keep the level of a rule whose app was removed.
    checklist_rules: dict[str, Any] = field(default_factory=dict)
    # Dotted names of functions that return side panels for the editor of an issue, as Wagtail's
    # ``get_side_panels`` does. They take the issue, the request, and the page of the digest.
    issue_side_panels: list[str] = field(default_factory=list)
    # Dotted name of a function that returns how issues were made: see ``digest.pages.provenance``.
    provenance: str = ""
    # Lines of ``llms.txt``, behind those of the API.
    llms_links: list[Link] = field(default_factory=list)
    # Names of groups, and the model permissions that ``create_roles`` gives them.
    roles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    # Whether an app reads and deletes the rows of ``digest.caching.content_version.ChangeMarker``.
    keeps_markers: bool = False


registry = Registry()
