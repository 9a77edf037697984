"""Permissions of the groups and the review workflow that ``create_roles`` creates."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from wagtail.models import GroupPagePermission, Workflow, WorkflowPage

from digest.models import IssuePage
from digest.publishing.roles import EDITORS, WRITERS
from digest.registry import registry
from tests.admin.test_admin import form, headline, story_section
from tests.builders import make_digest, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def logged_in(digest, client, django_user_model):
    """Return a function that logs in a member of a group."""
    call_command("create_roles", verbosity=0)

    def log_in(group):
        user = django_user_model.objects.create_user(group, f"{group[7:]}@example.com", "x")
        user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        return client

    return log_in


def write(client, digest, action):
    """Post a new issue and return it."""
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    client.post(add, form(headline(), story_section()) | action)
    return IssuePage.objects.get()


def test_writer_saves_a_draft_and_cannot_publish_it(logged_in, digest):
    issue = write(logged_in(WRITERS), digest, {"action-publish": "1"})
    assert (issue.live, issue.owner.username) == (False, WRITERS)


def test_editor_publishes(logged_in, digest):
    assert write(logged_in(EDITORS), digest, {"action-publish": "1"}).live


def test_writer_submits_and_editor_approves(logged_in, digest):
    issue = write(logged_in(WRITERS), digest, {"action-submit": "1"})
    task = issue.current_workflow_task_state
    approve = reverse("wagtailadmin_pages:workflow_action", args=[issue.pk, "approve", task.pk])
    logged_in(EDITORS).post(approve)
    issue.refresh_from_db()
    assert issue.live


def test_writer_has_no_permissions_on_other_digests(logged_in, digest, home_page):
    client = logged_in(WRITERS)
    other = make_digest(home_page, "other")
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", other.pk])
    edit = reverse("wagtailadmin_pages:edit", args=[make_issue(other).pk])
    assert [client.get(url).status_code for url in (add, edit)] == [302, 302]


def test_command_is_idempotent_and_keeps_a_digests_own_workflow(logged_in, digest):
    own = Workflow.objects.create(name="Own")
    WorkflowPage.objects.filter(page=digest).update(workflow=own)
    before = GroupPagePermission.objects.count(), Workflow.objects.count()
    call_command("create_roles", verbosity=0)
    assert (GroupPagePermission.objects.count(), Workflow.objects.count()) == before
    assert digest.get_workflow() == own


def test_command_accepts_a_single_digest(home_page, digest, capsys):
    make_digest(home_page, "other", title="Other one")
    call_command("create_roles", digest=["other"])
    assert "may work on: Other one." in capsys.readouterr().out
    pages = GroupPagePermission.objects.filter(group__name=WRITERS)
    assert set(pages.values_list("page__slug", flat=True)) == {"other"}


def test_unknown_digest_is_an_error(digest):
    with pytest.raises(CommandError, match="no digest with the slug"):
        call_command("create_roles", digest=["nothing"])
    assert not Group.objects.filter(name=WRITERS).exists()


def test_apps_add_permissions_and_groups(digest, monkeypatch, capsys):
    names = ["wagtailadmin.access_admin", "not_installed.view_it"]
    monkeypatch.setitem(registry.roles, "Proofreaders", names)
    monkeypatch.setitem(registry.roles, EDITORS, ["digest.delete_source"])
    call_command("create_roles")
    assert "“Proofreaders”" in capsys.readouterr().out
    [permission] = Group.objects.get(name="Proofreaders").permissions.all()
    assert permission.codename == "access_admin"
    editors = Group.objects.get(name=EDITORS).permissions
    assert editors.filter(codename__in=["delete_source", "change_source"]).count() == 2
