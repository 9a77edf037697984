"""Renditions are made when something is published, not when somebody reads it first."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks import task
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.images.tests.utils import get_test_image_file_jpeg
from wagtail.models import Collection

from digest.rendering.images import rendition_specs
from digest.tasks import enqueue
from tests.builders import body, make_digest, make_image, make_issue, story

pytestmark = pytest.mark.django_db

# Two formats of three widths.
ALL = len(rendition_specs())


def made(image):
    """How many renditions of ours an image has."""
    return Rendition.objects.filter(image=image, filter_spec__in=rendition_specs()).count()


@pytest.fixture
def pictures():
    """At the top, in a story, and in its text."""
    return [make_image() for _ in range(3)]


@pytest.fixture
def published(digest, pictures, django_capture_on_commit_callbacks):
    """An issue with the pictures, just published."""
    top, in_story, in_text = pictures
    text = f'<p>Look:</p><embed embedtype="image" id="{in_text.pk}" format="fullwidth" alt="A"/>'
    image = {"image": in_story.pk, "alt_text": "A", "decorative": False}
    with django_capture_on_commit_callbacks(execute=True):
        return make_issue(digest, image=top, body=body(story(image=image, body=text)))


def test_first_readers_of_an_issue_make_no_renditions(published, pictures, client):
    assert [made(picture) for picture in pictures] == [ALL] * 3
    addresses = [f"/api/v1/issues/{published.pk}/", "/api/v1/issues/?include=body"]
    addresses += [published.url, "/feeds/daily/rss.xml"]
    with CaptureQueriesContext(connection) as queries:
        answers = [client.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert not [q["sql"] for q in queries if "INSERT INTO" in q["sql"] and "rendition" in q["sql"]]
    assert Rendition.objects.count() == ALL * 3


def test_digest_has_its_renditions_too(home_page, django_capture_on_commit_callbacks):
    digest = make_digest(home_page, image=make_image(), live=False)
    assert not made(digest.image)
    with django_capture_on_commit_callbacks(execute=True):
        digest.save_revision().publish()
    assert made(digest.image) == ALL


def test_draft_and_what_is_private_have_none(digest, django_capture_on_commit_callbacks):
    closed = Collection.get_first_root_node().add_child(name="Closed")
    closed.get_view_restrictions().model.objects.create(collection=closed, restriction_type="login")
    draft, private = make_image(), make_image(collection=closed)
    with django_capture_on_commit_callbacks(execute=True):
        make_issue(digest, 1, publish=False, image=draft)
        make_issue(digest, 2, image=private)
    assert not Rendition.objects.exists()


def test_broken_picture_fails_no_publishing(digest, caplog, django_capture_on_commit_callbacks):
    whole, broken = make_image(), make_image()
    broken.file.storage.delete(broken.file.name)
    blocks = body(story(image={"image": whole.pk, "alt_text": "A", "decorative": False}))
    with django_capture_on_commit_callbacks(execute=True):
        issue = make_issue(digest, image=broken, body=blocks)
    assert (issue.live, made(whole), made(broken)) == (True, ALL, 0)
    assert f"Image {broken.pk} is left out" in caplog.text


def test_another_file_of_an_image_has_its_renditions(
    published, pictures, admin_client, django_capture_on_commit_callbacks
):
    before = set(Rendition.objects.filter(image=pictures[0]).values_list("file", flat=True))
    file = get_test_image_file_jpeg(filename="other.jpg", size=(1700, 900))
    upload = SimpleUploadedFile("other.jpg", file.file.getvalue(), "image/jpeg")
    data = {"title": "Other", "file": upload, "description": "", "tags": ""}
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin_client.post(f"/admin/images/{pictures[0].pk}/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    assert get_image_model().objects.get(pk=pictures[0].pk).width == 1700
    after = set(Rendition.objects.filter(image=pictures[0]).values_list("file", flat=True))
    assert len(after) >= ALL
    assert not before & after


def test_image_that_is_deleted_has_none(published, pictures, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        pictures[0].delete()
    assert callbacks
    assert made(pictures[0].pk or 0) == 0


@task()
def note() -> None:
    """Say that it was done."""
    DONE.append(True)


DONE: list[bool] = []


def test_task_of_a_transaction_that_fails_is_not_done(django_capture_on_commit_callbacks):
    DONE.clear()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        enqueue(note)
        transaction.set_rollback(True)
    assert not DONE
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(note)
    assert DONE
