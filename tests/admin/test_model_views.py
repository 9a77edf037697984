"""Permissions of every view of the models that are edited in the admin: tags and sources."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.urls import NoReverseMatch, reverse
from taggit.models import Tag
from wagtail.log_actions import log

from digest.admin.sources.views import SourceViewSet
from digest.admin.tags import TagAdmin
from digest.models import Source

pytestmark = pytest.mark.django_db


def names_of(model):
    """Map the actions of a model to the names of their URLs."""
    if model is Tag:
        names = [pattern.name for pattern in TagAdmin().get_admin_urls_for_registration()]
        return {name.split("_modeladmin_")[1]: name for name in names}
    views = SourceViewSet("digest_sources")
    return {url.name: views.get_url_name(url.name) for url in views.get_urlpatterns()}


def url_of(name, row):
    try:
        return reverse(name)
    except NoReverseMatch:
        return reverse(name, args=[row.pk])


@pytest.fixture(params=[Tag, Source])
def all_views(request):
    """Map the actions of a model to their URLs."""
    if request.param is Tag:
        row = Tag.objects.create(name="Trams", slug="trams")
    else:
        row = Source.objects.create(key="a", canonical_url="https://a.example", host="a.example")
    log(row, "wagtail.edit", title="Retitled by an editor")
    return {action: url_of(name, row) for action, name in names_of(request.param).items()}


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
