"""Run PostgreSQL and a streaming replica in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.redis_server import free_port

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
FOLDER = FOLDERS[-1] if FOLDERS else Path(shutil.which("initdb") or "/none").parent
OPTIONS = "-c listen_addresses=127.0.0.1 -c max_connections=60"


def is_installed() -> bool:
    """Check that the programs are installed, and that this user can run them."""
    return (FOLDER / "initdb").exists() and (os.getuid() != 0 or bool(shutil.which("runuser")))


class Postgres:
    """A primary server, or a replica of ``primary``."""

    def __init__(self, folder: Path, primary: "Postgres | None" = None) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/digest"
        if primary:
            connection = f"-h 127.0.0.1 -p {primary.port} -U postgres"
            self.run("pg_basebackup", *connection.split(), "-D", str(folder), "-R", "-c", "fast")
        else:
            self.run("initdb", "-D", str(folder), "-A", "trust", "-U", "postgres")
        self.start()

    def run(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL; as root, as its user."""
        command = [str(FOLDER / program), *arguments]
        if os.getuid() == 0:  # PostgreSQL does not run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        log = self.folder.with_suffix(".log").open("ab")
        subprocess.run(command, stdout=log, stderr=log, cwd="/", check=True)

    def control(self, *arguments: str) -> None:
        """Run ``pg_ctl``, and wait until it is done."""
        options = f"-p {self.port} -k {self.folder} {OPTIONS}"
        log = str(self.folder.with_suffix(".out"))
        self.run("pg_ctl", "-D", str(self.folder), "-w", "-l", log, "-o", options, *arguments)

    def start(self) -> None:
        self.control("start")

    def restart(self) -> None:
        """Close all connections, and restart."""
        self.control("restart", "-m", "fast")

    def stop(self) -> None:
        """Stop it without a checkpoint, as after a power failure."""
        self.control("stop", "-m", "immediate")

    def fall_behind(self, seconds: int) -> None:
        """Delay a replica."""
        line = f"recovery_min_apply_delay = {seconds * 1000}\n"
        with (self.folder / "postgresql.auto.conf").open("a") as settings:
            settings.write(line)
        self.control("reload")


def make_folder() -> Path:
    """Create a folder that is owned by PostgreSQL's user."""
    folder = Path(tempfile.mkdtemp(prefix="digest-faults-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    return folder
