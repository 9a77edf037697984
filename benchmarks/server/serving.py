"""Start the site under gunicorn as `make serve` does, or granian, and Varnish as its cache."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
VCL = ROOT / "docs/deploy/varnish.vcl"
WORKERS = os.environ.get("WEB_CONCURRENCY", "3")
# As in `make serve`.
GUNICORN = ["gunicorn", "cms.wsgi", "--bind", "127.0.0.1:{port}", "--workers", WORKERS]
GUNICORN += ["--preload", "--threads", "4", "--no-control-socket"]
GUNICORN_LOG = ["--access-logfile", "-"]
GUNICORN_LOG += ["--access-logformat", "%(h)s %(m)s %(U)s %(s)s %(B)s bytes %(L)s s"]
GUNICORN_LOG += ["--logger-class", "cms.request_log.RequestLogger"]
GRANIAN = ["granian", "cms.wsgi:application", "--interface", "wsgi", "--http", "1"]
GRANIAN += ["--port", "{port}", "--workers", WORKERS, "--blocking-threads", "4"]
# granian does not know the size of a response.
GRANIAN_LOG = ["--access-log"]
GRANIAN_LOG += ["--access-log-fmt", "%(addr)s %(method)s %(path)s %(status)s %(dt_ms)s ms"]
COMMANDS = {
    "gunicorn": [*GUNICORN, *GUNICORN_LOG],
    "gunicorn, no log": GUNICORN,
    "granian": [*GRANIAN, *GRANIAN_LOG],
    "granian, no log": GRANIAN,
}
# The server of another checkout, as its own `make serve` starts it.
BEFORE = "before"
# Seconds until a server has to be ready.
TIMEOUT = 60


class Server:
    """A running server."""

    def __init__(self, port: int, process: subprocess.Popen) -> None:
        self.url, self.process = f"http://127.0.0.1:{port}", process

    def workers(self) -> list[int]:
        """Return the process ids of the workers."""
        pid = self.process.pid
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]

    def memory(self) -> dict[int, int]:
        """Return the resident bytes of each worker, by process id."""
        return {worker: _resident(worker) for worker in self.workers()}

    def cpu_seconds(self) -> float:
        """Return the CPU time that its processes have taken."""
        return sum(map(_cpu_seconds, [self.process.pid, *self.workers()]))


def _resident(pid: int) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _cpu_seconds(pid: int) -> float:
    """Return the user and system time of a process; its name, in brackets, may have spaces."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def database_url() -> str:
    """Return the URL of the database in use, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


def installed() -> list[str]:
    """Return the names of the commands whose server is installed."""
    return [name for name, command in COMMANDS.items() if find_spec(command[0])]


def make_serve(root: Path) -> list[str]:
    """Return the command that `make serve` runs in a checkout, with the number of workers."""
    makefile = (root / "Makefile").read_text(encoding="utf-8").replace("\\\n", "")
    [command] = re.findall(r"-m (gunicorn .*)", makefile)
    return [*shlex.split(command.replace("$(PORT)", "{port}")), "--workers", WORKERS]


@contextmanager
def site(
    directory: str, name: str = "gunicorn", root: Path = ROOT, **variables: str
) -> Iterator[Server]:
    """Run the site of a checkout on the database in use, with further environment variables."""
    connection.close()
    port = free_port()
    environment = os.environ | {"DATABASE_URL": database_url()} | variables
    command = make_serve(root) if name == BEFORE else COMMANDS[name]
    options = [option.replace("{port}", str(port)) for option in command]
    log = f"{directory}/{name.replace(', ', '-').replace(' ', '-')}-{port}.log"
    with _started([sys.executable, "-m", *options], port, log, environment, root) as server:
        yield server


@contextmanager
def varnish(behind: Server, directory: str) -> Iterator[Server]:
    """Run Varnish in front of a server, with the documented configuration."""
    port, configuration = free_port(), Path(directory, "varnish.vcl")
    configuration.write_text(with_backend(VCL.read_text(), urlsplit(behind.url).port))
    state = Path(directory, "varnish")
    command = ["varnishd", "-F", "-n", str(state), "-f", str(configuration)]
    command += ["-a", f"127.0.0.1:{port}", "-s", "malloc,256m"]
    try:
        with _started(command, port, f"{directory}/varnish.log", dict(os.environ)) as server:
            yield server
    finally:
        shutil.rmtree(state, ignore_errors=True)


def has_varnish() -> bool:
    return shutil.which("varnishd") is not None


def has_proc() -> bool:
    """Return whether memory and CPU time of processes can be read, as on Linux."""
    return Path("/proc/self/stat").exists()


def with_backend(configuration: str, port: int) -> str:
    """Set the port of the backend in a configuration."""
    return re.sub(r'(\.port\s*=\s*)"\d+"', rf'\g<1>"{port}"', configuration)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def _started(
    command: list[str], port: int, log: str, environment: dict[str, str], root: Path = ROOT
) -> Iterator[Server]:
    with Path(log).open("w") as output:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, cwd=root, stdout=output, stderr=output
        )
    server = Server(port, process)
    try:
        _wait_for(server, log)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: Server, log: str) -> None:
    """Wait until the server responds; RuntimeError if it exits or takes too long."""
    until, problem = time.monotonic() + TIMEOUT, "it exited"
    while time.monotonic() < until and server.process.poll() is None:
        try:
            urlopen(f"{server.url}/empty/", timeout=5).close()  # noqa: S310
            return
        except OSError as error:
            problem = str(error)
        time.sleep(0.2)
    raise RuntimeError(f"{server.url} does not respond ({problem}): see {log}")
