"""The layers of the plugin's packages, and their third-party imports."""

import ast
import re
import sys
import tomllib
import warnings
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = [
    path
    for folder in ("cms", "digest", "home", "search", "tests", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
DIGEST = [path for path in CODE if path.is_relative_to(ROOT / "digest")]

# The packages and modules of the plugin by layer, lowest first. One may import those of its own
# layer, though not in a circle, and those of the layers below.
LAYERS = [
    {"conf", "blocks", "registry", "url_converters"},
    {"visibility", "http", "memo", "statements"},
    {"caching", "pages", "publishing"},
    {"rendering", "previews", "sources"},
    {"feeds", "checklist", "importing"},
    {"jobs"},
    {"mixins"},
    {"models"},
    {"api", "admin", "checks", "tasks"},
    {"signal_handlers"},
    {"contrib"},
    {
        "apps",
        "management",
        "templatetags",
        "urls",
        "wagtail_hooks",
    },
]


def package_of(module: str) -> str:
    """Return the package that a module is in: `api` for `digest.api.views`."""
    return module.split(".")[1]


def layer_of(package: str) -> int:
    """Return the layer of a package; a new package has to be added to LAYERS."""
    for number, packages in enumerate(LAYERS):
        if package in packages:
            return number
    raise LookupError(f"digest/{package} is in no layer: add it to LAYERS.")


def imports_of(path: Path) -> Iterator[str]:
    """Yield the absolute dotted names that a file imports, also within functions."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def name_of(path: Path) -> str:
    """Return a short name for the id of a test."""
    return str(path.relative_to(ROOT))


def imported_packages(path: Path) -> set[str]:
    """Return the other packages of the plugin that a file imports."""
    names = (name for name in imports_of(path) if name.startswith("digest."))
    return {package_of(name) for name in names} - {"__version__", own_package(path)}


def own_package(path: Path) -> str:
    """Return the package that a file of the plugin is in."""
    return path.relative_to(ROOT / "digest").parts[0].removesuffix(".py")


MODULES = [path for path in DIGEST if path != ROOT / "digest/__init__.py"]


def imports_from_above(path: Path) -> set[str]:
    """Return the packages that a file imports though they are in a higher layer."""
    package = own_package(path)
    return {name for name in imported_packages(path) if layer_of(name) > layer_of(package)}


def test_packages_import_from_their_own_layer_and_below_only():
    found = {name_of(path): above for path in MODULES if (above := imports_from_above(path))}
    assert not found


def test_packages_do_not_import_each_other_in_a_circle():
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        graph.setdefault(own_package(path), set()).update(imported_packages(path))
    TopologicalSorter(graph).prepare()  # raises CycleError


# By optional app: the others that it may import, because it needs them.
NEEDED_APPS = {"mcp": {"submissions"}, "webhooks": {"changes"}}


def test_optional_apps_do_not_import_each_other():
    found = {}
    for path in (ROOT / "digest" / "contrib").rglob("*.py"):
        app = path.relative_to(ROOT / "digest" / "contrib").parts[0]
        names = (name.split(".") for name in imports_of(path))
        imported = {name[2] for name in names if name[:2] == ["digest", "contrib"] and name[2:]}
        if others := imported - {app} - NEEDED_APPS.get(app, set()):
            found[name_of(path)] = others
    assert not found


def test_only_one_module_imports_the_engine_of_mcp():
    importing = {
        name_of(path)
        for path in DIGEST
        if any(name.startswith("django_mcpz") for name in imports_of(path))
    }
    assert importing == {"digest/contrib/mcp/engine.py"}


def test_digest_does_not_import_the_site():
    site = {"cms", "home", "search", "tests", "benchmarks"}
    found = {(name_of(path), name) for path in DIGEST for name in imports_of(path)}
    assert not {pair for pair in found if pair[1].split(".")[0] in site}


def test_only_the_api_imports_rest_framework():
    outside = [path for path in DIGEST if "api" not in path.relative_to(ROOT).parts]
    found = {(name_of(path), name) for path in outside for name in imports_of(path)}
    assert not {pair for pair in found if pair[1].startswith(("rest_framework", "drf_spectacular"))}


def test_long_files_are_named():
    """Warn of files past four hundred lines; a subject that needs more lines may have them."""
    long = [name_of(path) for path in CODE if len(path.read_text("utf-8").splitlines()) > 400]
    if long:
        warnings.warn(f"Longer than 400 lines: {', '.join(long)}", stacklevel=1)


def normalised(distribution: str) -> str:
    """Return the normalised name of a distribution, without version or extras (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", distribution)[0]).lower()


def test_every_third_party_import_of_digest_is_a_declared_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    dependencies = [*project["dependencies"], *extras["anymail"], *extras["mcp"]]
    declared = {normalised(dependency) for dependency in dependencies}
    distributions = packages_distributions()
    imported = {name.split(".")[0] for path in DIGEST for name in imports_of(path)}
    for package in imported - set(sys.stdlib_module_names) - {"digest"}:
        owners = {normalised(owner) for owner in distributions.get(package, [])}
        assert owners & declared, f"digest imports {package}, which is no dependency"


def test_an_import_from_above_is_found(tmp_path, monkeypatch):
    (tmp_path / "digest").mkdir()
    importer = tmp_path / "digest" / "conf.py"
    importer.write_text("from .models import IssuePage\n")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert list(imports_of(importer)) == ["digest.models.IssuePage"]
    assert imports_from_above(importer) == {"models"}
