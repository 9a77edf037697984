"""State of a page for the script that guards its form, and the scripts in the forms."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from tests.admin.helpers import make_user, schedule
from tests.admin.issues.test_checklist import data
from tests.builders import make_issue

pytestmark = pytest.mark.django_db

SCRIPTS = ["autosave.js", "save-guard.js", "undo.js"]


@pytest.fixture
def issue(digest):
    return make_issue(digest, publish=False)


def state(client, **query):
    return client.get(reverse("digest_editing_state"), query).json()["state"]


def test_page_and_new_page_can_be_saved_with_permission(client, digest, issue):
    client.force_login(make_user("edith", digest, "add", "change"))
    assert state(client, page=issue.pk) == "editable"
    assert state(client, parent=digest.pk) == "editable"


def test_page_cannot_be_saved_without_permission(client, home_page, issue):
    client.force_login(make_user("ralph", home_page, "publish"))
    assert state(client, page=issue.pk) == "forbidden"
    assert state(client, parent=issue.pk) == "forbidden"


@pytest.mark.parametrize("name", ["page", "parent"])
def test_another_user_gets_no_token_to_save_the_form_with(client, admin_user, digest, issue, name):
    page = {"page": issue, "parent": digest}[name]
    url = reverse("digest_editing_state", query={name: page.pk, "user": admin_user.pk})
    client.force_login(admin_user)
    assert client.get(url).json()["state"] == "editable"
    client.force_login(make_user("edith", digest, "add", "change"))
    assert client.get(url).json() == {"state": "other-user"}


@pytest.mark.parametrize("pk", ["0", "", "new", "²"])
def test_missing_page_is_reported_as_deleted(admin_client, pk):
    assert state(admin_client, page=pk) == "deleted"


def test_scheduled_issue_is_locked(admin_client, issue):
    schedule(issue)
    assert state(admin_client, page=issue.pk) == "locked"


def test_issue_locked_by_another_user_is_locked(admin_client, issue):
    issue.locked, issue.locked_by = True, User.objects.create_user("edith")
    issue.save()
    assert state(admin_client, page=issue.pk) == "locked"


def test_response_has_a_token_and_is_not_stored(admin_client, issue):
    response = admin_client.get(reverse("digest_editing_state"), {"page": issue.pk})
    assert response.json()["csrf_token"]
    assert "no-store" in response["Cache-Control"]


def test_anonymous_users_are_redirected_to_sign_in(client, issue):
    response = client.get(reverse("digest_editing_state"), {"page": issue.pk})
    assert (response.status_code, "/login/" in response.url) == (302, True)


def test_signed_in_page_says_how_to_go_on(admin_client):
    html = admin_client.get(reverse("digest_signed_in")).content.decode()
    assert "Close this tab" in html


def test_forms_of_issues_and_digests_have_the_scripts(admin_client, home_page, digest, issue):
    version = [issue.pk, issue.latest_revision_id]
    urls = [
        *(reverse("wagtailadmin_pages:edit", args=[page.pk]) for page in (digest, issue)),
        reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk]),
        reverse("wagtailadmin_pages:add", args=["digest", "digestpage", home_page.pk]),
        reverse("wagtailadmin_pages:revisions_revert", args=version),
    ]
    for url in urls:
        html = admin_client.get(url).content.decode()
        assert [name for name in SCRIPTS if f"digest/admin/{name}" not in html] == []


def test_script_knows_the_user_and_the_page_or_its_parent(admin_client, admin_user, digest, issue):
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    html = admin_client.get(edit).content.decode()
    assert f'data-page="{issue.pk}"' in html
    assert f'data-user="{admin_user.pk}"' in html
    assert f'data-parent="{digest.pk}"' in admin_client.get(add).content.decode()


def test_autosave_response_has_no_scripts(admin_client, issue):
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    headers = {"accept": "application/json"}
    response = admin_client.post(edit, data(slug=issue.slug), headers=headers)
    assert response.json()["success"]
    assert "save-guard" not in response.content.decode()
