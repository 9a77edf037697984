"""A PostgreSQL of the tests' own with a streaming replica, in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.redis_server import free_port

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
FOLDER = FOLDERS[-1] if FOLDERS else Path(shutil.which("initdb") or "/none").parent
OPTIONS = "-c listen_addresses=127.0.0.1 -c max_connections=60"


def is_there() -> bool:
    """Whether this machine has the programs, and an account that may run them."""
    return (FOLDER / "initdb").exists() and (os.getuid() != 0 or bool(shutil.which("runuser")))


class Postgres:
    """One server: the primary, or with ``of`` a replica of another."""

    def __init__(self, folder: Path, of: "Postgres | None" = None) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/digest"
        if of:
            address = f"-h 127.0.0.1 -p {of.port} -U postgres"
            self.run("pg_basebackup", *address.split(), "-D", str(folder), "-R", "-c", "fast")
        else:
            self.run("initdb", "-D", str(folder), "-A", "trust", "-U", "postgres")
        self.start()

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as the user that it belongs to."""
        command = [str(FOLDER / program), *arguments]
        if os.getuid() == 0:  # which PostgreSQL refuses
            command = ["runuser", "-u", "postgres", "--", *command]
        log = self.folder.with_suffix(".log").open("ab")
        subprocess.run(command, stdout=log, stderr=log, cwd="/", check=True)

    def control(self, *arguments: str) -> None:
        """``pg_ctl``, which returns when it is done."""
        options = f"-p {self.port} -k {self.folder} {OPTIONS}"
        log = str(self.folder.with_suffix(".out"))
        self.run("pg_ctl", "-D", str(self.folder), "-w", "-l", log, "-o", options, *arguments)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.control("start")

    def restart(self) -> None:
        """End all connections at once, and start anew."""
        self.control("restart", "-m", "fast")

    def stop(self) -> None:
        """Stop it as a machine stops that loses its current."""
        self.control("stop", "-m", "immediate")

    def fall_behind(self, seconds: int) -> None:
        """Let a replica show each change so much later."""
        line = f"recovery_min_apply_delay = {seconds * 1000}\n"
        with (self.folder / "postgresql.auto.conf").open("a") as settings:
            settings.write(line)
        self.control("reload")


def make_folder() -> Path:
    """A folder that belongs to the user whom PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="digest-faults-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    return folder
