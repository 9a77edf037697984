"""``manage.py run_frontend``: serve the site, and the reference frontend beside it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from digest.contrib.changes.relay import relay
from digest.contrib.webhooks.models import WebhookEndpoint, WebhookEvent

ROOT = Path(__file__).resolve().parents[3]
FRONTEND = ROOT / "frontends" / "astro"
STOP_SECONDS = 10


class Command(BaseCommand):
    help = (
        "Serve the site with its jobs, and beside it the reference frontend at FRONTEND_URL of the "
        "environment, with a webhook of its own. Only for trying on your own machine."
    )
    requires_system_checks = []  # the server runs them

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--api",
            metavar="URL",
            help="where the frontend reads the API, if not at the site",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = settings.WAGTAILADMIN_BASE_URL
        frontend = getattr(settings, "DIGEST_FRONTEND_URLS", {}).get(site)
        if not frontend:
            raise CommandError("Set FRONTEND_URL in the environment, or use `make frontend`.")
        handle_signals(lambda *received: sys.exit(0))
        relay()  # so that the first build has all issues
        with webhook(f"{frontend}/webhooks/") as endpoint, Processes() as processes:
            processes.start("runserver", manage("runserver", urlsplit(site).netloc))
            processes.wait_for(site)
            processes.start("run_jobs", manage("run_jobs", "--stop-with", str(os.getpid())))
            processes.start("deliver_webhooks", manage("deliver_webhooks"))
            api = options["api"] or f"{site}/api/v1/"
            variables = environment(site, api, frontend, endpoint.secret)
            processes.start("The frontend", ["node", "server/main.ts"], FRONTEND, variables)
            processes.wait_for(frontend)
            endpoint.turn_on()
            while True:
                processes.check()


class Processes:
    """Processes that end together, each with those that it has started."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self, name: str, command: list[str], folder: Path = ROOT, variables: dict | None = None
    ) -> None:
        # In a session of its own, Ctrl+C reaches this command alone, which stops the group.
        self._running[name] = subprocess.Popen(  # noqa: S603
            command, cwd=folder, env=variables, start_new_session=True
        )

    def check(self) -> None:
        """Wait a moment; raise a CommandError if one has ended."""
        time.sleep(0.2)
        for name, process in self._running.items():
            if process.poll() is not None:
                raise CommandError(f"{name} has ended with exit status {process.returncode}.")

    def wait_for(self, url: str) -> None:
        """Wait until a server listens."""
        while not is_listening(url):
            self.check()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *error: object) -> None:
        handle_signals(signal.SIG_IGN)
        for process in self._running.values():
            kill_group(process, signal.SIGTERM)
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            kill_group(process, signal.SIGKILL)


def handle_signals(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def kill_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a process and to all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


@contextmanager
def webhook(url: str) -> Iterator[WebhookEndpoint]:
    """Make the webhook of the frontend, paused before and afterwards: then nobody receives it."""
    fields = {"preset": "standard", "url": url, "events": [WebhookEvent.Type.CONTENT_CHANGED]}
    endpoint, _ = WebhookEndpoint.objects.update_or_create(name="Frontend", defaults=fields)
    endpoint.pause()
    try:
        yield endpoint
    finally:
        endpoint.pause()


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def is_listening(url: str) -> bool:
    parts = urlsplit(url)
    with suppress(OSError), socket.create_connection((parts.hostname, parts.port), timeout=1):
        return True
    return False


def environment(site: str, api: str, frontend: str, secret: str) -> dict[str, str]:
    """Return the variables of the frontend; its Node.js is one of its packages."""
    return os.environ | {
        "DIGEST_API": api,
        "DIGEST_CMS": site,
        "DIGEST_WEBHOOK_SECRET": secret,
        "PATH": f"{FRONTEND / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}",
        "PORT": str(urlsplit(frontend).port),
    }
