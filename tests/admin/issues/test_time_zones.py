"""Every time that an editor sees names its time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.shortcuts import resolve_url
from django.utils import timezone
from wagtail.users.models import UserProfile

from digest.importing.review.uploads import Upload
from digest.models import DigestPage
from digest.previews.tokens import create_token
from digest.sources.models import Check, Source
from tests.admin.helpers import schedule
from tests.builders import body as make_body
from tests.builders import make_digest, make_issue, source, story

pytestmark = pytest.mark.django_db
AT = datetime(2126, 1, 15, 18, 30, tzinfo=UTC)


@pytest.fixture
def digest(home_page) -> DigestPage:
    return make_digest(home_page, time_zone="America/Denver")


@pytest.fixture
def show(admin_client, admin_user):
    """Return the HTML of a view or a URL, for a user in Tokyo."""
    UserProfile.objects.create(user=admin_user, current_time_zone="Asia/Tokyo")

    def show(name, *args):
        html = admin_client.get(resolve_url(name, *args)).content.decode()
        return " ".join(html.split())

    return show


def shown(value, zone, place):
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {place}"


def test_lock_of_a_scheduled_issue_names_the_time_zone_of_its_digest(show, digest):
    issue = schedule(make_issue(digest, 14, publish=False))
    html = show("wagtailadmin_pages:edit", issue.pk)
    at = issue.scheduled_revision.approved_go_live_at
    assert f"scheduled to go live at {shown(at, 'America/Denver', 'Denver')}" in html


@pytest.mark.parametrize("name", ["go_live_at", "expire_at"])
def test_status_panel_names_the_time_zone_of_the_digest(show, digest, name):
    issue = make_issue(digest, 14, publish=False, **{name: AT})
    assert "</span> Tue 15 Jan 2126, 11:30 Denver" in show("wagtailadmin_pages:edit", issue.pk)


def test_status_panel_names_the_time_zone_of_the_user(show, digest):
    html = show("wagtailadmin_pages:edit", make_issue(digest, 14).pk)
    assert "in the time zone of your account: Tokyo." in html


def test_status_panel_of_a_digest_names_its_own_time_zone(show, digest):
    digest.expire_at = AT
    digest.save_revision().publish()
    assert "Tue 15 Jan 2126, 11:30 Denver" in show("wagtailadmin_pages:edit", digest.pk)


def test_form_names_the_time_zone_and_has_its_time(show, digest):
    issue = make_issue(digest, 14, publish=False, go_live_at=AT)
    for html in (
        show("wagtailadmin_pages:edit", issue.pk),
        show("wagtailadmin_pages:add", "digest", "issuepage", digest.pk),
    ):
        assert html.count("In the time zone of the digest: America/Denver.") == 2
    assert 'value="2126-01-15 11:30"' in show("wagtailadmin_pages:edit", issue.pk)


def test_end_of_a_preview_link_is_in_the_time_zone_of_the_user(show, digest, admin_user):
    issue = make_issue(digest, 14)
    revision = {"revision_id": issue.latest_revision_id, "is_shared": True}
    create_token(issue, admin_user, timedelta(hours=1), **revision)
    expires_at = timezone.now() + timedelta(hours=1)
    assert shown(expires_at, "Asia/Tokyo", "Tokyo")[:15] in show("digest_previews")
    assert " Tokyo<" in show("digest_previews").replace(" <", "<")


def test_upload_of_a_document_is_in_the_time_zone_of_the_user(show, digest, admin_client):
    data = {"digest": digest.pk, "text": "# A\n\n## S\n\nText."}
    assert admin_client.post("/admin/digest/import/", data).status_code == 302
    Upload.objects.update(created_at=AT)
    assert f">{shown(AT, 'Asia/Tokyo', 'Tokyo')}</time>" in show("digest_import")


def test_checks_of_a_source_are_in_the_time_zone_of_the_user(show, digest):
    cited = story(sources=[source(url="https://example.com/a")])
    make_issue(digest, 14, body=make_body(cited))
    found = Source.objects.get()
    Source.objects.update(checked_at=AT)
    Check.objects.create(source=found, state=found.state, checked_at=AT)
    expected = shown(AT, "Asia/Tokyo", "Tokyo")
    assert expected in show("/admin/digest/sources/")
    assert expected in show(f"/admin/digest/sources/inspect/{found.pk}/")
