"""Starts the site under gunicorn as `make serve` does, and Varnish in front of it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
VCL = ROOT / "docs/deploy/varnish.vcl"
# As `make serve` has it.
GUNICORN = ["-m", "gunicorn", "cms.wsgi", "--preload", "--threads", "4", "--no-control-socket"]
GUNICORN += ["--access-logfile", "-"]
GUNICORN += ["--access-logformat", "%(h)s %(m)s %(U)s %(s)s %(B)s bytes %(L)s s"]
WORKERS = os.environ.get("WEB_CONCURRENCY", "3")
# Seconds in which a server has to be there.
PATIENCE = 60


class Server:
    """A server that runs: its address, and the process that was started."""

    def __init__(self, port: int, process: subprocess.Popen) -> None:
        self.address, self.process = f"http://127.0.0.1:{port}", process

    def memory(self) -> dict[int, int]:
        """The resident bytes of each of its workers, by process id."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return {int(worker): _resident(worker) for worker in workers}


def _resident(pid: str) -> int:
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def database_url() -> str:
    """The address of the database in use, for a process of its own."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@contextmanager
def gunicorn(directory: str) -> Iterator[Server]:
    """The site on the database in use, with production's settings and Wagtail's APIs."""
    connection.close()
    port = free_port()
    environment = os.environ | {"DATABASE_URL": database_url(), "WEB_CONCURRENCY": WORKERS}
    command = [sys.executable, *GUNICORN, "--bind", f"127.0.0.1:{port}"]
    with _started(command, port, f"{directory}/gunicorn.log", environment) as server:
        yield server


@contextmanager
def varnish(behind: Server, directory: str) -> Iterator[Server]:
    """Varnish in front of a server, configured as the documentation says."""
    port, configuration = free_port(), Path(directory, "varnish.vcl")
    configuration.write_text(with_backend(VCL.read_text(), urlsplit(behind.address).port))
    state = Path(directory, "varnish")
    command = ["varnishd", "-F", "-n", str(state), "-f", str(configuration)]
    command += ["-a", f"127.0.0.1:{port}", "-s", "malloc,256m"]
    try:
        with _started(command, port, f"{directory}/varnish.log", dict(os.environ)) as server:
            yield server
    finally:
        shutil.rmtree(state, ignore_errors=True)


def has_varnish() -> bool:
    """Whether Varnish is installed."""
    return shutil.which("varnishd") is not None


def with_backend(configuration: str, port: int) -> str:
    """The configuration for a backend on this port of this machine."""
    return re.sub(r'(\.port\s*=\s*)"\d+"', rf'\g<1>"{port}"', configuration)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextmanager
def _started(
    command: list[str], port: int, log: str, environment: dict[str, str]
) -> Iterator[Server]:
    with Path(log).open("w") as output:
        process = subprocess.Popen(  # noqa: S603
            command, env=environment, cwd=ROOT, stdout=output, stderr=output
        )
    server = Server(port, process)
    try:
        _wait_for(server, log)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: Server, log: str) -> None:
    """Return when the server answers; raises RuntimeError where it ends or takes too long."""
    until, problem = time.monotonic() + PATIENCE, "it ended"
    while time.monotonic() < until and server.process.poll() is None:
        try:
            urlopen(f"{server.address}/empty/", timeout=5).close()  # noqa: S310
            return
        except OSError as error:
            problem = str(error)
        time.sleep(0.2)
    raise RuntimeError(f"{server.address} does not answer ({problem}): see {log}")
