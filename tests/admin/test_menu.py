"""The “Digests” menu."""

import pytest
from django.test import RequestFactory
from wagtail.admin.menu import admin_menu, help_menu

from digest.admin.menu import digest_menu
from tests.admin.helpers import make_user
from tests.builders import make_digest

pytestmark = pytest.mark.django_db


def request_of(user):
    request = RequestFactory().get("/admin/")
    request.user = user
    return request


def names(menu, user):
    items = menu.menu_items_for_request(request_of(user))
    return [item.name for item in sorted(items, key=lambda item: item.order)]


def test_menu_has_issues_first_and_tags(admin_user, digest):
    assert "digests" in names(admin_menu, admin_user)
    found = names(digest_menu, admin_user)
    assert found[0] == "issues"
    assert "tags" in found


def test_tags_are_in_the_menu_once(admin_user, digest):
    assert "tags" not in names(admin_menu, admin_user)


def test_issues_item_is_shown_to_users_with_a_page_permission(digest):
    assert "issues" in names(digest_menu, make_user("writer", digest, "add"))


def test_menu_is_hidden_without_a_visible_item(home_page):
    section = make_digest(home_page, "elsewhere")
    user = make_user("nobody")
    assert names(digest_menu, user) == []
    assert "digests" not in names(admin_menu, user)
    assert "digests" in names(admin_menu, make_user("writer", section, "change"))


def test_help_begins_with_the_guide_for_editors_if_it_has_a_url(admin_user, settings):
    assert "digest-guide" not in names(help_menu, admin_user)
    settings.DIGEST_EDITORS_GUIDE_URL = "https://example.com/guide"
    assert names(help_menu, admin_user)[0] == "digest-guide"
    items = help_menu.menu_items_for_request(request_of(admin_user))
    assert "https://example.com/guide" in {item.url for item in items}
