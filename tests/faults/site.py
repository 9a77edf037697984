"""Run the site under gunicorn with production settings, as ``make serve`` does."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.faults.client import get
from tests.redis_server import free_port

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT = 90  # seconds: a busy machine is slow
GUNICORN = ["gunicorn", "cms.wsgi", "--preload", "--workers", "2", "--threads", "4"]


class Site:
    """Two workers on the databases and the cache of the environment.

    ``shown`` are paths that are always 200, and ``hidden`` those that never are.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.port = folder, free_port()
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "cms.settings.production",
            "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "ALLOWED_HOSTS": "127.0.0.1",
            "WAGTAILADMIN_BASE_URL": f"http://127.0.0.1:{self.port}",
            "HTTPS": "off",
            "MEDIA_ROOT": str(folder / "media"),
            **environment,
        }
        self.log = (folder / "site.log").open("ab")

    def prepare(self) -> None:
        """Create the tables and some content."""
        self.manage("migrate", "--verbosity", "0")
        output = self.editor("prepare").communicate()[0]
        self.manage("rebuild_search")  # because one issue has expired
        found = json.loads(output.splitlines()[-2])  # the last is "done"
        self.shown, self.hidden, self.edited = found["shown"], found["hidden"], found["edited"]

    def share_content_of(self, other: "Site") -> "Site":
        """Use the content that another site has prepared in the same database."""
        self.shown, self.hidden, self.edited = other.shown, other.hidden, other.edited
        return self

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command; raise if it fails."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )

    def editor(self, *arguments: Any, **options: Any) -> subprocess.Popen[str]:
        """Start ``tests.faults.editor`` in another process, with options of ``Popen``."""
        command = [sys.executable, "-m", "tests.faults.editor", *map(str, arguments)]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            **options,
        )

    def edit(self, *arguments: Any) -> str:
        """Run ``tests.faults.editor``; return its output."""
        output = self.editor(*arguments).communicate()[0]
        assert output.startswith("done"), f"{arguments}: {output}"
        return output

    def __enter__(self) -> "Site":
        command = [sys.executable, "-m", *GUNICORN, "--no-control-socket"]
        self.process = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{self.port}"],
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
        )
        self.wait_for("/healthz", 200)
        return self

    def __exit__(self, *error: object) -> None:
        self.process.send_signal(signal.SIGQUIT)  # without waiting for requests
        self.process.wait(timeout=TIMEOUT)

    def wait_for(self, path: str, status: int, text: str = "", within: float = TIMEOUT) -> float:
        """Wait until the response has a status and a text; return the seconds it took."""
        started = time.monotonic()
        while True:
            response = get(self.port, path)
            if response.status == status and text in response.body:
                return time.monotonic() - started
            if time.monotonic() > started + within:
                raise AssertionError(f"{path} is not {status} {text}: {response}")
            time.sleep(0.05)

    def kill_a_worker(self) -> None:
        """Kill one with SIGKILL; gunicorn starts a new one."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        if pids := [int(pid) for pid in children.split()]:
            os.kill(pids[0], signal.SIGKILL)

    def check(self) -> None:
        """Check that derived tables and live revisions agree with the issues."""
        for table in ("stories", "sources", "search"):
            self.manage(f"rebuild_{table}", "--check")
        self.edit("check")
