"""Test that imported images are added to the image library with the issue, or not at all."""

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.db import transaction
from wagtail.images import get_image_model
from wagtail.models import Collection, CollectionViewRestriction, GroupCollectionPermission

from digest.importing import map_parts, read_document, read_parts
from digest.importing.library import collection_for
from digest.importing.saving import ImportRejected, prepare_issue, save_issue
from digest.models import IssuePage
from tests.admin.helpers import make_user
from tests.builders import make_digest, make_image
from tests.importing.image_files import image_file, img
from tests.importing.test_import_issue import run

pytestmark = pytest.mark.django_db
Image = get_image_model()
SEA, SAND = image_file("blue"), image_file("yellow")
PAGE = "<h1>{}</h1><p>2026-03-09</p><p>A summary.</p>{}<h2>Low water</h2><p>It fell.</p>{}"


def page(*, title: str = "Tides", lead: str = "", image: str = "") -> bytes:
    return PAGE.format(title, lead, image).encode()


def save(data: bytes, digest, **options):
    """Import a page with its images; return the latest draft of the issue."""
    document = read_document(data, "a.html")
    draft = map_parts(read_parts(document))
    issue, _ = save_issue(draft, digest, images=document.images, **options)
    return IssuePage.objects.get(pk=issue.pk).get_latest_revision_as_object()


def files() -> set[str]:
    """Return the names of the image files in the storage."""
    folder = Path(default_storage.path("original_images"))
    return {file.name for file in folder.glob("*")}


def allow(user, collection: Collection, codename: str = "add_image") -> None:
    GroupCollectionPermission.objects.create(
        group=user.groups.get(),
        collection=collection,
        permission=Permission.objects.get(codename=codename),
    )


def test_images_are_added_with_alt_text_and_caption(digest):
    figure = f"<figure>{img(SAND, 'A dune')}<figcaption>Dune. Photo: J. Doe</figcaption></figure>"
    issue = save(page(lead=img(SEA, "The sea"), image=figure), digest)
    lead, story = issue.image, issue.stories[0].value["image"]
    assert (lead.title, lead.description, lead.collection.depth) == ("The sea", "The sea", 1)
    assert (story.title, story.contextual_alt_text) == ("Dune. Photo: J. Doe", "A dune")
    assert not story.decorative
    assert (story.width, story.height, story.file_size) == (64, 48, len(SAND))
    with story.file.open() as file:
        assert file.read() == SAND


def test_imports_share_an_image_and_keep_their_alt_texts(digest):
    one = save(page(image=img(SEA, "One")), digest)
    other = save(page(title="Ebb", lead=img(SEA), image=img(SEA, "Other")), digest)
    assert Image.objects.count() == 1
    texts = [issue.stories[0].value["image"].contextual_alt_text for issue in (one, other)]
    assert texts == ["One", "Other"]


def test_image_of_another_collection_is_not_shared(digest):
    """It may be private, and the editor may not be allowed to see it."""
    save(page(image=img(SEA, "One")), digest)
    collection = Collection.get_first_root_node().add_child(name="Others")
    Image.objects.update(collection=collection)
    save(page(title="Ebb", image=img(SEA, "Other")), digest)
    assert Image.objects.count() == 2


def test_images_that_a_new_revision_has_are_kept(digest):
    image = make_image()
    issue = save(page(), digest)
    issue.image, issue.stories[0].value["image"] = image, image
    issue.save_revision()
    issue = save(page(lead=img(SEA), image=img(SEA)), digest, update=True)
    assert issue.image == image
    assert issue.stories[0].value["image"].pk == image.pk
    assert Image.objects.count() == 1


def test_new_revision_gets_images_where_it_has_none(digest):
    save(page(), digest)
    issue = save(page(image=img(SEA, "Sea")), digest, update=True)
    assert issue.stories[0].value["image"].contextual_alt_text == "Sea"


class Failure(Exception):
    pass


