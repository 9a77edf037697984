"""Import and export in the admin: the steps, their errors, and who may use them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from digest.contrib.newsletter import subscriptions, suppression
from digest.contrib.newsletter.admin.import_forms import DetailsForm
from digest.contrib.newsletter.models import Subscriber, SubscriberImport, Subscription
from digest.contrib.newsletter.transfer import importing
from tests.builders import make_digest
from tests.contrib.newsletter.readers import preferences_token, subscribe
from tests.contrib.newsletter.transfer import uploads
from tests.contrib.newsletter.transfer.uploads import import_file, upload

pytestmark = pytest.mark.django_db
SUBSCRIBERS = "/admin/digest/subscribers/"
IMPORTS = f"{SUBSCRIBERS}imports/"
LIST = "ann@example.org\nbea@example.org\n"
XSS = "<script>alert(1)</script>"


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def send(client, content, name="readers.csv"):
    data = content.encode() if isinstance(content, str) else content
    return client.post(f"{IMPORTS}new/", {"file": SimpleUploadedFile(name, data)}, follow=True)


def url(name, record):
    return f"{IMPORTS}{name}/{record.pk}/"


def test_manager_imports_a_recognised_file(manager, digest):
    assert f"{IMPORTS}new/" in html(manager.get(SUBSCRIBERS))
    page = html(send(manager, uploads.GHOST))
    assert "Recognised: Ghost" in page
    assert 'name="address"' not in page
    record = SubscriberImport.objects.get()
    details = {"digest": digest.pk, "note": "Our list at Ghost"}
    assert "is being checked" in html(manager.post(url("details", record), details, follow=True))
    importing.run()
    page = html(manager.get(url("inspect", record)))
    assert "Nothing has been imported yet" in page
    assert not Subscriber.objects.exists()
    assert "being imported" in html(manager.post(url("start", record), follow=True))
    importing.run()
    assert "The import has ended" in html(manager.get(url("inspect", record)))
    assert Subscription.objects.get(state="active").origin.user.username == "Newsletter managers"
    assert ModelLogEntry.objects.filter(action="digest_newsletter.import").count() == 1


def test_columns_of_another_file_are_chosen(manager, digest):
    page = html(send(manager, "Name;E-Mail;Status\nAnn;ann@example.org;left\n"))
    assert "The format is not known" in page
    record = SubscriberImport.objects.get()
    details = {"digest": digest.pk, "note": "A list", "address": 1, "state": ""}
    assert "required" in html(manager.post(url("details", record), details | {"address": ""}))
    assert "Select a valid" in html(manager.post(url("details", record), details | {"state": 9}))
    manager.post(url("details", record), details)
    record.refresh_from_db()
    assert (record.state, record.columns) == ("checking", {"address": 1})


@pytest.mark.parametrize("note", ["", "  ", "n" * 1001, "from ann@example.org", "ann@desk", "a\0b"])
def test_wrong_note_keeps_the_upload(manager, digest, note):
    send(manager, LIST)
    record = SubscriberImport.objects.get()
    assert "w-field__errors" in html(
        manager.post(url("details", record), {"digest": digest.pk, "note": note})
    )
    record.refresh_from_db()
    assert (record.state, record.note) == ("uploaded", "")
    assert bytes(record.file)


@pytest.mark.parametrize("content", [b"", b"\0\1", b"PK\x03\x04 no archive", b"\n\n"])
def test_file_that_cannot_be_read_is_not_stored(manager, content):
    assert "w-field__errors" in html(send(manager, content))
    assert not SubscriberImport.objects.exists()


def test_lines_that_are_left_out_are_shown_and_downloaded(manager, digest):
    suppression.suppress("ann@example.org", "asked")
    record = upload(digest, LIST + "x\n" * 30, state="checking")
    importing.run()
    page = html(manager.get(url("inspect", record)))
    assert "line 1: the address gets no mail from this site" in page
    assert page.count("<li>line ") == 20
    text = b"".join(manager.get(url("errors", record)).streaming_content).decode()
    assert len(text.splitlines()) == 32
    assert "@" not in text


def test_file_without_a_usable_line_cannot_be_started(manager, digest):
    record = upload(digest, "email\nx\n", columns={"address": 0}, state="checking")
    importing.run()
    page = html(manager.get(url("inspect", record)))
    assert "No line can be imported" in page
    assert "Start the import" not in page


def test_import_is_started_once_and_only_after_a_check(manager, digest):
    record = upload(digest, LIST)
    manager.post(url("start", record))
    record.refresh_from_db()
    assert record.state == "uploaded"
    SubscriberImport.objects.update(state="checked", rows=2)
    for _time in range(2):
        manager.post(url("start", record))
    assert ModelLogEntry.objects.filter(action="digest_newsletter.import").count() == 1


def test_numbers_for_programs_have_no_separators(manager, home_page, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    digest = make_digest(home_page, "weekly", pk=5000)
    record = upload(digest, LIST, state="importing", rows=2000, rows_read=1500)
    assert 'max="2000" value="1500"' in html(manager.get(url("inspect", record)))
    SubscriberImport.objects.update(state="done")
    assert "?digest=5000" in html(manager.get(url("inspect", record)))


@pytest.mark.parametrize(("state", "file"), [("importing", b"x"), ("done", b""), ("failed", b"")])
def test_stale_form_changes_no_import_that_has_gone_on(manager, digest, state, file):
    record = upload(digest, LIST, note="At a fair")
    form = DetailsForm({"digest": digest.pk, "note": "Another"}, record=record)
    assert form.is_valid()
    SubscriberImport.objects.update(state=state, file=file)
    assert not form.save()
    record.refresh_from_db()
    assert (record.state, record.note, bytes(record.file)) == (state, "At a fair", file)


def test_upload_is_discarded_but_no_record_of_consent(manager, digest):
    broken = import_file(digest, "cat@example.org\n")
    SubscriberImport.objects.update(state="failed")
    done = import_file(digest, LIST)
    record = upload(digest, LIST)
    for each in (record, done, broken):
        manager.post(url("discard", each))
    assert set(SubscriberImport.objects.all()) == {done, broken}


def test_list_and_its_queries(manager, digest, django_assert_max_num_queries):
    for _number in range(6):
        import_file(digest, LIST)
    manager.get(IMPORTS)
    with django_assert_max_num_queries(16):
        assert "Daily" in html(manager.get(IMPORTS))


def test_page_and_preferences_show_where_the_consent_comes_from(manager, digest):
    import_file(digest, LIST, note=f"At a fair {XSS}")
    subscription = Subscription.objects.first()
    pages = [html(manager.get(f"{SUBSCRIBERS}inspect/{subscription.subscriber_id}/"))]
    subscribe(make_digest(digest.get_parent(), "weekly"), "ann@example.org")
    with_letter = Subscription.objects.get(digest__slug="weekly")
    token = preferences_token(with_letter)
    pages.append(html(manager.get(f"/newsletter/preferences/{token}/")))
    for page in pages:
        assert "At a fair &lt;script&gt;" in page
        assert XSS not in page
    data = manager.get(f"/api/v1/preferences/{token}/").json()
    assert [row["imported"] and row["imported"]["note"] for row in data["subscriptions"]] == [
        None,
        f"At a fair {XSS}",
    ]


def test_note_columns_and_names_of_files_are_escaped(manager, digest):
    page = html(send(manager, f"{XSS},mail\nx,ann@example.org\n", name=f"{XSS}.csv"))
    record = SubscriberImport.objects.get()
    pages = [page, html(manager.post(url("details", record), {"note": XSS}))]
    details = {"digest": digest.pk, "note": XSS, "address": 1}
    pages.append(html(manager.post(url("details", record), details, follow=True)))
    importing.run()
    pages += [html(manager.get(url("inspect", record))), html(manager.get(IMPORTS))]
    assert [XSS in page for page in pages] == [False] * 5


@pytest.mark.parametrize("group", ["Digest writers", "Digest editors"])
def test_writers_and_editors_neither_import_nor_export(log_in, digest, group):
    client, record = log_in(group), upload(digest, LIST, state="checked", rows=2)
    subscribe(digest)
    urls = [IMPORTS, f"{IMPORTS}results/", f"{IMPORTS}new/", f"{SUBSCRIBERS}?export=csv"]
    names = ("details", "inspect", "errors", "start", "discard")
    for each in urls + [url(name, record) for name in names]:
        assert client.get(each).status_code in (302, 405)
        assert client.post(each).status_code in (302, 405)
    assert SubscriberImport.objects.get().state == "checked"
    assert not ModelLogEntry.objects.exists()


def exported(client, query=""):
    response = client.get(f"{SUBSCRIBERS}?export=csv{query}")
    text = b"".join(response.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text))), text


def test_export_is_the_filtered_list_and_is_logged(manager, digest, home_page):
    subscribe(digest, "ann@example.org")
    subscribe(make_digest(home_page, "weekly"), "ann@example.org")
    subscriptions.end(subscribe(digest, "bea@example.org"), "page")
    found, _text = exported(manager, f"&digest={digest.pk}&state=active")
    assert [(row["address"], row["digest"]) for row in found] == [("ann@example.org", digest.slug)]
    assert found[0]["consent"].startswith("Send me each issue")
    assert len(exported(manager, "&q=ann")[0]) == 2
    entry = ModelLogEntry.objects.order_by("pk").first()
    assert (entry.user.username, entry.data) == (
        "Newsletter managers",
        {"count": 1, "format": "csv"},
    )


def test_log_of_exports_is_shown(admin_client, digest):
    subscribe(digest)
    exported(admin_client)
    assert "1 subscriptions exported" in html(admin_client.get("/admin/reports/site-history/"))


def test_workbook_has_no_formula(manager, digest):
    import_file(digest, "=1+1@example.org\n")
    response = manager.get(f"{SUBSCRIBERS}?export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert cells[8].value == "'=1+1@example.org"
    assert "f" not in {cell.data_type for cell in cells}


def test_export_is_imported_again_without_a_loss(manager, digest):
    for name in ("ann", "=bea", "'=cat", "+tag", "-dash"):
        subscribe(digest, f"{name}@example.org")
    subscriptions.end(Subscription.objects.get(subscriber__key="-dash@example.org"), "page")
    suppression.suppress("+tag@example.org", "bounced")
    _rows, before = exported(manager)
    Subscriber.objects.all().delete()
    suppression.Suppression.objects.all().delete()
    record = import_file(digest, before)
    assert (record.format, record.errors) == ("own", [])
    assert record.counts == {"added": 3, "recorded": 1, "barred": 1}
    _rows, after = exported(manager)
    lines = [line.replace(",form,", ",import,") for line in before.splitlines()]
    assert sorted(after.splitlines()) == sorted(line for line in lines if "+tag" not in line)
    assert suppression.reason_of("+tag@example.org") == "imported"


def test_rows_of_another_digest_are_left_out(manager, digest, home_page):
    subscribe(make_digest(home_page, "weekly"), "ann@example.org")
    record = import_file(digest, exported(manager)[1])
    assert record.errors == [["", 2, "other_digest"]]
