"""The frontend of docs/how-to/nextjs.md, made of its commands and files, beside a sample site."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from home.management.commands.run_frontend import is_listening, manage
from tests.docs.markdown import ROOT, code_blocks, files, section
from tests.frontends.site import wait_until
from tests.redis_server import free_port

GUIDE = (ROOT / "docs" / "how-to" / "nextjs.md").read_text(encoding="utf-8")
CLIENT = Path("wagtail-digest", "clients", "typescript")  # as the guide names it
START, STOP = 120, 10  # seconds; a busy machine is slow
NPM = {"audit": "false", "fund": "false", "prefer_offline": "true", "update_notifier": "false"}


class NextSite:
    """A site with a database and uploads of its own, and the frontend in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.frontend_folder = folder, folder / "my-frontend"
        port, frontend_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.frontend_url = f"http://127.0.0.1:{frontend_port}"
        self.environment = {
            **os.environ,
            **{f"npm_config_{name}": value for name, value in NPM.items()},
            "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
            "DIGEST_API": f"{self.url}/api/v1/",
            "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
            "FRONTEND_URL": self.frontend_url,
            "MEDIA_ROOT": str(folder / "media"),
            "NEXT_TELEMETRY_DISABLED": "1",
            "PORT": str(frontend_port),
            "WAGTAILADMIN_BASE_URL": self.url,
        }
        self.environment.pop("REDIS_URL", None)

    @contextmanager
    def running(self) -> Iterator["NextSite"]:
        """Build the frontend while the site is prepared, and serve the site."""
        with ThreadPoolExecutor() as pool, ExitStack() as stack:
            built = pool.submit(self.build)
            self.load_samples()
            for command in (["runserver", "--noreload", self.url[7:]], ["deliver_webhooks"]):
                stack.enter_context(self.process(command[0], manage(*command), ROOT))
            built.result()
            wait_until(lambda: is_listening(self.url), START)
            yield self

    @contextmanager
    def frontend(self, secret: str) -> Iterator[None]:
        """Serve the frontend with the secret of its webhook."""
        self.environment["DIGEST_WEBHOOK_SECRET"] = secret
        _, start = commands("Run it")
        with self.process("next", start.split(), self.frontend_folder) as (process, log):

            def is_ready() -> bool:
                assert process.poll() is None, log.read_text()
                return "Ready in" in log.read_text()

            wait_until(is_ready, START, log.read_text)
            yield

    def load_samples(self) -> None:
        self.run(manage("migrate", "--verbosity", "0"), ROOT)
        printed = self.run(manage("load_samples", "--with-editor", f"--port={self.port}"), ROOT)
        self.run(manage("relay_changes"), ROOT)
        self.password = re.search(r"password (\w+)", printed)[1]

    def build(self) -> None:
        """Follow the guide."""
        tarballs = self.folder / CLIENT
        tarballs.mkdir(parents=True)
        self.frontend_folder.mkdir()
        packed = ["npm", "pack", "--pack-destination", str(tarballs)]
        self.run(packed, ROOT / "clients" / "typescript")
        for command in commands("Install"):
            self.run(command.split(), self.frontend_folder)
        for name, code in files(GUIDE).items():
            path = self.frontend_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, encoding="utf-8")
        build, _ = commands("Run it")
        self.run(build.split(), self.frontend_folder)

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]

    def run(self, command: list[str], folder: Path) -> str:
        """Run a command and return what it prints; fail with that if it fails."""
        done = subprocess.run(
            command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def process(
        self, name: str, command: list[str], folder: Path
    ) -> Iterator[tuple[subprocess.Popen, Path]]:
        """Run a command and what it starts until the end; yield its process and its log."""
        path = self.folder / f"{name}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process, path
            assert process.poll() is None, path.read_text()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(STOP)


def commands(heading: str) -> list[str]:
    """Return the commands in a section of the guide."""
    return [
        line for code in code_blocks(section(GUIDE, heading), "sh") for line in code.splitlines()
    ]