@pytest.mark.parametrize("target", ["wagtail.images.models.Image.save", "save_revision"])
def test_failure_leaves_neither_image_nor_file(digest, monkeypatch, target):
    def fail(*args, **kwargs):
        raise Failure

    target = target if "." in target else f"digest.models.IssuePage.{target}"
    before = files()
    monkeypatch.setattr(target, fail)
    with pytest.raises(Failure):
        save(page(lead=img(SEA), image=img(SAND)), digest)
    assert (files(), Image.objects.count(), IssuePage.objects.count()) == (before, 0, 0)


def test_failure_after_saving_deletes_new_files_only(digest):
    def fail(issue):
        raise Failure

    save(page(lead=img(SEA)), digest)
    before = files()
    with pytest.raises(Failure):
        save(page(title="Ebb", lead=img(SEA), image=img(SAND)), digest, saved=fail)
    assert files() == before
    assert Image.objects.count() == 1


def test_rejected_issue_adds_no_image(digest):
    before = files()
    document = read_document(page(title="", image=img(SEA)), "a.html")
    with pytest.raises(ImportRejected):
        save_issue(map_parts(read_parts(document)), digest, images=document.images)
    assert (files(), Image.objects.count()) == (before, 0)


def test_images_need_an_alt_text_to_be_published(digest):
    document = read_document(page(image=img(SEA)), "a.html")
    draft = map_parts(read_parts(document))
    options = {"images": document.images, "publish": True}
    for function in (prepare_issue, save_issue):
        with pytest.raises(ImportRejected, match="image: it has no alt text"):
            function(draft, digest, **options)
    described = save(page(image=img(SEA, "The sea")), digest, publish=True)
    assert described.stories[0].value["image"]


def test_images_go_to_the_first_public_collection_to_which_a_user_may_add(digest):
    root = Collection.get_first_root_node()
    private, own, other = (root.add_child(name=name) for name in "ABC")
    CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
    user = make_user("writer", digest, "add")
    assert collection_for(user) is None
    for collection in (private, other, own):
        allow(user, collection)
    allow(user, root, "choose_image")
    user = type(user).objects.get(pk=user.pk)  # which keeps its permissions
    assert collection_for(user) == own
    issue = save(page(lead=img(SEA)), digest, user=user)
    assert (issue.image.collection, issue.image.uploaded_by_user) == (own, user)
    assert collection_for(None) == root


def test_user_who_may_not_add_images_is_told_so(digest):
    with pytest.raises(ImportRejected, match="images: there is no public collection"):
        save(page(image=img(SEA)), digest, user=make_user("writer", digest, "add"))
    assert not Image.objects.exists()


def test_command_adds_images(digest, tmp_path):
    path = tmp_path / "tides.html"
    path.write_bytes(page(image=img(SEA, "The sea")))
    out, err, failure = run(path, "--digest", "weekly", "--dry-run")
    assert (err, failure, Image.objects.count()) == ("", None, 0)
    assert "image of story   The sea (image-1.png, 64 × 48 pixels, 137 bytes)" in out
    run(path, "--digest", "weekly")
    assert IssuePage.objects.get().stories[0].value["image"].contextual_alt_text == "The sea"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_files_stay_if_something_fails_after_the_commit(home_page):
    def fail() -> None:
        raise KeyboardInterrupt

    digest = make_digest(home_page)
    with pytest.raises(KeyboardInterrupt):
        save(page(image=img(SAND, "A dune")), digest, saved=lambda _: transaction.on_commit(fail))
    assert default_storage.exists(Image.objects.get().file.name)


def test_command_leaves_images_out_if_the_root_collection_is_private(digest, tmp_path):
    root = Collection.get_first_root_node()
    CollectionViewRestriction.objects.create(collection=root, restriction_type="login")
    path = tmp_path / "tides.html"
    path.write_bytes(page(image=img(SAND, "A dune")))
    run(path, "--digest", "weekly")
    assert IssuePage.objects.exists()
    assert not Image.objects.exists()
