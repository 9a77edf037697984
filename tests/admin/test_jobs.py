"""The warning on the admin's front page that nothing is published on schedule."""

import pytest
from django.utils import timezone

from digest.models import JobRun
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
