"""Import paths in the documentation exist."""

import re
from importlib import import_module
from importlib.util import find_spec

import pytest

from tests.docs.markdown import ROOT

IMPORT = re.compile(r"^\s*from (digest[\w.]*) import (?:\(([^)]*)\)|(.+))$", re.MULTILINE)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
IMPORTS = [
    (page.name, module, name.split(" as ")[0].strip())
    for page in PAGES
    for module, several, one in IMPORT.findall(page.read_text(encoding="utf-8"))
    for name in (several or one).split("#")[0].split(",")
    if name.strip()
]


@pytest.mark.parametrize(("page", "module", "name"), IMPORTS)
def test_import_of_a_sample_exists(page, module, name):
    assert hasattr(import_module(module), name) or find_spec(f"{module}.{name}"), page


def test_imports_of_samples_are_found():
    assert ("search.md", "digest.contrib.search.engines.base", "Engine") in IMPORTS
