"""A Redis of a test's own, on a free port of this machine; never one that is there already."""

import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

BINARY = shutil.which("redis-server")
OPTIONS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--maxclients", "200"]
PATIENCE = 30  # seconds: a busy machine may take its time


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """Starts, stops, empties and freezes one server; it writes nothing but its log."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [BINARY, "--port", str(self.port), "--dir", str(self.folder), *OPTIONS]
        log = (self.folder / "redis.log").open("ab")
        self.process = subprocess.Popen(command, stdout=log, stderr=log)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError):
                if self.ask("PING").startswith(b"+PONG"):
                    return
            time.sleep(0.05)
        raise TimeoutError("redis-server does not answer.")

    def ask(self, command: str) -> bytes:
        """What it says to a command without arguments, as it comes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(65536)

    def stop(self) -> None:
        """Kill it; what it kept is gone."""
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """Let it accept connections and say nothing, as one on a bad network does."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)
