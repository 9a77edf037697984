"""Create preview tokens, and post the editor's form as the preview panel does."""

from django.contrib.auth.models import Group, User
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, streamfield

from digest.previews.tokens import create_token

FRONTEND = "https://www.example.com/preview?token={token}"
PREVIEWS = {"http://localhost": FRONTEND}


def make_user(name="edith", group="Moderators", **fields):
    """Create a user in a group that Wagtail's migrations create."""
    user = User.objects.create_user(name, password="a-good-password", **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def token_of(page, user=None, **binding):
    """Create a token for the page's latest revision, unless ``binding`` selects another draft."""
    if not binding.get("is_buffer"):
        binding.setdefault("revision_id", page.latest_revision_id)
    return create_token(page, user or make_user(), **binding)


def form(*blocks, **fields):
    """Return the POST data of the issue form."""
    data = {"title": "Title", "slug": "", "date": "2026-04-14", "number": "", "tags": ""}
    data |= {"image": "", "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}}
    data["body"] = streamfield([("headline", {"headline": "", "summary": ""}), *blocks])
    return nested_form_data(data | fields)


def preview_url(page):
    """Return the URL to which the preview panel posts the form of a page."""
    return reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])


def new_preview_url(digest):
    """Return the URL to which the preview panel posts the form of an unsaved issue."""
    return reverse("wagtailadmin_pages:preview_on_add", args=["digest", "issuepage", digest.pk])


def update_preview(client, url, **fields):
    """Post the form as the preview panel does; return the token of the preview."""
    assert client.post(url, form(**fields)).json()["is_valid"]
    response = client.get(url, {"in_preview_panel": "true"})
    assert response.status_code == 302, response.content
    return token_in(response.url)


def token_in(url):
    """Return the token in a URL of the frontend."""
    before, after = FRONTEND.split("{token}")
    assert (url[: len(before)], url[len(url) - len(after) :]) == (before, after)
    return url[len(before) : len(url) - len(after)]
