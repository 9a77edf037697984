"""The site under gunicorn with production settings, as ``make serve`` starts it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.faults.asking import ask
from tests.redis_server import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds: a busy machine may take its time
GUNICORN = ["gunicorn", "cms.wsgi", "--preload", "--workers", "2", "--threads", "4"]


class Site:
    """Two workers on the databases and the cache that the environment names.

    ``shown`` and ``hidden`` are paths: what readers always find, and what they never do.
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
        """Make the tables and some content."""
        self.manage("migrate", "--verbosity", "0")
        said = self.editor("prepare").communicate()[0]
        self.manage("rebuild_search")  # of which one has expired meanwhile
        found = json.loads(said.splitlines()[-2])  # the last is "done"
        self.shown, self.hidden, self.edited = found["shown"], found["hidden"], found["edited"]

    def like(self, other: "Site") -> "Site":
        """Take over what was prepared in the same database."""
        self.shown, self.hidden, self.edited = other.shown, other.hidden, other.edited
        return self

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the site; what goes wrong is raised."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )

    def editor(self, *arguments: Any) -> subprocess.Popen[str]:
        """Start ``tests.faults.editor``, which changes the content in a process of its own."""
        command = [sys.executable, "-m", "tests.faults.editor", *map(str, arguments)]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def edit(self, *arguments: Any) -> str:
        """Let it do one thing, and wait for it; what it says."""
        said = self.editor(*arguments).communicate()[0]
        assert said.startswith("done"), f"{arguments}: {said}"
        return said

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
        self.process.send_signal(signal.SIGQUIT)  # at once
        self.process.wait(timeout=PATIENCE)

    def wait_for(self, path: str, status: int, text: str = "", within: float = PATIENCE) -> float:
        """Wait until a path answers like that; how many seconds it took."""
        begun = time.monotonic()
        while True:
            told = ask(self.port, path)
            if told.status == status and text in told.body:
                return time.monotonic() - begun
            if time.monotonic() > begun + within:
                raise AssertionError(f"{path} is not {status} {text}: {told}")
            time.sleep(0.05)

    def kill_a_worker(self) -> None:
        """Kill one with SIGKILL; gunicorn starts another."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        if pids := [int(pid) for pid in children.split()]:
            os.kill(pids[0], signal.SIGKILL)

    def check(self) -> None:
        """Whether everything in the database agrees with everything else."""
        for table in ("stories", "sources", "search"):
            self.manage(f"rebuild_{table}", "--check")
        self.edit("check")
