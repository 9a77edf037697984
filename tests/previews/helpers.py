"""Makes tokens, and types into the editor's form as its preview panel does."""

from django.contrib.auth.models import Group, User
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, streamfield

from digest.previews.tokens import create_token

FRONTEND = "https://www.example.com/preview?token={token}"
PREVIEWS = {"http://localhost": FRONTEND}


def make_user(name="edith", group="Moderators", **fields):
    """Somebody of a group that the migrations create_token."""
    user = User.objects.create_user(name, password="a-good-password", **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def token_of(page, user=None, **binding):
    """A token of the page's last revision, unless it is told what of."""
    if not binding.get("is_buffer"):
        binding.setdefault("revision_id", page.latest_revision_id)
    return create_token(page, user or make_user(), **binding)


def form(*blocks, **fields):
    """What the editor's form posts of an issue."""
    data = {"title": "Title", "slug": "", "date": "2026-04-14", "number": "", "tags": ""}
    data |= {"image": "", "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}}
    data["body"] = streamfield([("headline", {"headline": "", "summary": ""}), *blocks])
    return nested_form_data(data | fields)


def preview_url(page):
    """Where the panel sends the form of a page, and shows the page of."""
    return reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])


def new_preview_url(digest):
    """The same for an issue that is not saved yet."""
    return reverse("wagtailadmin_pages:preview_on_add", args=["digest", "issuepage", digest.pk])


def write(client, url, **fields):
    """Type into the form; the token of the preview that is then shown."""
    assert client.post(url, form(**fields)).json()["is_valid"]
    response = client.get(url, {"in_preview_panel": "true"})
    assert response.status_code == 302, response.content
    return token_in(response.url)


def token_in(url):
    """The token that an address of the frontend has."""
    before, after = FRONTEND.split("{token}")
    assert (url[: len(before)], url[len(url) - len(after) :]) == (before, after)
    return url[len(before) : len(url) - len(after)]
