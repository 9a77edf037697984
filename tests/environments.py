"""Print requirements for pip: ``python tests/environments.py oldest`` or ``tools``."""

import re
import sys
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def oldest() -> list[str]:
    """Return the lower bounds of pyproject.toml as constraints."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = chain(project["dependencies"], *extras)
    return [re.sub(r"(\[.*\])?>=([^,]*).*", r"==\2", requirement) for requirement in wanted]


def tools() -> list[str]:
    """Return the tests' own requirements, as requirements-dev.txt pins them."""
    pinned = (ROOT / "requirements-dev.txt").read_text().split("# Tests and tools")[1]
    return pinned.split("\n\n")[0].splitlines()[1:]


if __name__ == "__main__":
    print("\n".join({"oldest": oldest, "tools": tools}[sys.argv[1]]()))  # noqa: T201
