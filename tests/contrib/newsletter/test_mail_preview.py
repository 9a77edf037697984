"""Preview of the mail of an issue in its editor."""

import re

import pytest
from django.urls import reverse

from digest.contrib.newsletter import mailings
from tests.admin.issues.test_checklist import data
from tests.builders import body, make_issue, story
from tests.contrib.newsletter.readers import open_newsletter

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(digest):
    open_newsletter(digest, imprint="Ada Quill")
    return make_issue(digest, title="Three grids")


def url_of(issue):
    return reverse("digest_newsletter_issue_preview", args=[issue.pk])


def preview(client, issue, **query):
    return client.get(url_of(issue), query)


def test_preview_shows_the_latest_draft(admin_client, issue):
    issue.body = body(story("Pylons hum"), summary="In short.")
    issue.save_revision()
    response = preview(admin_client, issue)
    html = response.content.decode()
    assert "Pylons hum" in html
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "script" not in response["Content-Security-Policy"]
    assert "img-src * data:" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response["Cache-Control"]


def test_preview_is_light_dark_or_text(admin_client, issue):
    light, dark = (
        preview(admin_client, issue, show=name).content.decode() for name in ("light", "dark")
    )
    assert "prefers-color-scheme" not in light + dark
    assert "@media (max-width: 0)" in light
    assert "@media (min-width: 0)" in dark
    text = preview(admin_client, issue, show="text").content.decode()
    assert "<pre>" in text
    assert "What happened today." in text
    assert preview(admin_client, issue, show="<script>").content.decode() == light


def test_posted_form_is_previewed_and_not_saved(admin_client, issue):
    response = admin_client.post(url_of(issue), data(title="Posted and unsaved"))
    found = response.json()
    assert (found["is_valid"], found["subject"]) == (True, "Posted and unsaved")
    assert re.fullmatch(r"\d+ kB", found["size"])
    assert "Posted and unsaved" in preview(admin_client, issue).content.decode()
    issue.refresh_from_db()
    assert issue.latest_revision.as_object().title == "Three grids"
    response = admin_client.post(url_of(issue), data(date="soon"))
    assert response.json() == {"is_valid": False}


def test_preview_has_the_stored_preheader(admin_client, issue):
    mailings.save_draft(issue, "", "Pylons, in short")
    assert "Pylons, in short" in preview(admin_client, issue).content.decode()
