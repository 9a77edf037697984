"""Test images of uploaded documents: kept until the draft is created, and reviewed before."""

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.images import get_image_model
from wagtail.models import Collection

from digest.importing.review.uploads import LIFETIME, Upload, UploadImage
from digest.models import IssuePage
from tests.admin.helpers import make_user
from tests.admin.importing.test_views import AJAX, URL, upload_documents
from tests.importing.image_files import image_file, img
from tests.importing.test_library import allow, page

pytestmark = pytest.mark.django_db
SEA, SAND = image_file("blue"), image_file("yellow")
DOCUMENT = page(lead=img(SEA, "The sea"), image=img(SAND, "A dune") + img(image_file("red")))


@pytest.fixture
def writer(client, digest):
    user = make_user("writer", digest, "add")
    client.force_login(user)
    return user


@pytest.fixture
def upload(client, writer, digest):
    allow(writer, Collection.get_first_root_node())
    upload_documents(client, digest, ("a.html", DOCUMENT))
    return Upload.objects.get()


def roles_posted(client, upload, **roles: str) -> dict[str, str]:
    """Return the data of the form, with corrected roles by the text that begins the part."""
    form = client.get(f"{URL}{upload.pk}/").context["form"]
    parts = form.mapping.parsed_parts
    data = {f"role-{key}": form[f"role-{key}"].initial for key in parts}
    for key, part in parts.items():
        data |= {f"role-{key}": role for start, role in roles.items() if start in part.text}
    return data


def test_reviewer_sees_which_images_will_be_taken(client, upload):
    html = client.get(f"{URL}{upload.pk}/").content.decode()
    assert "The sea (image-1.png, 64 × 48 pixels, 137 bytes)" in html
    assert "image-3.png, 64 × 48 pixels, 136 bytes, no alt text" in html
    assert "an image" in html
    assert "1 image of the issue, 1 image of a story, 1 image not imported" in upload.summary
    assert not get_image_model().objects.exists()


def test_images_are_added_when_the_draft_is_created(client, upload, writer):
    client.post(reverse("digest_import_draft", args=[upload.pk]))
    issue = IssuePage.objects.get()
    assert issue.image.title == "The sea"
    assert issue.stories[0].value["image"].contextual_alt_text == "A dune"
    assert get_image_model().objects.count() == 2


def test_reviewer_chooses_another_image(client, upload):
    data = roles_posted(client, upload, sea="IMAGE", dune="IMAGE", **{"image-3": "STORY_IMAGE"})
    client.post(f"{URL}{upload.pk}/", data | {"action": "make"})
    issue = IssuePage.objects.get()
    assert issue.image is None
    assert issue.stories[0].value["image"].title == "image-3"
    assert get_image_model().objects.count() == 1


def test_image_cannot_be_text_nor_text_an_image(client, upload):
    for roles in ({"dune": "BODY"}, {"It fell": "STORY_IMAGE"}):
        data = roles_posted(client, upload, **roles)
        response = client.post(f"{URL}{upload.pk}/", data, **AJAX)
        assert "Select a valid choice" in response.json()["error"]


def test_images_of_a_user_who_may_add_none_are_left_out_with_a_note(client, writer, digest):
    upload_documents(client, digest, ("a.html", DOCUMENT))
    upload = Upload.objects.get()
    note = "left out: 3 × images: you may not add images to any public collection"
    assert note in client.get(f"{URL}{upload.pk}/").content.decode()
    assert not UploadImage.objects.exists()
    client.post(reverse("digest_import_draft", args=[upload.pk]))
    assert IssuePage.objects.get().image is None


def test_permission_that_was_removed_meanwhile_creates_nothing(client, upload, writer):
    writer.groups.get().collection_permissions.all().delete()
    response = client.post(f"{URL}{upload.pk}/", roles_posted(client, upload) | {"action": "make"})
    assert "images: there is no public collection" in response.content.decode()
    assert not IssuePage.objects.exists()


def test_images_are_deleted_with_their_document(client, upload):
    assert UploadImage.objects.count() == 3
    Upload.objects.update(created_at=timezone.now() - LIFETIME * 2)
    Upload.objects.delete_expired()
    assert not UploadImage.objects.exists()
    assert not Upload.objects.exists()


def test_link_to_the_issue_and_its_images_are_saved_together(client, upload, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(Upload, "save", fail)
    with pytest.raises(RuntimeError):
        client.post(reverse("digest_import_draft", args=[upload.pk]))
    assert not get_image_model().objects.exists()
    assert not IssuePage.objects.exists()
