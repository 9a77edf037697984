"""The files for a server are linked from the docs, and valid."""

import configparser
import re
import shutil
import subprocess

import pytest

from benchmarks.server.serving import COMMANDS, WORKERS
from tests.docs.markdown import ROOT, links

FOLDER = ROOT / "docs" / "deploy"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")
UNITS = [path for path in FILES if path.suffix in (".service", ".socket", ".timer")]


def unit(path):
    """Parse a systemd unit; of a repeated option, the last counts."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read(path, encoding="utf-8")
    return parser


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_linked(path):
    pages = [page.read_text(encoding="utf-8") for page in FOLDER.glob("*.md")]
    linked = {(FOLDER / link.partition("#")[0]).resolve() for page in pages for link in links(page)}
    assert path in linked


@pytest.mark.parametrize("name", ["digest-manage", "digest-backup"])
def test_scripts_parse(name):
    subprocess.run(["sh", "-n", FOLDER / name], check=True)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_name_their_path(path):
    assert path.read_text(encoding="utf-8").startswith(f"# /etc/systemd/system/{path.name}\n")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.timer")), ids=lambda path: path.name)
def test_timers_have_a_service(path):
    assert unit(path.with_suffix(".service"))["Service"]["Type"] == "oneshot"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.service")), ids=lambda path: path.name)
def test_commands_of_units_exist(path):
    for name in re.findall(r"manage\.py (\w+)", path.read_text(encoding="utf-8")):
        own = list(ROOT.glob(f"digest/**/commands/{name}.py"))
        assert own or name in {"clearsessions", "db_worker", "prune_db_task_results"}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (FOLDER / "digest-web.service", "Environment=FORWARDED_ALLOW_IPS="),
        (ROOT / "Makefile", "serve: export FORWARDED_ALLOW_IPS ?="),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_gunicorn_trusts_no_forwarded_scheme_by_itself(path, line):
    assert line in path.read_text(encoding="utf-8").splitlines()


def test_granian_is_documented_as_it_is_measured():
    text = " ".join((FOLDER / "granian.md").read_text(encoding="utf-8").split())
    command = COMMANDS["granian, no log"]
    options = " ".join(command).format(port=8001).replace(f"--workers {WORKERS}", "--workers 3")
    assert f"-m {options} " in text.replace(" \\ ", " ")
    assert COMMANDS["granian"][-1] in text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_units_are_valid():
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *UNITS], capture_output=True, text=True
    )
    # Programs and units of other packages are only on a server.
    known = ("is not executable", "not found", "Failed to open", "No such file")
    errors = [line for line in done.stderr.splitlines() if not any(k in line for k in known)]
    assert [line for line in errors if "digest-" in line] == []
