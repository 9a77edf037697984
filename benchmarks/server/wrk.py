"""Load a server with wrk (https://github.com/wg/wrk)."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("requests.lua")
# Seconds after which a request without a response is a failure.
TIMEOUT = 30


class Load(NamedTuple):
    """Figures of wrk: latencies in milliseconds; ``slow`` is the 99th percentile."""

    requests: float
    seconds: float
    median: float
    slow: float
    failures: int

    @property
    def rate(self) -> float:
        """Return the requests per second."""
        return self.requests / self.seconds


def is_installed() -> bool:
    return shutil.which("wrk") is not None


def load(
    server: str,
    urls: Iterable[str],
    headers: Mapping[str, str],
    seconds: int,
    connections: int,
) -> Load:
    """Request the URLs in turn, over concurrent connections."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT}s"]
    command += [f"--script={SCRIPT}", server, "--"]
    command += [*(f"{name}: {value}" for name, value in headers.items()), *urls]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return Load(**json.loads(done.stdout.splitlines()[-1]))
