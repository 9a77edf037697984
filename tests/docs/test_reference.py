"""The reference is complete: something new without an entry fails here."""

import re
from functools import cached_property

import pytest
from django.core.management import load_command_class

import digest.urls  # noqa: F401 (has the path converters of the API)
from digest.api.documentation import build_schema
from digest.api.extensions import problem_types
from digest.api.schema import HEADERS
from digest.blocks import IssueBodyBlock, SourceBlock
from digest.conf import DigestSettings, conf
from digest.contrib.changes.conf import ChangeSettings
from digest.contrib.changes.conf import conf as change_conf
from digest.contrib.newsletter.conf import NewsletterSettings
from digest.contrib.newsletter.conf import conf as newsletter_conf
from digest.contrib.submissions.conf import SubmissionSettings
from digest.contrib.submissions.conf import conf as submission_conf
from digest.contrib.webhooks.conf import WebhookSettings
from digest.contrib.webhooks.conf import conf as webhook_conf
from digest.feeds.views import FEEDS
from digest.models import DigestPage, IssuePage, IssueTag
from tests.docs.markdown import ROOT, headings, read, rows, section
from tests.schemas import queries_of

SETTINGS = [
    name
    for name, value in vars(DigestSettings).items()
    if isinstance(value, (property, cached_property))
]
OF_NEWSLETTER = [
    name for name, value in vars(NewsletterSettings).items() if isinstance(value, property)
]
OF_SUBMISSIONS = [
    name for name, value in vars(SubmissionSettings).items() if isinstance(value, property)
]
OPTIONAL = ("search", "newsletter", "submissions", "mcp", "changes", "webhooks")
APPS = ("digest", *(f"digest.contrib.{app}" for app in OPTIONAL))
COMMANDS = [
    (app, path.stem)
    for app in APPS
    for path in (ROOT / app.replace(".", "/") / "management" / "commands").glob("*.py")
    if path.stem != "__init__"
]


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_has_a_section_with_its_default(name, settings):
    default = getattr(conf, name)
    written = re.search(r"Default `([^`]*)`", section(read("settings"), f"`DIGEST_{name}`"))
    assert written[1] == str(default)


@pytest.mark.parametrize("name", OF_NEWSLETTER)
def test_setting_of_the_newsletter_has_a_section_with_its_default(name, settings):
    settings.DEFAULT_FROM_EMAIL = "DEFAULT_FROM_EMAIL"
    written = re.search(r"Default `([^`]*)`", section(read("settings"), f"`DIGEST_{name}`"))
    assert written[1] == str(getattr(newsletter_conf, name))


@pytest.mark.parametrize("name", OF_SUBMISSIONS)
def test_setting_of_submissions_has_a_section_with_its_default(name):
    written = re.search(r"Default `([^`]*)`", section(read("settings"), f"`DIGEST_{name}`"))
    assert written[1] == str(getattr(submission_conf, name))


@pytest.mark.parametrize(
    "name", [name for name, value in vars(ChangeSettings).items() if isinstance(value, property)]
)
def test_setting_of_changes_has_a_section_with_its_default(name):
    written = re.search(r"Default `([^`]*)`", section(read("settings"), f"`DIGEST_{name}`"))
    assert written[1] == str(getattr(change_conf, name))


@pytest.mark.parametrize(
    "name", [name for name, value in vars(WebhookSettings).items() if isinstance(value, property)]
)
def test_setting_of_webhooks_has_a_section_with_its_default(name):
    written = re.search(r"Default `([^`]*)`", section(read("settings"), f"`DIGEST_{name}`"))
    assert written[1] == str(getattr(webhook_conf, name))


@pytest.mark.parametrize("model", [DigestPage, IssuePage, IssueTag])
def test_setting_of_a_model_has_a_section(model):
    assert f'Default `"{model._meta.label}"`' in section(
        read("settings"), f"`{model._meta.swappable}`"
    )


def test_every_system_check_is_documented():
    checks = [path.read_text(encoding="utf-8") for path in (ROOT / "digest").rglob("checks.py")]
    ids = set(re.findall(r"digest\.[EW]\d+", "".join(checks)))
    assert ids == set(re.findall(r"digest\.[EW]\d+", read("settings")))


@pytest.mark.parametrize("name", IssueBodyBlock.base_blocks)
def test_block_has_a_section_with_its_fields(name):
    fields = set(IssueBodyBlock.base_blocks[name].child_blocks)
    assert fields <= rows(section(read("blocks"), f"`{name}`"))


def test_source_has_a_section_with_its_fields():
    assert set(SourceBlock.base_blocks) == rows(section(read("blocks"), "A source"))


def test_every_endpoint_has_a_section():
    paths = {f"`{path}`" for path in build_schema()["paths"]} - {"`/`"}
    assert paths | {"The map"} <= set(headings(read("api")))


def test_every_parameter_has_a_row():
    paths = build_schema()["paths"].values()
    operations = [operation for methods in paths for operation in methods.values()]
    parameters = [p for operation in operations for p in queries_of(operation)]
    names = {parameter["name"] for parameter in parameters}
    assert names == rows(section(read("api"), "Parameters"))


@pytest.mark.parametrize(
    ("component", "heading"),
    [
        ("IssueDetail", "An issue"),
        ("Story", "A story"),
        ("Site", "`/site/`"),
        ("Digest", "`/digests/{slug}/`"),
        ("Source", "`/sources/`"),
        ("Tag", "`/tags/{slug}/`"),
        ("Image", "An image"),
    ],
)
def test_fields_have_rows(component, heading):
    fields = set(build_schema()["components"]["schemas"][component]["properties"])
    assert fields == rows(section(read("api"), heading))


@pytest.mark.parametrize("component", ["Page", "Redirect"])
def test_fields_of_pages_at_a_path_have_rows(component):
    fields = set(build_schema()["components"]["schemas"][component]["properties"])
    assert fields <= rows(section(read("api"), "`/pages/`"))


def test_every_header_has_a_row():
    assert set(HEADERS) == rows(section(read("api"), "HTTP"))


@pytest.mark.parametrize("problem", problem_types(), ids=lambda problem: problem.name)
def test_problem_has_a_section_with_its_status(problem):
    assert section(read("errors"), f"`{problem.name}`").strip().startswith(str(problem.status))


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.label)
def test_feed_has_a_row(feed):
    assert f"`/feeds/{{digest slug}}/{feed.file_name}`" in read("feeds")
    assert f"`{feed.media_type}`" in read("feeds")


def test_every_package_is_in_the_architecture():
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    packages = {f"{path.parent.name}/" for path in (ROOT / "digest").glob("*/__init__.py")}
    documented = rows(section(page, "The packages of `digest`"))
    assert packages - {"migrations/", "management/", "templatetags/"} == documented


@pytest.mark.parametrize(("app", "name"), COMMANDS)
def test_command_has_a_section_with_its_options(app, name):
    command = load_command_class(app, name)
    general = {"--help", "--version", "--verbosity", "--settings", "--pythonpath"}
    general |= {"--traceback", "--no-color", "--force-color", "--skip-checks"}
    parser = command.create_parser("manage.py", name)
    own = {option for action in parser._actions for option in action.option_strings} - general
    text = section(read("commands"), f"`{name}`")
    assert all(option in text for option in own if option.startswith("--"))
