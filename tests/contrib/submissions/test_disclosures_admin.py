"""The form of the disclosure to the readers of a digest."""

import pytest
from django.urls import reverse

from digest.contrib.submissions.admin.disclosures import DisclosureEditView
from digest.contrib.submissions.models import DigestDisclosure
from tests.admin.helpers import make_user
from tests.builders import make_digest, make_issue
from tests.contrib.submissions.builders import make_submitted

pytestmark = pytest.mark.django_db
URL = "/admin/digest/disclosures/"


@pytest.fixture
def editor(client, digest):
    """Sign in a user who may publish in the digest, and in no other one."""
    user = make_user("editor", digest, "publish")
    client.force_login(user)
    return user


def form_url(digest):
    return reverse("digest_submissions_disclosures:edit", args=[digest.pk])


def save(client, digest, **data):
    return client.post(form_url(digest), data)


def test_list_has_the_digests_that_the_user_may_publish_in(client, editor, digest, home_page):
    make_digest(home_page, "other")
    html = client.get(URL).content.decode()
    assert form_url(digest) in html
    assert "Curated with AI." in html
    assert "Other" not in html


def test_default_is_no_error_in_the_list(client, editor, digest):
    for name_approver, word in [(False, "No"), (True, "Yes")]:
        DigestDisclosure.objects.update_or_create(
            digest=digest, defaults={"name_approver": name_approver}
        )
        assert f"> {word} </td>" in " ".join(client.get(URL).content.decode().split())


def test_form_says_of_which_digest_it_is_and_that_the_text_is_plain(client, editor, digest):
    page = client.get(form_url(digest)).content.decode()
    assert "Disclosure of Daily" in page
    assert "Plain text" in page


def test_first_save_inserts_a_row_and_the_next_one_changes_it(client, editor, digest):
    assert not DigestDisclosure.objects.exists()
    assert client.get(form_url(digest)).status_code == 200
    assert save(client, digest, text="A model wrote it.", name_approver="on").status_code == 302
    row = DigestDisclosure.objects.get(digest=digest)
    assert (row.text, row.name_approver) == ("A model wrote it.", True)
    assert save(client, digest, text="").status_code == 302
    row.refresh_from_db()
    assert (row.text, row.name_approver) == ("", False)
    assert DigestDisclosure.objects.count() == 1


def test_readers_see_the_saved_text_at_once(client, editor, digest):
    issue = make_submitted(digest)
    url = f"/api/v1/issues/{issue.pk}/?fields=provenance"
    assert client.get(url).json()["provenance"]["text"] == "Curated with AI."
    save(client, digest, text="<b>A model</b>")
    assert client.get(url).json()["provenance"]["text"] == "<b>A model</b>"
    assert "&lt;b&gt;A model&lt;/b&gt;" in client.get(issue.url).content.decode()
    assert "<b>A model</b>" not in client.get(URL).content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_other_digests_are_not_found(client, editor, digest, home_page, method):
    other = make_digest(home_page, "other")
    alias = digest.create_alias(parent=home_page, update_slug="alias")
    for page in (other, alias, make_issue(digest)):
        assert getattr(client, method)(form_url(page), {"text": "Mine"}).status_code == 404
    assert not DigestDisclosure.objects.exists()


def test_alias_has_no_form_since_it_discloses_what_its_source_does(admin_client, digest, home_page):
    alias = digest.create_alias(parent=home_page, update_slug="alias")
    assert form_url(digest) in (html := admin_client.get(URL).content.decode())
    assert form_url(alias) not in html
    assert admin_client.get(form_url(alias)).status_code == 404
    assert save(admin_client, alias, text="Mine").status_code == 404


@pytest.mark.parametrize("pk", ["0", "9" * 30])
def test_number_that_is_no_digest_is_not_found(admin_client, digest, pk):
    assert admin_client.get(f"{URL}edit/{pk}/").status_code == 404


def test_second_of_two_first_saves_changes_the_row(client, editor, digest, monkeypatch):
    def form_valid(self, form):
        DigestDisclosure.objects.create(digest=digest, text="Of another editor")
        return super(DisclosureEditView, self).form_valid(form)

    monkeypatch.setattr(DisclosureEditView, "form_valid", form_valid, raising=False)
    assert save(client, digest, text="Mine").status_code == 302
    assert [row.text for row in DigestDisclosure.objects.all()] == ["Mine"]


def test_invalid_form_inserts_no_row(client, editor, digest):
    assert save(client, digest, text="x" * 301).status_code == 200
    assert not DigestDisclosure.objects.exists()


@pytest.mark.parametrize("permission", ["add", "change"])
def test_user_needs_to_be_able_to_publish_in_the_digest(client, digest, permission):
    client.force_login(make_user(permission, digest, permission))
    assert client.get(URL).status_code == 302
    assert save(client, digest, text="Mine").status_code == 302
    assert not DigestDisclosure.objects.exists()
    assert URL not in client.get("/admin/").content.decode()


def test_menu_leads_to_the_list(client, editor):
    assert URL in client.get("/admin/").content.decode()
