"""Document uploads in the admin, and their permissions."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ReferenceIndex

from digest.importing.review.uploads import LIFETIME, Upload
from digest.models import IssuePage
from tests.admin.helpers import make_user
from tests.builders import make_digest, make_issue, restrict
from tests.importing.conftest import COPIED

pytestmark = pytest.mark.django_db

URL = "/admin/digest/import/"
TEXT = "---\ntitle: Sand\ndate: 2026-03-09\n---\n\n## Heat\n\nStored.\n"
AJAX = {"HTTP_X_REQUESTED_WITH": "XMLHttpRequest"}


@pytest.fixture
def writer(client, digest):
    user = make_user("writer", digest, "add")
    client.force_login(user)
    return user


def upload_documents(client, digest, *files, text="", html="", **headers):
    files = [SimpleUploadedFile(name, data) for name, data in files]
    data = {"digest": digest.pk, "text": text, "html": html, "files": files}
    return client.post(URL, data, **headers)


def test_pasted_text_is_stored_and_its_parts_are_shown(client, writer, digest):
    response = upload_documents(client, digest, text=COPIED.read_text())
    upload = Upload.objects.get()
    assert response.url == f"{URL}{upload.pk}/"
    assert (upload.user, upload.digest_id, upload.format) == (writer, digest.pk, "text")
    assert upload.summary.startswith("5 tags, 4 stories, 4 why-it-matters parts, 1 bottom-line")
    html = client.get(response.url).content.decode()
    assert "Night Trains Book Out" in html
    assert "everything understood" in upload.summary
    assert not IssuePage.objects.exists()


def test_pasted_html_overrides_plain_text(client, writer, digest):
    upload_documents(
        client, digest, text="T\n\nplain", html="<h1>T</h1><h2>S</h2><p>a <b>b</b></p>"
    )
    upload = Upload.objects.get()
    assert (upload.format, upload.text) == ("html", "<h1>T</h1>\n<h2>S</h2>\n<p>a <b>b</b></p>")


def test_rejected_files_do_not_affect_the_others(client, writer, digest):
    files = [("a.md", TEXT.encode()), ("b.pdf", b"%PDF-1.7"), ("c.txt", b""), ("d.html", b"<p>x")]
    html = upload_documents(client, digest, *files).content.decode()
    assert sorted(Upload.objects.values_list("name", flat=True)) == ["a.md", "d.html"]
    assert "<strong>b.pdf</strong>: It is a PDF file" in html
    assert "<strong>c.txt</strong>: It is empty." in html


def test_ajax_response_has_a_row_for_each_document(client, writer, digest):
    files = [("a.md", TEXT.encode()), ("b.pdf", b"%PDF-1.7")]
    good, bad = upload_documents(client, digest, *files, **AJAX).json()["rows"]
    assert "1 story, everything understood." in good
    assert reverse("digest_import_draft", args=[Upload.objects.get().pk]) in good
    assert "It is a PDF file" in bad
    assert "<form" not in bad
    (row,) = upload_documents(client, digest, **AJAX).json()["rows"]
    assert "Paste a text or choose a file." in row


def test_file_names_and_text_are_escaped(client, writer, digest):
    text = "<script>alert(1)</script> goes on."
    (row,) = upload_documents(client, digest, ("<b>x.txt", text.encode()), **AJAX).json()["rows"]
    assert "&lt;b&gt;x.txt" in row
    html = client.get(f"{URL}{Upload.objects.get().pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert(1)" not in html


def test_document_with_too_many_parts_is_rejected(client, writer, digest):
    html = upload_documents(client, digest, text="A sentence.\n\n" * 1000).content.decode()
    assert "too much for an issue" in html
    assert not Upload.objects.exists()


def test_document_with_too_many_lines_is_rejected_before_parsing(
    client, writer, digest, monkeypatch
):
    monkeypatch.setattr("digest.importing.review.mapping.read_parts", None)
    html = upload_documents(client, digest, ("a.md", b"- item\n" * 4001)).content.decode()
    assert "It has 4001 lines, which is too much for an issue: at most 4000 fit." in html
    assert not Upload.objects.exists()


def test_more_than_twenty_files_per_request_are_rejected(client, writer, digest):
    html = upload_documents(
        client, digest, *[(f"{n}.md", TEXT.encode()) for n in range(21)]
    ).content.decode()
    assert "At most 20 files at once." in html
    assert not Upload.objects.exists()


def test_digest_is_required(client, writer, digest):
    response = client.post(URL, {"digest": "", "text": "x"})
    assert response.context["form"].errors["digest"] == ["This field is required."]
    assert not Upload.objects.exists()


def test_digest_choices_require_the_add_permission(client, writer, digest, home_page):
    other = make_digest(home_page, "other")
    choices = client.get(URL).context["form"].fields["digest"].queryset
    assert [each.pk for each in choices] == [digest.pk]
    response = upload_documents(client, other, text=TEXT)
    assert "digest" in response.context["form"].errors
    assert not Upload.objects.exists()


def chosen_digest(client):
    field = client.get(URL).context["form"]["digest"]
    return getattr(field.initial, "pk", field.initial), field.is_hidden


def test_only_digest_is_chosen_without_a_list(client, writer, digest):
    assert chosen_digest(client) == (digest.pk, True)
    assert f'name="digest" value="{digest.pk}"' in client.get(URL).content.decode()


def test_digest_of_the_last_document_is_chosen_or_else_of_the_last_issue(
    client, admin_user, digest, home_page
):
    client.force_login(admin_user)
    weekly, others = make_digest(home_page, "weekly"), make_digest(home_page, "others")
    make_issue(others)
    assert chosen_digest(client) == (None, False)
    make_issue(weekly, owner=admin_user)
    assert chosen_digest(client) == (weekly.pk, False)
    upload_documents(client, digest, text=TEXT)
    make_issue(weekly, owner=admin_user)
    assert chosen_digest(client) == (digest.pk, False)


def test_digest_to_which_the_user_may_no_longer_add_is_not_chosen(
    client, writer, home_page, digest
):
    upload_documents(client, digest, text=TEXT)
    group = writer.groups.get()
    group.page_permissions.all().delete()
    for name in ("a", "b"):
        writer.groups.add(make_user(name, make_digest(home_page, name), "add").groups.get())
    assert chosen_digest(client) == (None, False)


@pytest.mark.parametrize("permissions", [[], ["publish"], ["change"]])
def test_import_requires_the_add_permission(client, digest, permissions):
    client.force_login(make_user("reader", digest, *permissions))
    assert client.get(URL).status_code == 302
    assert client.post(URL, {"digest": digest.pk, "text": TEXT}).status_code == 302
    assert f'"{URL}"' not in client.get("/admin/").content.decode()
    assert not Upload.objects.exists()


def test_menu_has_the_import_for_users_with_the_add_permission(client, writer):
    assert f'"{URL}"' in client.get("/admin/").content.decode()


def test_upload_is_visible_only_to_its_user(client, writer, digest, admin_user):
    upload_documents(client, digest, text=TEXT)
    upload = Upload.objects.get()
    client.force_login(admin_user)
    assert not ReferenceIndex.model_is_indexable(Upload)  # keeps it out of a page's usage
    assert f"{URL}{upload.pk}/" not in client.get(URL).content.decode()
    for url in (f"{URL}{upload.pk}/", f"{URL}{upload.pk}/draft/", f"{URL}{upload.pk}/forget/"):
        assert client.post(url).status_code == 404
    assert client.get(f"{URL}{upload.pk}/").status_code == 404


def test_draft_requires_the_add_permission_after_the_upload(client, writer, digest, home_page):
    upload_documents(client, digest, text=TEXT)
    upload = Upload.objects.get()
    writer.groups.clear()
    writer.groups.add(make_user("elsewhere", make_digest(home_page, "b"), "add").groups.get())
    assert client.post(f"{URL}{upload.pk}/draft/").status_code == 302
    assert client.get(f"{URL}{upload.pk}/").status_code == 302
    assert not IssuePage.objects.exists()


def test_documents_are_deleted_after_seven_days(client, writer, digest):
    upload_documents(client, digest, text=TEXT)
    old = Upload.objects.get()
    Upload.objects.update(created_at=timezone.now() - LIFETIME - timedelta(minutes=1))
    assert client.get(f"{URL}{old.pk}/").status_code == 404
    Upload.objects.delete_expired()
    assert not Upload.objects.exists()


def test_upload_can_be_deleted(client, writer, digest):
    upload_documents(client, digest, text=TEXT)
    response = client.post(f"{URL}{Upload.objects.get().pk}/forget/", follow=True)
    assert "deleted" in response.content.decode()
    assert not Upload.objects.exists()


def test_query_count_of_the_list_is_limited(client, writer, digest, django_assert_max_num_queries):
    for number in range(10):
        upload_documents(client, digest, (f"{number}.md", TEXT.encode()))
    with django_assert_max_num_queries(30):
        assert client.get(URL).content.decode().count("digest-import-row__actions") == 10


def test_import_into_a_private_digest(client, writer, digest):
    restrict(digest)
    assert upload_documents(client, digest, text=TEXT).status_code == 302
