"""Loads a server with wrk (https://github.com/wg/wrk), which asks as fast as it is answered."""

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

SCRIPT = Path(__file__).with_name("ask.lua")
# Seconds after which a request without an answer counts as a failure.
TIMEOUT = 30


class Load(NamedTuple):
    """What wrk saw: times in milliseconds; ``slow`` is what one request in a hundred exceeds."""

    requests: float
    seconds: float
    median: float
    slow: float
    failures: int

    @property
    def rate(self) -> float:
        """Requests in a second."""
        return self.requests / self.seconds


def is_here() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def load(
    server: str,
    addresses: Iterable[str],
    headers: Mapping[str, str],
    seconds: int,
    connections: int,
) -> Load:
    """Ask a server for these addresses in turn, over so many connections at once."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT}s"]
    command += [f"--script={SCRIPT}", server, "--"]
    command += [*(f"{name}: {value}" for name, value in headers.items()), *addresses]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return Load(**json.loads(done.stdout.splitlines()[-1]))
