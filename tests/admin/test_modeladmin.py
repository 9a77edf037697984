"""Permissions of every view that wagtail-modeladmin adds for the plugin's models."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import NoReverseMatch, reverse
from taggit.models import Tag
from wagtail.log_actions import log

from digest.admin.sources.views import SourceAdmin
from digest.admin.tags import TagAdmin
from digest.models import Source

pytestmark = pytest.mark.django_db


def views(admin, row):
    """Map the actions of a ModelAdmin class to their URLs."""
    patterns = admin().get_admin_urls_for_registration()
    found = {}
    for name in (pattern.name for pattern in patterns):
        try:
            found[name.split("_modeladmin_")[1]] = reverse(name)
        except NoReverseMatch:
            found[name.split("_modeladmin_")[1]] = reverse(name, args=[row.pk])
    return found


@pytest.fixture(params=[TagAdmin, SourceAdmin])
def all_views(request):
    if request.param is TagAdmin:
        row = Tag.objects.create(name="Trams", slug="trams")
    else:
        row = Source.objects.create(key="a", canonical_url="https://a.example", host="a.example")
    log(row, "wagtail.edit", title="Retitled by an editor")
    return views(request.param, row)


@pytest.fixture
def user(client):
    """A user of the admin without other permissions, who is logged in."""
    found = User.objects.create_user("somebody")
    found.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(found)
    return found


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_view_requires_a_permission_on_the_model(method, client, user, all_views):
    found = {action: getattr(client, method)(url) for action, url in all_views.items()}
    assert {"index", "edit", "history"} <= set(found)
    for action, response in found.items():
        assert (response.status_code, response.url) == (302, "/admin/"), action


def test_history_is_shown_to_editors(client, user, all_views):
    user.groups.add(Group.objects.create(name="Editors of tags and sources"))
    names = ["change_tag", "change_source"]
    user.groups.get().permissions.set(Permission.objects.filter(codename__in=names))
    assert "Edit" in client.get(all_views["history"]).content.decode()
