"""Redirects of Wagtail's previews to a frontend."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from wagtail.admin.models import FormState
from wagtail.models import Site

from digest.previews.drafts import open_draft
from digest.previews.frontend import SESSION_KEY
from digest.previews.tokens import PreviewToken, derive_token, hash_token
from tests.builders import make_digest, make_issue
from tests.previews.helpers import (
    PREVIEWS,
    make_user,
    new_preview_url,
    preview_url,
    token_in,
    token_of,
    update_preview,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frontend(settings):
    settings.DIGEST_PREVIEW_URLS = PREVIEWS


@pytest.fixture
def draft(digest):
    return make_issue(digest, publish=False, title="Draft")


def editor(name="edith", **fields):
    client = Client()
    client.force_login(make_user(name, **fields))
    return client


def title_at(token, site):
    found = open_draft(hash_token(token), site)
    return found and found.title


def test_panel_shows_the_values_in_the_form(draft, site):
    client = editor()
    token = update_preview(client, preview_url(draft), title="In the form")
    assert title_at(token, site) == "In the form"
    assert update_preview(client, preview_url(draft), title="A word more") == token
    assert title_at(token, site) == "A word more"
    assert PreviewToken.objects.count() == 1


def test_panel_shows_an_unsaved_issue(digest, site):
    token = update_preview(editor(), new_preview_url(digest), title="New", tags="Power")
    found = open_draft(hash_token(token), site)
    assert (found.pk, found.title, found.digest.pk) == (None, "New", digest.pk)
    assert [tag.name for tag in found.tags.all()] == ["Power"]


def test_each_editor_sees_their_own_form(draft, site):
    ours, theirs = editor(), editor("theo")
    one = update_preview(ours, preview_url(draft), title="Ours")
    other = update_preview(theirs, preview_url(draft), title="Theirs")
    assert (title_at(one, site), title_at(other, site)) == ("Ours", "Theirs")


def test_redirect_has_no_referrer_and_is_not_cached(draft):
    client = editor()
    update_preview(client, preview_url(draft))
    response = client.get(preview_url(draft), {"in_preview_panel": "true"})
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


def test_session_has_no_token_and_its_nonce_requires_the_secret_key(draft, site, settings):
    client = editor()
    token = update_preview(client, preview_url(draft))
    [nonce] = client.session[SESSION_KEY].values()
    assert token not in str(dict(client.session.items()))
    assert derive_token(nonce) == token
    assert len(token) == 43
    assert title_at(nonce, site) is None
    settings.SECRET_KEY = "another"
    assert title_at(derive_token(nonce), site) is None


def test_logout_deletes_tokens_except_those_of_shared_links(draft, site):
    client, theirs = editor(), editor("theo")
    own, other = (
        update_preview(client, preview_url(draft)),
        update_preview(theirs, preview_url(draft)),
    )
    shared = token_of(draft, User.objects.get(username="edith"), is_shared=True)
    client.logout()
    assert title_at(own, site) is None
    assert title_at(other, site)
    assert title_at(shared, site)


def test_revoked_token_is_replaced(draft):
    client = editor()
    token = update_preview(client, preview_url(draft))
    PreviewToken.objects.get().revoke()
    assert update_preview(client, preview_url(draft)) != token


def test_draft_and_older_revision_get_tokens_of_their_revisions(draft, site):
    first = draft.latest_revision_id
    draft.title = "Second"
    second = draft.save_revision()
    client = editor()
    view = client.get(reverse("wagtailadmin_pages:view_draft", args=[draft.pk]))
    old = client.get(reverse("wagtailadmin_pages:revisions_view", args=[draft.pk, first]))
    assert title_at(token_in(view.url), site) == "Second"
    assert title_at(token_in(old.url), site) == "Draft"
    rows = PreviewToken.objects.values_list("revision_id", "is_buffer")
    assert set(rows) == {(first, False), (second.pk, False)}


def test_workflow_task_previews_its_revision(draft, site):
    user = make_user()
    workflow = draft.get_workflow()
    state = workflow.start(draft, user)
    task = state.current_task_state
    name = "wagtailadmin_pages:workflow_preview"
    client = Client()
    client.force_login(user)
    response = client.get(reverse(name, args=[draft.pk, task.task_id]))
    assert title_at(token_in(response.url), site) == "Draft"
    assert PreviewToken.objects.get().revision_id == task.revision_id


def test_form_preview_requires_the_permission_to_edit(draft, site):
    user = make_user(group="Editors")
    client = Client()
    client.force_login(user)
    token = update_preview(client, preview_url(draft))
    assert title_at(token, site)
    user.groups.remove(Group.objects.get(name="Editors"))
    assert title_at(token, site) is None


def test_form_preview_requires_a_valid_form_state(draft, site):
    client = editor()
    token = update_preview(client, preview_url(draft))
    data = FormState.objects.get().data
    FormState.objects.update(data=data.replace("date=2026-04-14", "date=never"))
    assert title_at(token, site) is None
    FormState.objects.all().delete()
    assert title_at(token, site) is None


def test_form_preview_ends_when_its_page_is_deleted(draft, digest, site):
    client = editor()
    saved = update_preview(client, preview_url(draft))
    new = update_preview(client, new_preview_url(digest))
    draft.delete()
    assert title_at(saved, site) is None
    digest.delete()
    assert title_at(new, site) is None


def test_built_in_page_is_rendered_without_a_frontend(draft, settings):
    settings.DIGEST_PREVIEW_URLS = {"http://elsewhere.example": "https://x.example/{token}"}
    response = editor().get(reverse("wagtailadmin_pages:view_draft", args=[draft.pk]))
    assert response.status_code == 200
    assert "Draft" in response.content.decode()
    assert not PreviewToken.objects.exists()


def test_setting_accepts_the_frontend_url_as_key(draft, settings):
    settings.DIGEST_FRONTEND_URLS = {"http://localhost": "https://www.example.com"}
    settings.DIGEST_PREVIEW_URLS = {"https://www.example.com": PREVIEWS["http://localhost"]}
    response = editor().get(reverse("wagtailadmin_pages:view_draft", args=[draft.pk]))
    assert token_in(response.url)


def test_digests_and_requests_without_a_user_render_the_built_in_page(draft, digest):
    digest.save_revision()
    response = editor().get(reverse("wagtailadmin_pages:view_draft", args=[digest.pk]))
    assert response.status_code == 200
    assert draft.get_latest_revision_as_object().make_preview_request().status_code == 200


def test_draft_is_shown_only_on_its_own_site(draft, site, other_root):
    token = update_preview(editor(), preview_url(draft))
    other = Site.objects.create(hostname="other.example", port=80, root_page=other_root)
    assert title_at(token, site)
    assert title_at(token, other) is None
    stray = make_issue(make_digest(other_root, "stray"), publish=False)
    other.delete()
    stray_token = PreviewToken.objects.get()
    PreviewToken.objects.filter(pk=stray_token.pk).update(
        page_id=stray.pk, revision_id=stray.latest_revision_id, is_buffer=False
    )
    assert title_at(token, site) == stray.title


@pytest.fixture
def other_root(home_page):
    return (
        type(home_page)
        .get_first_root_node()
        .add_child(instance=type(home_page)(title="Other", slug="other"))
    )
