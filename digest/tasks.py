"""Background tasks for django-tasks: they run right after the commit, or in a worker.

Each task takes ids, loads the rows itself, and is safe to run twice.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django_tasks import task
from wagtail.images import get_image_model

from digest.conf import get_base_page_model
from digest.mixins import IssuePageMixin
from digest.rendering.bodies import Rendering
from digest.rendering.images import NO_METADATA, public_images_by_id, rendition_specs


def enqueue(task: Any, *args: Any) -> None:
    """Enqueue a task, to run only if the current transaction is committed."""
    if has_database_queue(task):
        # The queue is a table, so the task is committed with the transaction, and cannot be lost.
        task.enqueue(*args)
    else:
        transaction.on_commit(partial(task.enqueue, *args), robust=True)


def has_database_queue(task: Any) -> bool:
    """Return whether a task is enqueued as a row of the database, for a worker to run it."""
    classes = type(task.get_backend()).__mro__
    return any(cls.__module__.startswith("django_tasks_db.") for cls in classes)


@task()
def create_page_renditions(pk: int) -> None:
    """Create the renditions of a live digest or issue, so that its first reader need not wait.

    It renders the page, so it creates the renditions of all public images and of no others. A
    broken image is logged and skipped.
    """
    page = get_base_page_model().objects.filter(pk=pk, live=True).first()
    if page:
        page, rendering = page.specific, Rendering()
        if isinstance(page, IssuePageMixin):
            rendering.body(page.body)
        rendering.resolve(filter(None, [page.image_id]))


@task()
def create_image_renditions(pk: int) -> None:
    """Create the renditions of an image that has lost them."""
    if get_image_model().objects.filter(pk=pk).exists():
        public_images_by_id([pk])


def create_renditions_on_publish(sender: type, instance: Any, **kwargs: Any) -> None:
    """Enqueue the renditions of a published digest or issue."""
    if instance.live:  # Wagtail also sends the signal for a page that is only scheduled.
        enqueue(create_page_renditions, instance.pk)


def recreate_renditions(sender: type, instance: Any, **kwargs: Any) -> None:
    """Enqueue the renditions of an image that has lost them.

    Wagtail deletes them if the file is replaced, and its command deletes those with metadata, which
    were made before they had to be without.
    """
    first = rendition_specs()[0]
    if instance.filter_spec in (first, first.removesuffix(NO_METADATA)):  # once per image
        enqueue(create_image_renditions, instance.image_id)
