"""Slugs of issues, which follow the date, and of digests, which are unique within a site."""

import re
from datetime import date

import pytest
from django.urls import reverse
from wagtail.models import Page, Site

from digest.models import DigestPage, IssuePage
from tests.admin.test_admin import form, headline, story_section
from tests.builders import body, make_digest, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def section(home_page):
    return home_page.add_child(instance=Page(title="Section", slug="section"))


@pytest.fixture
def other_site():
    """The root page of another site, with a digest of the same slug below it."""
    front = Page.get_first_root_node().add_child(instance=Page(title="Other", slug="other"))
    Site.objects.create(hostname="other.example", root_page=front)
    make_digest(front)
    return front


def edited(client, issue, **fields):
    """Save the issue's form as a draft, and return the issue."""
    data = form(headline(), story_section(), **({"slug": issue.slug, "number": "1"} | fields))
    client.post(reverse("wagtailadmin_pages:edit", args=[issue.pk]), data)
    return IssuePage.objects.get(pk=issue.pk).get_latest_revision_as_object()


def copied(client, page, parent, slug, **fields):
    data = {"new_title": "Copy", "new_slug": slug, "new_parent_page": parent.pk} | fields
    url = reverse("wagtailadmin_pages:copy", args=[page.pk])
    return client.post(url, data, follow=True).content.decode()


def test_slug_taken_since_it_was_proposed_gets_a_number(digest):
    make_issue(digest, 14)
    late = IssuePage(title="Late", date=date(2026, 4, 14), slug="2026-04-14", body=body())
    assert digest.add_child(instance=late).slug == "2026-04-14-2"


def test_slug_of_a_draft_follows_its_date(admin_client, digest):
    draft = make_issue(digest, 14, publish=False)
    assert edited(admin_client, draft, date="2026-04-20").slug == "2026-04-20"


def test_issue_that_was_public_keeps_its_slug(admin_client, digest):
    issue = make_issue(digest, 14)
    issue.unpublish()
    assert edited(admin_client, issue, date="2026-04-20").slug == "2026-04-14"


def test_date_of_an_issue_that_was_public_is_not_synced_to_the_slug(admin_client, digest):
    def date_input(issue):
        html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk]))
        return re.search(r'<input[^>]*name="date"[^>]*>', html.content.decode())[0]

    issue = make_issue(digest, 14)
    issue.unpublish()
    assert "w-sync#apply" not in date_input(issue)
    assert "w-sync#apply" in date_input(make_issue(digest, 15, publish=False))


@pytest.mark.parametrize("alias", [{}, {"alias": "on"}])
def test_copy_of_a_digest_needs_a_slug_of_its_own(admin_client, digest, section, alias):
    html = copied(admin_client, digest, section, "daily", **alias)
    assert "Another digest of this site has the slug “daily”." in html
    assert DigestPage.objects.count() == 1
    copied(admin_client, digest, section, "free", **alias)
    assert DigestPage.objects.filter(slug="free").exists()


def test_section_cannot_be_copied_with_its_digests(admin_client, home_page, section):
    make_digest(section)
    html = copied(admin_client, section, home_page, "copy", copy_subpages="on")
    assert "Another digest of this site" in html
    assert DigestPage.objects.count() == 1
    assert "Another digest" not in copied(admin_client, section, home_page, "copy")


def test_alias_of_a_digest_does_not_invalidate_its_slug(digest, section):
    digest.create_alias(parent=section)
    digest.save_revision().publish()
    assert DigestPage.objects.filter(slug="daily").count() == 2


def test_digest_cannot_be_moved_to_a_site_with_its_slug(admin_client, digest, other_site):
    below = other_site.add_child(instance=Page(title="Below", slug="below"))
    url = reverse("wagtailadmin_pages:move_confirm", args=[digest.pk, below.pk])
    assert "Another digest of this site" in admin_client.post(url, follow=True).content.decode()
    assert not DigestPage.objects.descendant_of(below).exists()


def test_digests_cannot_be_moved_in_bulk_to_a_site_with_their_slug(
    admin_client, digest, section, other_site
):
    digest.move(section, "last-child")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    data = {"chooser": other_site.pk}
    response = admin_client.post(f"{url}?id={section.pk}&next=/admin/", data, follow=True)
    assert "Another digest of this site" in response.content.decode()
    assert not Page.objects.child_of(other_site).filter(pk=section.pk).exists()


def test_digest_can_be_moved_within_its_site(admin_client, digest, section):
    url = reverse("wagtailadmin_pages:move_confirm", args=[digest.pk, section.pk])
    admin_client.post(url)
    assert DigestPage.objects.descendant_of(section).exists()
