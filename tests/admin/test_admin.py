"""Editing issues and digests in the Wagtail admin."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from digest.models import IssuePage
from tests.builders import body, make_issue, story

pytestmark = pytest.mark.django_db


def source_list():
    return {"sources-count": "0"}


def form(*blocks, **fields):
    """Return the POST data of the issue form."""
    data = {
        "title": "Title",
        "slug": "",
        "date": "2026-04-14",
        "number": "",
        "tags": "AI",
        "image": "",
        "body": streamfield(list(blocks)),
        "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0},
    }
    return nested_form_data(data | fields)


def headline(summary="What happened today."):
    return ("headline", {"headline": "", "summary": summary})


def story_section(heading="One"):
    image = {"image": "", "decorative": "", "alt_text": ""}
    value = {
        "heading": heading,
        "body": rich_text("<p>It happened.</p>"),
        "why_it_matters": rich_text("<p>It counts.</p>"),
        "image": image,
        "sources": {"count": "0"},
    }
    return ("story_section", value)


@pytest.fixture
def add(admin_client, digest):
    url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])

    def add(*blocks, publish=False, **fields):
        action = {"action-publish": "1"} if publish else {}
        return admin_client.post(url, form(*blocks, **fields) | action)

    return add


def test_new_issue_has_todays_date_and_its_slug(admin_client, digest):
    url = reverse("wagtailadmin_pages:add", args=["digest", "issuepage", digest.pk])
    html = admin_client.get(url).content.decode()
    assert f'value="{timezone.localdate()}"' in html
    assert html.count(f'value="{timezone.localdate()}"') == 2  # date and slug


@pytest.mark.parametrize("half", ["\\ud83d", "\\udfff"])
def test_half_an_emoji_in_a_text_loses_nothing_else(add, half):
    text, (name, section) = rich_text("<p>Rain HALF again</p>"), story_section("Typed")
    section["body"] = text.replace("HALF", half)
    assert add(headline("In brief"), (name, section), title="Typed too").status_code == 302
    issue = IssuePage.objects.get()
    assert (issue.title, issue.summary) == ("Typed too", "In brief")
    assert issue.body[1].value["heading"] == "Typed"
    assert ">Rain  again</p>" in issue.body[1].value["body"].source


def test_incomplete_draft_is_saved(add):
    assert add().status_code == 302
    issue = IssuePage.objects.get()
    assert (issue.live, issue.slug, issue.number) == (False, "2026-04-14", 1)


def test_incomplete_issue_is_not_published_and_its_fields_have_errors(add):
    response = add(headline(summary=""), story_section(heading=""), publish=True)
    assert response.status_code == 200
    assert not IssuePage.objects.exists()
    errors = response.context["form"].errors.as_data()["body"][0].as_json_data()["blockErrors"]
    assert errors[0]["blockErrors"]["summary"]["messages"] == ["This field is required."]
    assert errors[1]["blockErrors"]["heading"]["messages"] == ["This field is required."]


def test_valid_issue_is_published(add, client):
    add(headline(), story_section(), publish=True)
    issue = IssuePage.objects.get()
    assert issue.live
    assert [tag.name for tag in issue.tags.all()] == ["AI"]
    assert client.get(f"/api/v1/issues/{issue.pk}/").status_code == 200


def test_slug_gets_a_suffix_if_the_date_is_in_use(add, digest):
    make_issue(digest, 14)
    add(headline(), story_section(), slug="2026-04-14")
    assert IssuePage.objects.order_by("pk").last().slug == "2026-04-14-2"


def test_number_in_use_is_a_field_error(add, digest):
    make_issue(digest, 1)
    response = add(headline(), story_section(), number="1", publish=True)
    assert list(response.context["form"].errors) == ["number"]


def test_slug_of_another_digest_is_a_field_error(admin_client, digest, home_page):
    section = home_page.add_child(instance=Page(title="Section", slug="section"))
    url = reverse("wagtailadmin_pages:add", args=["digest", "digestpage", section.pk])
    data = {"title": "Again", "slug": "daily", "tagline": "", "image": "", "action-publish": "1"}
    data |= {"new_issue_body": streamfield([])}
    data |= {f"giscus_{name}": "" for name in ("repo", "repo_id", "category", "category_id")}
    comments = {"comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}}
    response = admin_client.post(url, nested_form_data(data | comments))
    assert list(response.context["form"].errors) == ["slug"]


def test_autosave_of_a_draft_returns_json(admin_client, digest):
    issue = make_issue(digest, publish=False)
    url = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    data = form(headline(), slug=issue.slug, number="1")
    response = admin_client.post(url, data, headers={"accept": "application/json"})
    data = response.json()
    assert data["success"]
    assert data["field_updates"]["slug"] == "2026-04-14"


def test_preview_of_an_empty_new_issue_works(admin_client, digest):
    url = reverse("wagtailadmin_pages:preview_on_add", args=["digest", "issuepage", digest.pk])
    assert admin_client.post(url, form()).json() == {"is_valid": True, "is_available": True}
    html = admin_client.get(url).content.decode()
    assert "Title" in html
    assert "Daily" in html


@pytest.mark.parametrize("view", ["history", "usage", "copy", "move", "delete", "unpublish"])
def test_admin_views_of_an_issue_work(admin_client, digest, view):
    issue = make_issue(digest)
    url = reverse(f"wagtailadmin_pages:{view}", args=[issue.pk])
    assert admin_client.get(url).status_code == 200


def test_revisions_can_be_compared(admin_client, digest):
    issue = make_issue(digest, body=body(story("Old")))
    issue.body = body(story("New words"))
    issue.save_revision()
    url = reverse("wagtailadmin_pages:revisions_compare", args=[issue.pk, "live", "latest"])
    assert "New words" in admin_client.get(url).content.decode()


@pytest.mark.parametrize("name", ["headline", "story_section", "bottom_line", "sources"])
def test_block_picker_previews_each_block(admin_client, name):
    block = IssuePage._meta.get_field("body").stream_block.child_blocks[name]
    url = reverse("wagtailadmin_block_preview") + f"?id={block.definition_prefix}"
    html = admin_client.get(url).content.decode()
    assert "digest.css" in html
    assert block.meta.preview_value.get("summary", "") in html


def test_bulk_publishing_an_invalid_draft_shows_its_errors(admin_client, digest):
    issue = make_issue(digest, publish=False, body="[]")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    response = admin_client.post(f"{url}?id={issue.pk}&next=/admin/", follow=True)
    assert "The minimum number of items is 1" in response.content.decode()
    issue.refresh_from_db()
    assert not issue.live


def test_bulk_publishing_a_digest_validates_its_drafts(admin_client, digest):
    issue = make_issue(digest, publish=False, body="[]")
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    data = {"include_descendants": "on"}
    admin_client.post(f"{url}?id={digest.pk}&next=/admin/", data)
    issue.refresh_from_db()
    assert not issue.live


def test_scheduled_issue_goes_live_when_the_command_runs(digest, admin_client, client):
    from django.core.management import call_command

    issue = make_issue(digest, go_live_at=timezone.now() + datetime.timedelta(hours=1))
    url = f"/api/v1/issues/{issue.pk}/"
    assert client.get(url).status_code == 404
    issue.revisions.update(approved_go_live_at=timezone.now() - datetime.timedelta(hours=1))
    revision = issue.revisions.get()
    revision.content["go_live_at"] = (timezone.now() - datetime.timedelta(hours=1)).isoformat()
    revision.save()
    call_command("publish_scheduled")
    assert client.get(url).status_code == 200


def test_tags_are_listed_with_their_issues(admin_client, digest):
    make_issue(digest, 1, tags=("AI",))
    make_issue(digest, 2, tags=("AI",))
    html = admin_client.get("/admin/taggit/tag/").content.decode()
    assert "AI" in html
    assert ">2<" in html.replace(" ", "").replace("\n", "")


def test_workflow_publishes_an_approved_issue(admin_client, admin_user, digest, client):
    issue = make_issue(digest, publish=False)
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    data = form(headline(), story_section(), slug=issue.slug, number="1")
    admin_client.post(edit, data | {"action-submit": "1"})
    state = issue.specific.current_workflow_task_state
    assert state is not None
    assert client.get(f"/api/v1/issues/{issue.pk}/").status_code == 404
    args = [issue.pk, "approve", state.pk]
    admin_client.post(reverse("wagtailadmin_pages:workflow_action", args=args))
    assert client.get(f"/api/v1/issues/{issue.pk}/").status_code == 200


def test_locked_issue_is_not_changed_by_another_editor(admin_client, digest, django_user_model):
    issue = make_issue(digest)
    other = django_user_model.objects.create_superuser("other", "o@example.com", "x")
    type(issue).objects.filter(pk=issue.pk).update(locked=True, locked_by=other)
    edit = reverse("wagtailadmin_pages:edit", args=[issue.pk])
    admin_client.post(edit, form(headline(), story_section(), slug=issue.slug, title="Changed"))
    assert issue.get_latest_revision_as_object().title == issue.title


def test_copy_is_a_draft_with_a_number_of_its_own(admin_client, digest, home_page):
    issue = make_issue(digest)
    data = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": digest.pk}
    admin_client.post(reverse("wagtailadmin_pages:copy", args=[issue.pk]), data)
    copy = IssuePage.objects.get(slug="copy")
    assert (copy.live, copy.number, copy.stories[0].value["heading"]) == (False, 2, "A story")
