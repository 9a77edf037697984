"""The feed of changes in a process that has served no request."""

import json

import pytest

from tests.plugin.test_plugin import python

APPS = ("search", "submissions", "mcp", "newsletter", "changes")
FILL = """
import django; django.setup()
from django.core.management import call_command
from wagtail.models import Site
from tests.builders import make_digest, make_issue

call_command("migrate", verbosity=0)
make_issue(make_digest(Site.objects.get().root_page))
"""
RUN = """
import django; django.setup()
import json
from django.core.management import call_command
from digest.contrib.changes.models import PublicState

call_command("run_jobs", once=True)
print(json.dumps(list(PublicState.objects.order_by("kind").values_list("kind", flat=True))))
"""


@pytest.fixture
def environment(site_environment) -> dict[str, str]:
    environment = site_environment("tests.plugin.removed_settings")
    apps = ["digest", *(f"digest.contrib.{app}" for app in APPS)]
    database = f"sqlite:///{environment['PLUGIN_DATABASE']}"
    return environment | {"PLUGIN_APPS": " ".join(apps), "PLUGIN_DATABASE": database}


@pytest.mark.slow
@pytest.mark.optional_apps
def test_first_fill_has_digests_and_issues(environment):
    python(environment, "-c", FILL)
    output = python(environment, "-c", RUN)
    assert json.loads(output.splitlines()[-1]) == ["digest", "issue"]
