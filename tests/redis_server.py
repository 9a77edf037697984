"""Start a Redis for tests on a free port."""

import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

BINARY = shutil.which("redis-server")
OPTIONS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxclients", "200"]
TIMEOUT = 30  # seconds: a busy machine is slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """A Redis that tests can stop and freeze, without persistence."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it responds."""
        command = [BINARY, "--port", str(self.port), "--dir", str(self.folder), *OPTIONS]
        log = (self.folder / "redis.log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            with suppress(OSError):
                if self.send("PING").startswith(b"+PONG"):
                    return
            time.sleep(0.05)
        raise TimeoutError("redis-server does not respond.")

    def send(self, command: str) -> bytes:
        """Send a command without arguments, and return the raw reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(65536)

    def stop(self) -> None:
        """Kill it, and lose its data."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Stop the process, so that connections are accepted and time out."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Continue the process."""
        self.process.send_signal(signal.SIGCONT)
