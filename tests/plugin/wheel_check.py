"""
Build the wheel, install it into a clean environment, follow the README in a new Wagtail project
and read an issue as JSON.

`make wheel-check` runs it. The lines to add are the code blocks of README.md under
`<!-- wheel-check: settings -->` and `<!-- wheel-check: urls -->`.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

WAGTAIL_INCLUDE = '    path("", include(wagtail_urls)),\n'

PUBLISH_AND_READ = """
import datetime, json
from pathlib import Path

from django.test import Client
from wagtail.models import Site

import digest
from digest.models import DigestPage, IssuePage

assert "site-packages" in digest.__file__, digest.__file__

home = Site.objects.get(is_default_site=True).root_page
daily = home.add_child(instance=DigestPage(title="Daily", slug="daily"))
issue = IssuePage(title="First issue", slug="first", date=datetime.date(2026, 4, 14))
issue.body = json.dumps([
    {"type": "headline", "value": {"headline": "It installs", "summary": "And it works."}},
    {"type": "story_section", "value": {
        "heading": "A wheel", "body": "<p>From the wheel.</p>",
        "why_it_matters": "<p>Others can use it.</p>", "image": None, "sources": []}},
])
daily.add_child(instance=issue)
issue.save_revision().publish()

client = Client()
found = client.get(f"/api/v1/issues/{issue.pk}/").json()
assert found["headline"] == "It installs", found
assert found["digest"]["slug"] == "daily", found
assert [block["type"] for block in found["body"]] == ["headline", "story_section"], found
assert found["body"][1]["value"]["body"] == "<p>From the wheel.</p>", found
assert [i["id"] for i in client.get("/api/v1/issues/").json()["results"]] == [issue.pk]
assert b"It installs" in client.get(issue.url).content
assert client.get("/api/v1/schema/").status_code == 200
assert client.get("/feeds/daily/rss.xml").status_code == 200
"""


def report(text: str) -> None:
    """Print the progress; in all it takes a minute or two."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command; if it fails, print its output and exit."""
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command[:4]))} failed:\n{result.stdout}{result.stderr}")


def readme_lines(marker: str) -> str:
    """Return the code block of README.md under a marker."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- wheel-check: {marker} -->\s*```python\n(.*?)```", readme, re.DOTALL)
    return found[1] if found else sys.exit(f"README.md has no block <!-- wheel-check: {marker} -->")


def build(folder: Path) -> Path:
    """Build the wheel, and check that it contains the plugin and nothing of the site."""
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, cwd=folder)
    [wheel] = folder.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    unexpected = [name for name in names if not name.startswith(("digest/", "wagtail_digest-"))]
    folders = {name.split("/")[1] for name in names if name.startswith("digest/")}
    if unexpected or not {"templates", "static", "migrations", "locale"} <= folders:
        sys.exit(f"The wheel contains {unexpected or sorted(folders)}")
    if missing := files_of_optional_apps() - set(names):
        sys.exit(f"The wheel lacks {sorted(missing)}")
    return wheel


def files_of_optional_apps() -> set[str]:
    """Return the paths of code, migrations, templates and catalogues in ``digest/contrib/``."""
    files = (ROOT / "digest" / "contrib").rglob("*.*")
    kinds = {".py", ".html", ".txt", ".mo"}
    return {path.relative_to(ROOT).as_posix() for path in files if path.suffix in kinds}


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel and its requirements into a new environment; return its Python."""
    run(sys.executable, "-m", "venv", folder / "env", cwd=folder)
    python = folder / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", wheel, cwd=folder)
    return python


def start_project(python: Path, folder: Path) -> Path:
    """Create a project with `wagtail start`, and add the lines of the README."""
    run(python.with_name("wagtail"), "start", "newsroom", cwd=folder)
    project = folder / "newsroom"
    settings = project / "newsroom" / "settings" / "base.py"
    settings.write_text(settings.read_text() + "\n" + readme_lines("settings"))
    urls = project / "newsroom" / "urls.py"
    before, include, after = urls.read_text().partition(WAGTAIL_INCLUDE)
    urls.write_text(before + f"    {readme_lines('urls').strip().rstrip(',')},\n" + include + after)
    return project


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="wheel-check-") as name:
        folder = Path(name)
        report("Building the wheel ...")
        wheel = build(folder)
        report(f"Installing {wheel.name} into a clean environment ...")
        python = install(wheel, folder)
        report("Starting a project, adding the README's lines ...")
        project = start_project(python, folder)
        run(python, "manage.py", "check", "--fail-level", "WARNING", cwd=project)
        run(python, "manage.py", "makemigrations", "digest", "--check", "--dry-run", cwd=project)
        run(python, "manage.py", "migrate", "--verbosity", "0", cwd=project)
        report("Publishing an issue, reading its JSON ...")
        (project / "try_it.py").write_text(PUBLISH_AND_READ)
        run(python, "manage.py", "shell", "-c", "exec(open('try_it.py').read())", cwd=project)
    report("The wheel works in a new project.")


if __name__ == "__main__":
    main()
