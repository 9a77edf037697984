"""The plan of the house, held: which room may import which, and how long a file may grow."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = [
    path
    for room in ("cms", "digest", "home", "search", "tests", "benchmarks")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts
]
DIGEST = [path for path in CODE if path.is_relative_to(ROOT / "digest")]

# The floors of the plugin, lowest first. A module may import its own floor's rooms and those below.
FLOORS = [
    {"conf", "redaction", "stored", "canonical", "content_version", "outbound", "replica"},
    {
        "addresses",
        "checks",
        "blocks",
        "visibility",
        "caching",
        "triggers",
        "unfinished",
        "scheduling",
        "listing",
        "discussion",
        "validation",
    },
    {"answers", "public_pages", "serving", "slugs", "drafts", "new_issues", "forms", "numbering"},
    {"stories", "sources", "preview", "uploads"},
    {"checklist"},
    {"mixins"},
    {"models"},
    {"images", "rich_text", "native_values", "rendering"},
    {"markdown", "paths", "preview_drafts", "roles", "seo", "source_map", "tasks"},
    {"feed_formats", "feeds", "llms", "sitemaps", "importing", "search"},
    {
        "admin",
        "api",
        "preview_views",
        "purging",
        "views",
        "urls",
        "templatetags",
        "management",
        "wagtail_hooks",
        "signal_handlers",
    },
    {"apps"},
]


def room_of(module: str) -> str:
    """`digest.api.views` is in the room `api`."""
    return module.split(".")[1]


def floor_of(room: str) -> int:
    """The floor of a room; a new room has to be given one here."""
    for number, rooms in enumerate(FLOORS):
        if room in rooms:
            return number
    raise LookupError(f"digest/{room} stands on no floor: add it to FLOORS.")


def imports_of(path: Path) -> Iterator[str]:
    """The absolute dotted names a file imports, wherever in the file it does so."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def name_of(path: Path) -> str:
    """A short name for a test's id."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [p for p in DIGEST if p.name != "__init__.py"], ids=name_of)
def test_digest_imports_only_its_own_floor_and_those_below(path: Path):
    room = path.relative_to(ROOT / "digest").parts[0].removesuffix(".py")
    inside = {room_of(name) for name in imports_of(path) if name.startswith("digest.")}
    inside.discard("__version__")
    upwards = {other for other in inside if floor_of(other) > floor_of(room)}
    assert not upwards, f"{name_of(path)} imports from above: {sorted(upwards)}"


@pytest.mark.parametrize("path", DIGEST, ids=name_of)
def test_digest_knows_nothing_of_the_site(path: Path):
    site = {"cms", "home", "search", "tests", "benchmarks"}
    assert not {name for name in imports_of(path) if name.split(".")[0] in site}


@pytest.mark.parametrize("path", DIGEST, ids=name_of)
def test_only_the_api_knows_rest_framework(path: Path):
    inside_api = path.is_relative_to(ROOT / "digest" / "api") or path.name == "api.py"
    rest = {n for n in imports_of(path) if n.split(".")[0] in {"rest_framework", "drf_spectacular"}}
    assert inside_api or not rest


@pytest.mark.parametrize("path", CODE, ids=name_of)
def test_files_stay_under_three_hundred_lines(path: Path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < 300


def normalised(distribution: str) -> str:
    """The name of a distribution as PyPI compares it, without version or extras."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", distribution)[0]).lower()


def test_every_third_party_import_of_digest_is_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {normalised(dependency) for dependency in project["dependencies"]}
    distributions = packages_distributions()
    imported = {name.split(".")[0] for path in DIGEST for name in imports_of(path)}
    for package in imported - set(sys.stdlib_module_names) - {"digest"}:
        owners = {normalised(owner) for owner in distributions.get(package, [])}
        assert owners & declared, f"digest imports {package}, which is no dependency"


def test_the_floors_hold_against_an_import_from_above(tmp_path, monkeypatch):
    (tmp_path / "digest").mkdir()
    sinner = tmp_path / "digest" / "conf.py"
    sinner.write_text("from .models import IssuePage\n")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert list(imports_of(sinner)) == ["digest.models.IssuePage"]
    with pytest.raises(AssertionError, match="models"):
        test_digest_imports_only_its_own_floor_and_those_below(sinner)
