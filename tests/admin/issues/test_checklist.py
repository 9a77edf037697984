"""Checklist side panel, and the views that check the posted form."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.models import FormState
from wagtail.models import Revision

from digest.models import IssuePage
from tests.admin.helpers import make_user, submit
from tests.admin.test_admin import form, headline, story_section
from tests.builders import make_digest, restrict
from tests.checklist.checking import good_story, issue_of

pytestmark = pytest.mark.django_db

URL = "https://example.com/forecast"


def posted_story(heading="Operators agree", url="https://a.example/b", **fields):
    kind, value = story_section(heading)
    value["body"] = value["body"].replace("It happened.", "It happened. " * 30)
    item = {"id": "", "order": "0", "deleted": "", "value": source_form(url)}
    return kind, value | {"sources": {"count": "1", "0": item}} | fields


def source_form(url):
    return {"title": "Forecast", "url": url, "publisher": "", "author": "", "published_on": ""}


def bottom_line():
    return "bottom_line", {"text": story_section()[1]["why_it_matters"]}


def data(*blocks, **fields):
    blocks = blocks or (headline(), posted_story(), bottom_line())
    return form(*blocks, **({"title": "A title that is long enough"} | fields))


def check(client, issue, **posted):
    return client.post(reverse("digest_checklist", args=[issue.pk]), posted or data())


@pytest.fixture
def issue(digest):
    return issue_of(digest, day=14)


def test_complete_issue_has_no_findings(admin_client, issue):
    result = check(admin_client, issue).json()
    assert (result["is_valid"], result["count"]) == (True, 0)
    assert (result["status"], result["html"].strip()) == ("Nothing to fix.", "")


def test_new_issue_is_checked_from_its_first_change_on(admin_client, issue, digest):
    add = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    for url, waits, status in [(add, "true", "Nothing to fix yet."), (edit, "false", "Checking…")]:
        html = admin_client.get(url).content.decode()
        assert f'data-digest-checklist-waits-value="{waits}"' in html
        assert status in html


def test_posted_form_is_checked_and_not_the_saved_issue(admin_client, issue, digest):
    digest.checklist = {"rules": {"bottom_line": "required"}}
    digest.save()
    posted = data(headline(), posted_story("", sources={"count": "0"}))
    result = check(admin_client, issue, **posted).json()
    assert (result["count"], result["status"]) == (2, "2 things to fix, 1 required for publishing.")
    assert result["required"] == 1
    assert "Add a bottom line." in result["html"]
    assert 'data-digest-checklist-adds-param="bottom_line"' in result["html"]
    assert 'data-digest-checklist-path-param="body"' in result["html"]
    assert "Required" in result["html"]
    assert "Warning" in result["html"]
    assert "Story 1</h3>" in result["html"]


def test_posted_text_is_escaped(admin_client, issue):
    response = check(admin_client, issue, **data(headline(), posted_story("<script>alert(1)")))
    assert "Story 1: &lt;script&gt;alert(1)" not in response.json()["html"]  # it has no finding
    response = check(admin_client, issue, **data(posted_story("<script>", why_it_matters="null")))
    assert "Story 1: &lt;script&gt;" in response.json()["html"]
    assert "<script" not in response.json()["html"]


def test_placeholder_title_is_not_checked(admin_client, issue):
    assert check(admin_client, issue, **data(title="")).json()["count"] == 0


def test_invalid_form_returns_no_findings(admin_client, issue):
    assert check(admin_client, issue, **data(date="soon")).json() == {"is_valid": False}


def test_checking_writes_nothing(admin_client, issue):
    check(admin_client, issue)  # the session
    with CaptureQueriesContext(connection) as captured:
        check(admin_client, issue, **data(headline(), title="Something else"))
    assert not [q for q in captured if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert not FormState.objects.exists()
    assert Revision.objects.count() == 1
    assert IssuePage.objects.get().title != "Something else"


def test_query_count_does_not_depend_on_the_number_of_stories(admin_client, issue, digest):
    def queries(number):
        stories = [posted_story(f"{'abcdefgh'[n] * 9} rises", f"{URL}/{n}") for n in range(number)]
        with CaptureQueriesContext(connection) as captured:
            assert check(admin_client, issue, **data(headline(), *stories)).json()["count"]
        return len(captured)

    stories = [good_story(f"{letter * 9} rises") for letter in "abcdefgh"]
    issue_of(digest, *stories, day=1, publish=True)
    few = queries(2)
    assert queries(8) == few <= 40


def test_incomplete_issue_in_review_is_checked(admin_client, admin_user, issue):
    submit(issue, admin_user)
    assert check(admin_client, issue, **data(headline(summary=""))).json()["is_valid"]


@pytest.mark.parametrize("name", ["digest_checklist", "digest_new_checklist"])
def test_views_require_a_permission_on_the_page(client, digest, issue, name):
    page = issue if name == "digest_checklist" else digest
    url = reverse(name, args=[page.pk])
    assert client.post(url, data()).status_code == 302
    client.force_login(make_user("elsewhere", make_digest(digest.get_parent(), "weekly"), "change"))
    assert client.post(url, data()).status_code == 302
    client.force_login(make_user("here", digest, "change", "add"))
    assert client.post(url, data()).status_code == 200
    assert client.get(url).status_code == 405


def test_views_accept_only_issues_and_digests(admin_client, digest, home_page):
    assert check(admin_client, digest).status_code == 404
    assert admin_client.post(reverse("digest_checklist", args=[9999]), data()).status_code == 404
    url = reverse("digest_new_checklist", args=[home_page.pk])
    assert admin_client.post(url, data()).status_code == 302  # PermissionDenied in Wagtail


def test_new_issue_is_checked_with_the_rules_of_its_digest(admin_client, digest):
    issue_of(digest, good_story("Operators agree on this"), publish=True)
    digest.checklist = {"rules": {"bottom_line": "off"}}
    digest.save()
    url = reverse("digest_new_checklist", args=[digest.pk])
    response = admin_client.post(url, data(headline(), posted_story("Operators agree on this")))
    assert response.json()["count"] == 1
    assert "A story with nearly this heading was published before." in response.json()["html"]
    assert IssuePage.objects.count() == 1


def test_mentioned_issues_are_links_for_users_who_may_edit_them(
    admin_client, client, digest, issue
):
    weekly = make_digest(digest.get_parent(), "weekly")
    past = issue_of(weekly, good_story("Operators agree on this"), title="Weekly one", publish=True)
    posted = data(headline(), posted_story("Operators agree on this"), bottom_line())
    html = check(admin_client, issue, **posted).json()["html"]
    assert f'href="{reverse("wagtailadmin_pages:edit", args=[past.pk])}"' in html
    assert "Weekly one" in html
    client.force_login(make_user("here", digest, "change"))
    html = check(client, issue, **posted).json()["html"]
    assert "<a " not in html
    assert "Weekly one" in html
    restrict(weekly)
    html = check(client, issue, **posted).json()["html"]
    assert "Weekly one" not in html
    assert "Tue 14 Apr 2026" in html


def test_editor_has_the_checklist_panel(admin_client, digest, issue):
    html = admin_client.get(reverse("wagtailadmin_pages:edit", args=[issue.pk])).content.decode()
    assert (
        f'data-digest-checklist-url-value="{reverse("digest_checklist", args=[issue.pk])}"' in html
    )
    assert 'data-side-panel-toggle="checklist"' in html
    assert "digest/admin/checklist.js" in html
    url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    html = admin_client.get(url).content.decode()
    new = reverse("digest_new_checklist", args=[digest.pk])
    assert f'data-digest-checklist-url-value="{new}"' in html


def test_panel_posts_to_the_saved_issue_after_the_first_autosave(admin_client, issue):
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    html = admin_client.get(f"{edit}?_w_hydrate_create_view=1").content.decode()
    assert (
        "[data-side-panel=&#x27;checklist&#x27;]" in html or "data-side-panel='checklist'" in html
    )
    assert reverse("digest_checklist", args=[issue.pk]) in html


def test_autosave_response_has_no_checklist_panel(admin_client, issue):
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    response = admin_client.post(
        edit, data(slug=issue.slug), headers={"accept": "application/json"}
    )
    assert "digest-checklist" not in response.content.decode()
