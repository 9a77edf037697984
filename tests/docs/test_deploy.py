"""The files to be copied onto a server: each is told of, and well-formed."""

import configparser
import re
import shutil
import subprocess

import pytest

from tests.docs.markdown import ROOT, links

FOLDER = ROOT / "docs" / "deploy"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".md")
UNITS = [path for path in FILES if path.suffix in (".service", ".socket", ".timer")]


def unit(path):
    """A unit of systemd, by section; of an option that stands twice, the last."""
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
def test_scripts_are_well_formed(name):
    subprocess.run(["sh", "-n", FOLDER / name], check=True)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_say_where_they_belong(path):
    assert path.read_text(encoding="utf-8").startswith(f"# /etc/systemd/system/{path.name}\n")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.timer")), ids=lambda path: path.name)
def test_timers_have_their_service(path):
    assert unit(path.with_suffix(".service"))["Service"]["Type"] == "oneshot"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.service")), ids=lambda path: path.name)
def test_commands_of_units_exist(path):
    for name in re.findall(r"manage\.py (\w+)", path.read_text(encoding="utf-8")):
        own = list(ROOT.glob(f"digest/**/commands/{name}.py"))
        assert own or name in {"clearsessions", "db_worker", "prune_db_task_results"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="There is no systemd-analyze.")
def test_systemd_understands_the_units():
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *UNITS], capture_output=True, text=True
    )
    # It looks for the programs and for units of other packages, which are on a server alone.
    known = ("is not executable", "not found", "Failed to open", "No such file")
    strange = [line for line in done.stderr.splitlines() if not any(k in line for k in known)]
    assert [line for line in strange if "digest-" in line] == []
