"""The sample site and its frontend, started as a developer does, by ``make frontend``."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.frontends.proxy import Proxy
from tests.redis_server import free_port

ROOT = Path(__file__).resolve().parents[2]
START = 300  # seconds: the database is made, and a busy machine is slow
STOP = 30
# Seconds until a change is public, of which a machine that is busy with other things needs more.
PATIENCE = float(os.environ.get("DIGEST_PATIENCE", "1"))
WITH_WEBHOOK, WITHOUT = 10 * PATIENCE, 60 * PATIENCE
# Seconds until the process ends that served the build before (server/workers.ts).
REPLACED = 10 * PATIENCE


class Site:
    """A site with a database and uploads of its own, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.port, self.frontend_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.frontend_url = f"http://127.0.0.1:{self.frontend_port}"
        self.proxy = Proxy(self.port)
        self.log = folder / "site.log"
        self.environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
            "MEDIA_ROOT": str(folder / "media"),
            "MAKEFLAGS": "",  # variables of the make that runs the tests
        }
        self.environment.pop("REDIS_URL", None)

    @contextmanager
    def running(self) -> Iterator["Site"]:
        """Serve the site and the frontend until the end."""
        with closing(self.proxy):
            self.start()
            try:
                self.wait_for("Built in", START)
                yield self
            finally:
                self.stop()

    def start(self) -> None:
        ports = [f"PORT={self.port}", f"FRONTEND_PORT={self.frontend_port}"]
        command = ["make", "frontend", *ports, f"ARGS=--api={self.proxy.url}/api/v1/"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def stop(self) -> None:
        """Stop it as Ctrl+C in a terminal does, and check that nothing is left."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(STOP)
        wait_until(lambda: not self.processes(), STOP, lambda: f"still run: {self.processes()}")

    def processes(self) -> list[str]:
        """Return the processes that were started with the URL of the frontend (on Linux)."""
        variable = f"FRONTEND_URL={self.frontend_url}\0".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):  # it has ended since
                if variable in path.read_bytes():
                    found.append(path.with_name("cmdline").read_text().replace("\0", " "))
        return found

    @property
    def password(self) -> str:
        """Return the password of the editor, which the start prints."""
        return re.search(r"password (\w+)", self.log.read_text())[1]

    def count(self, text: str) -> int:
        """Return how often the processes have logged a text."""
        return self.log.read_text().count(text)

    def wait_for(self, text: str, seconds: float, times: int = 1) -> None:
        """Wait until the processes have logged a text so many times."""

        def has_logged() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return self.count(text) >= times

        wait_until(has_logged, seconds, lambda: self.log.read_text())


def wait_until(
    condition: Callable[[], Any], seconds: float, explain: Callable[[], str] = str
) -> float:
    """Wait until a condition holds; return the seconds that it took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() < start + seconds, explain()
        time.sleep(0.5)
    return time.monotonic() - start
