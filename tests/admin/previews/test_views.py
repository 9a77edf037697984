"""Creating, listing and revoking preview links in the admin."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission

from digest.admin.previews import views
from digest.admin.previews.views import add_share_button
from digest.previews.tokens import PreviewToken, hash_token
from tests.builders import make_digest, make_issue
from tests.previews.helpers import PREVIEWS, make_user, token_in, token_of

pytestmark = pytest.mark.django_db
LIST = "/admin/digest/previews/"


@pytest.fixture
def draft(digest):
    return make_issue(digest, publish=False, title="Draft")


def as_user(user):
    client = Client()
    client.force_login(user)
    return client


def share_url(page):
    return reverse("digest_share_preview", args=[page.pk])


def share(client, page, lifetime="24"):
    """Create a link with the form and return it."""
    response = client.post(share_url(page), {"lifetime": lifetime})
    assert response.status_code == 200, response.content
    assert "no-store" in response["Cache-Control"]
    return re.search(r'id="preview-link" value="([^"]+)"', response.content.decode())[1]


@pytest.mark.parametrize("lifetime", ["1", "24", "72", "168"])
def test_link_opens_the_built_in_page_for_the_chosen_lifetime(draft, lifetime):
    link = share(as_user(make_user()), draft, lifetime)
    assert link.startswith("http://localhost/preview/")
    assert "Draft" in Client().get(link).content.decode()
    row = PreviewToken.objects.get()
    left = row.expires_at - timezone.now()
    assert timedelta(0) < timedelta(hours=int(lifetime)) - left < timedelta(minutes=5)
    assert (row.is_shared, row.revision_id) == (True, draft.latest_revision_id)


def test_link_opens_the_configured_frontend(draft, settings):
    settings.DIGEST_PREVIEW_URLS = PREVIEWS
    token = token_in(share(as_user(make_user()), draft))
    assert PreviewToken.objects.get().token_hash == hash_token(token)


def test_link_is_shown_only_once(draft):
    client = as_user(make_user())
    token = share(client, draft).rstrip("/").rpartition("/")[2]
    for url in (share_url(draft), LIST, reverse("wagtailadmin_pages:edit", args=[draft.pk])):
        assert token not in client.get(url).content.decode()


@pytest.mark.parametrize("lifetime", ["", "0", "8760", "-1", "x"])
def test_other_lifetimes_are_rejected(draft, lifetime):
    response = as_user(make_user()).post(share_url(draft), {"lifetime": lifetime})
    assert response.status_code == 200
    assert not PreviewToken.objects.exists()
    assert "error" in response.content.decode()


def test_editor_has_the_share_button_on_issues_only(draft, digest):
    edit = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    assert share_url(draft) in as_user(make_user()).get(edit).content.decode()
    other = reverse("wagtailadmin_pages:edit", args=[digest.pk])
    assert share_url(digest) not in as_user(make_user("theo")).get(other).content.decode()


def is_permission_denied(response):
    """Return whether Wagtail redirected to the dashboard."""
    return response.status_code == 302 and response.url == reverse("wagtailadmin_home")


def test_sharing_requires_the_edit_permission(draft):
    writer = make_user(group="Editors")
    client = as_user(writer)
    assert client.get(share_url(draft)).status_code == 200
    writer.user_permissions.clear()
    writer.groups.get().page_permissions.all().delete()
    assert is_permission_denied(client.get(share_url(draft)))
    assert is_permission_denied(client.post(share_url(draft), {"lifetime": "1"}))
    assert not PreviewToken.objects.exists()


def test_only_issues_that_are_no_aliases_can_be_shared(draft, digest):
    client = as_user(make_user())
    alias = make_issue(digest).create_alias(update_slug="alias")
    assert is_permission_denied(client.post(share_url(alias), {"lifetime": "1"}))
    assert client.get(share_url(digest)).status_code == 404
    assert client.get("/admin/digest/previews/share/999999/").status_code == 404
    assert Client().get(share_url(draft)).url.startswith("/admin/login/")


def test_sharing_requires_the_built_in_page_or_a_frontend(draft, settings):
    settings.ROOT_URLCONF = "tests.admin.admin_urls"
    user = make_user()
    assert is_permission_denied(as_user(user).post(share_url(draft), {"lifetime": "1"}))
    assert not list(add_share_button(draft, user, "edit"))
    assert not PreviewToken.objects.exists()
    settings.DIGEST_PREVIEW_URLS = PREVIEWS
    assert list(add_share_button(draft, user, "edit"))


def test_no_token_is_stored_if_the_url_cannot_be_built(draft, monkeypatch):
    monkeypatch.setattr(views, "shared_url", lambda *args: 1 / 0)
    client = as_user(make_user())
    with pytest.raises(ZeroDivisionError):
        client.post(share_url(draft), {"lifetime": "1"})
    assert not PreviewToken.objects.exists()


def test_list_has_the_shared_links_of_editable_pages(draft, home_page):
    edith = make_user()
    token_of(draft, edith, is_shared=True)
    token_of(draft, edith)
    html = as_user(edith).get(LIST).content.decode()
    assert reverse("wagtailadmin_pages:edit", args=[draft.pk]) in html
    assert len(re.findall(r"/revoke/", html)) == 1
    assert "Valid" in html
    stranger = make_user("stranger", group=None)
    assert (
        is_permission_denied(as_user(stranger).get(LIST))
        or "login" in as_user(stranger).get(LIST).url
    )


def test_list_shows_revoked_and_expired_links(draft):
    edith = make_user()
    token_of(draft, edith, is_shared=True)
    PreviewToken.objects.get().revoke()
    token_of(draft, edith, is_shared=True, lifetime=timedelta(seconds=-1))
    html = as_user(edith).get(LIST).content.decode()
    assert "Revoked" in html
    assert "Expired" in html
    assert "/revoke/" not in html


def test_query_count_does_not_depend_on_the_number_of_links(
    draft, home_page, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    edith = make_user()
    client = as_user(edith)
    token_of(draft, edith, is_shared=True)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    other = make_digest(home_page, "weekly")
    for day in range(1, 9):
        user = make_user(f"user{day}")
        token_of(make_issue(other, day, publish=False), user, is_shared=True)
    with CaptureQueriesContext(connection) as many:
        assert client.get(LIST).content.decode().count("/revoke/") == 9
    assert len(many) == len(few)


def revoke(user, link, **data):
    return as_user(user).post(reverse("digest_revoke_preview", args=[link.pk]), data)


def test_link_is_revoked_by_its_creator_and_users_with_page_permissions(draft, home_page):
    writer = make_user("writer", group="Editors")
    token = token_of(draft, writer, is_shared=True)
    link = PreviewToken.objects.get()
    assert is_permission_denied(revoke(editor_of(make_digest(home_page, "weekly")), link))
    assert Client().get(f"/preview/{token}/").status_code == 200
    for user in (make_user("other", group="Editors"), make_user("publisher"), writer):
        assert f"/previews/{link.pk}/revoke/" in as_user(user).get(LIST).content.decode()
        assert revoke(user, link, next=share_url(draft)).url == share_url(draft)
        assert Client().get(f"/preview/{token}/").status_code == 404
        PreviewToken.objects.update(revoked_at=None)
    writer.groups.set(editor_of(draft.get_parent(), "someone").groups.all())
    writer.groups.get().page_permissions.all().delete()
    assert revoke(writer, link).url == LIST


def editor_of(page, name="elsewhere"):
    """Create a user who may edit the descendants of one page and nothing else."""
    group = Group.objects.create(name=name)
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    change = Permission.objects.get(codename="change_page")
    GroupPagePermission.objects.create(group=group, page=page, permission=change)
    return make_user(name, group=name)


def test_revoking_requires_post_and_rejects_external_redirects(draft):
    edith = make_user()
    token_of(draft, edith, is_shared=True)
    link = PreviewToken.objects.get()
    url = reverse("digest_revoke_preview", args=[link.pk])
    assert as_user(edith).get(url).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(edith)
    assert strict.post(url).status_code == 403
    page = strict.get(LIST).content.decode()
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    assert strict.post(url, {"csrfmiddlewaretoken": csrf}).url == LIST
    assert PreviewToken.objects.get().revoked_at
    assert revoke(edith, link, next="https://evil.example/").url == LIST


def test_menu_has_the_links(draft):
    assert LIST in as_user(make_user()).get("/admin/").content.decode()
