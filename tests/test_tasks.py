"""Renditions are created on publish, not for the first reader."""

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tasks import task
from wagtail.images import get_image_model
from wagtail.images.models import Rendition
from wagtail.images.tests.utils import get_test_image_file_jpeg
from wagtail.models import Collection

from digest.rendering.images import NO_METADATA, rendition_specs
from digest.tasks import enqueue
from tests.builders import body, make_digest, make_image, make_issue, story

pytestmark = pytest.mark.django_db

# Two formats of three widths.
ALL = len(rendition_specs())


def rendition_count(image):
    """Return how many of the plugin's renditions an image has."""
    return Rendition.objects.filter(image=image, filter_spec__in=rendition_specs()).count()


@pytest.fixture
def images():
    """An image at the top, one in a story, and one in its text."""
    return [make_image() for _ in range(3)]


@pytest.fixture
def published(digest, images, django_capture_on_commit_callbacks):
    """A newly published issue with the images."""
    top, in_story, in_text = images
    text = f'<p>Look:</p><embed embedtype="image" id="{in_text.pk}" format="fullwidth" alt="A"/>'
    image = {"image": in_story.pk, "alt_text": "A", "decorative": False}
    with django_capture_on_commit_callbacks(execute=True):
        return make_issue(digest, image=top, body=body(story(image=image, body=text)))


def test_first_readers_of_an_issue_create_no_renditions(published, images, client):
    assert [rendition_count(image) for image in images] == [ALL] * 3
    urls = [f"/api/v1/issues/{published.pk}/", "/api/v1/issues/?include=body"]
    urls += [published.url, "/feeds/daily/rss.xml"]
    with CaptureQueriesContext(connection) as queries:
        responses = [client.get(url) for url in urls]
    assert [response.status_code for response in responses] == [200] * 4
    assert not [q["sql"] for q in queries if "INSERT INTO" in q["sql"] and "rendition" in q["sql"]]
    assert Rendition.objects.count() == ALL * 3


def test_digest_has_its_renditions_too(home_page, django_capture_on_commit_callbacks):
    digest = make_digest(home_page, image=make_image(), live=False)
    assert not rendition_count(digest.image)
    with django_capture_on_commit_callbacks(execute=True):
        digest.save_revision().publish()
    assert rendition_count(digest.image) == ALL


def test_draft_and_private_image_have_no_renditions(digest, django_capture_on_commit_callbacks):
    closed = Collection.get_first_root_node().add_child(name="Closed")
    closed.get_view_restrictions().model.objects.create(collection=closed, restriction_type="login")
    draft, private = make_image(), make_image(collection=closed)
    with django_capture_on_commit_callbacks(execute=True):
        make_issue(digest, 1, publish=False, image=draft)
        make_issue(digest, 2, image=private)
    assert not Rendition.objects.exists()


def test_broken_image_does_not_prevent_publishing(
    digest, caplog, django_capture_on_commit_callbacks
):
    whole, broken = make_image(), make_image()
    broken.file.storage.delete(broken.file.name)
    blocks = body(story(image={"image": whole.pk, "alt_text": "A", "decorative": False}))
    with django_capture_on_commit_callbacks(execute=True):
        issue = make_issue(digest, image=broken, body=blocks)
    assert (issue.live, rendition_count(whole), rendition_count(broken)) == (True, ALL, 0)
    assert f"Image {broken.pk} is left out" in caplog.text


def test_renditions_of_a_replaced_file_are_created(
    published, images, admin_client, django_capture_on_commit_callbacks
):
    before = set(Rendition.objects.filter(image=images[0]).values_list("file", flat=True))
    file = get_test_image_file_jpeg(filename="other.jpg", size=(1700, 900))
    upload = SimpleUploadedFile("other.jpg", file.file.getvalue(), "image/jpeg")
    data = {"title": "Other", "file": upload, "description": "", "tags": ""}
    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post(f"/admin/images/{images[0].pk}/", data)
    assert response.status_code == 302, response.context["form"].errors
    assert get_image_model().objects.get(pk=images[0].pk).width == 1700
    after = set(Rendition.objects.filter(image=images[0]).values_list("file", flat=True))
    assert len(after) >= ALL
    assert not before & after


def test_purged_renditions_with_metadata_are_created_without(
    published, images, django_capture_on_commit_callbacks
):
    rows = Rendition.objects.filter(image=images[0])
    first = rendition_specs()[0]
    rows.filter(filter_spec=first).update(filter_spec=first.removesuffix(NO_METADATA))
    for cache in caches.all(initialized_only=True):  # Wagtail looks up renditions by their spec
        cache.clear()
    with django_capture_on_commit_callbacks(execute=True):
        for row in rows:
            row.delete()
    assert rendition_count(images[0]) == ALL


def test_deleted_image_has_no_renditions(published, images, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        images[0].delete()
    assert callbacks
    assert rendition_count(images[0].pk or 0) == 0


@task()
def note() -> None:
    """Record that the task ran."""
    DONE.append(True)


DONE: list[bool] = []


def test_task_does_not_run_if_the_transaction_is_rolled_back(django_capture_on_commit_callbacks):
    DONE.clear()
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        enqueue(note)
        transaction.set_rollback(True)
    assert not DONE
    with django_capture_on_commit_callbacks(execute=True):
        enqueue(note)
    assert DONE
