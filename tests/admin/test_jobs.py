"""The warnings on the admin's front page about jobs and apps."""

import re

import pytest
from django.utils import timezone

from digest.models import JobRun
from digest.registry import Status, registry
from tests.admin.helpers import make_user

pytestmark = pytest.mark.django_db


def is_warned(client):
    return 'id="digest-late-jobs"' in client.get("/admin/").content.decode()


@pytest.fixture
def _publishing_ran():
    JobRun.objects.create(name="publish_scheduled", started_at=timezone.now())


@pytest.mark.parametrize(("permission", "warned"), [("publish", True), ("add", False)])
def test_those_who_publish_are_warned(client, digest, permission, warned):
    client.force_login(make_user("user", digest, permission))
    assert is_warned(client) == warned


@pytest.mark.usefixtures("_publishing_ran")
def test_nobody_is_warned_while_jobs_run(admin_client, digest):
    assert not is_warned(admin_client)


def rows_of_an_app():
    yield Status("app_waiting", 3, is_problem=True)
    yield Status("app_pages", [12], is_problem=True, message="Page 12 is <lost>.")


@pytest.fixture
def _app_has_a_problem(monkeypatch):
    monkeypatch.setattr(registry, "status", [f"{__name__}.rows_of_an_app"])


def problems(client):
    return re.findall('<p class="digest-problem">(.*?)</p>', client.get("/admin/").content.decode())


@pytest.mark.usefixtures("_app_has_a_problem")
def test_superusers_are_warned_of_problems_of_apps(admin_client, client, digest):
    assert problems(admin_client) == ["Page 12 is &lt;lost&gt;."]
    client.force_login(make_user("user", digest, "publish"))
    assert problems(client) == []
