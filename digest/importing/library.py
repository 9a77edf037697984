"""Add the images of a document to Wagtail's image library."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from django.db import transaction
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage
from wagtail.models import Collection
from wagtail.permissions import policy_registry
from wagtail.utils.file import hash_filelike

from digest import visibility
from digest.importing.images import DocumentImage, Figure
from digest.importing.mapper import IssueDraft

Images = Mapping[int, DocumentImage]


@contextmanager
def atomic_with_files(*, savepoint: bool = True) -> Iterator[dict[Any, AbstractImage]]:
    """Run a transaction; yield a dictionary for new images, whose files go if it fails."""
    images: dict[Hashable, AbstractImage] = {}
    commits: list[bool] = []
    try:
        with transaction.atomic(savepoint=savepoint):
            # The first to run: what fails after the commit must not delete files in use.
            transaction.on_commit(partial(commits.append, True))
            yield images
    except BaseException:
        if not commits:
            _delete_files(images.values())
        raise


def _delete_files(images: Iterable[AbstractImage]) -> None:
    for image in images:
        with suppress(OSError):
            image.file.storage.delete(image.file.name)


def collection_for(user: Any) -> Collection | None:
    """Return the collection for the images of a user: the first public one to which they may add.

    Without a user, as in a command, that is the root collection if it is public.
    """
    policy = policy_registry.get_by_type(get_image_model())
    allowed: Iterable[Collection] = [Collection.get_first_root_node()]
    if user is not None:
        allowed = policy.collections_user_has_permission_for(user, "add").order_by("path")
    restricted = visibility.restricted_collection_paths()
    return next((each for each in allowed if not each.path.startswith(restricted)), None)


def images_to_add(issue: Any, draft: IssueDraft, images: Images) -> Iterator[tuple[Any, Figure]]:
    """Yield the images of a draft with the block of their story, or None for that of the issue.

    An issue or a story that has an image keeps it.
    """
    lead = draft.lead_image
    if lead and lead.number in images and not issue.image:
        yield None, lead
    for block, story in zip(issue.stories, draft.stories, strict=True):
        if story.image and story.image.number in images and not block.value["image"]:
            yield block, story.image


def add_images(issue: Any, draft: IssueDraft, images: Images, library: "Library") -> None:
    """Set the images of an unsaved issue."""
    for block, figure in list(images_to_add(issue, draft, images)):
        image = library.get_or_create(images[figure.number], figure)
        if block is None:
            issue.image = image
        else:
            image.contextual_alt_text, image.decorative = figure.alt, False
            block.value["image"] = image


@dataclass
class Library:
    """The images of a collection; ``created`` has those that are new, by the hash of their file.

    The user counts as their uploader, who may edit them.
    """

    collection: Collection
    user: Any = None
    created: dict[str, AbstractImage] = field(default_factory=dict)

    def get_or_create(self, file: DocumentImage, figure: Figure) -> AbstractImage:
        """Return an image of the collection with this file, or create it."""
        digest = hash_filelike(BytesIO(file.content))
        images = get_image_model().objects.filter(collection=self.collection, file_hash=digest)
        image = self.created.get(digest) or images.order_by("pk").first()
        # Each place has an alt text of its own.
        return copy(image) if image else self._create(file, figure, digest)

    def _create(self, file: DocumentImage, figure: Figure, digest: str) -> AbstractImage:
        title = figure.caption or figure.alt or file.name.rpartition(".")[0]
        image = get_image_model()(
            title=title,
            description=figure.alt,
            collection=self.collection,
            uploaded_by_user=self.user,
            file_size=len(file.content),
            file_hash=digest,
        )
        image.file = ImageFile(BytesIO(file.content), file.name)
        # Store the file before the row, which may fail.
        image._meta.get_field("file").pre_save(image, add=True)
        self.created[digest] = image
        image.save()
        return copy(image)
