"""Serve the sample site from a new database, and run a command with its URL in ``DIGEST_SITE``.

``make client-test`` runs it as ``python -m tests.clients npm test``. With ``DIGEST_SITE_FOLDER``,
the site stays in that folder and the next run starts at once.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import django
from django.core.management import call_command

from tests.clients.server import make_server

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]


def main(command: list[str]) -> int:
    kept = os.environ.get("DIGEST_SITE_FOLDER")
    with tempfile.TemporaryDirectory(prefix="digest-client-") as name:
        return run(command, Path(kept or name))


def run(command: list[str], folder: Path) -> int:
    prepare(folder)
    from tests.clients.controls import with_controls

    server = make_server()
    call_command("load_samples", port=server.server_port, verbosity=0, stdout=sys.stderr)
    call_command("relay_changes", stdout=sys.stderr)
    server.set_app(with_controls())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {
        "DIGEST_SITE": f"http://127.0.0.1:{server.server_port}",
        "DIGEST_PYTHON": sys.executable,
        "DIGEST_BROWSER": next(filter(None, map(shutil.which, BROWSERS)), ""),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return subprocess.run(command, env=environment, check=False).returncode


def prepare(folder: Path) -> None:
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
    os.environ["MEDIA_ROOT"] = str(folder / "media")
    os.environ["DJANGO_SETTINGS_MODULE"] = "cms.settings.dev"
    os.environ.pop("REDIS_URL", None)
    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
