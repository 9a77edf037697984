"""Work that nobody has to wait for, by django-tasks: at once after the commit, or by a worker.

Each task takes ids, looks the rest up itself, and may run twice.
"""

from functools import partial
from typing import Any

import swapper
from django.db import transaction
from django_tasks import task
from wagtail.images import get_image_model

from digest.mixins import IssuePageMixin
from digest.rendering.bodies import Rendering
from digest.rendering.images import public_images_by_id, rendition_specs

swapper.set_app_prefix("wagtailcore", "wagtail")


def enqueue(task: Any, *args: Any) -> None:
    """Have a task done if the transaction is committed, and then only.

    Where the queue is a table, the task is a row of this transaction: no kill can lose it. Any
    other queue could begin before the commit, and is told afterwards.
    """
    kinds = type(task.get_backend()).__mro__
    if any(kind.__module__.startswith("django_tasks_db.") for kind in kinds):
        task.enqueue(*args)
    else:
        transaction.on_commit(partial(task.enqueue, *args), robust=True)


@task()
def make_renditions_of_page(pk: int) -> None:
    """Make the renditions of a live digest or issue, which its first reader would else wait for.

    By the way readers go: so these are all, and no picture that readers may not see has any. One
    that is broken is logged and left out.
    """
    page = swapper.load_model("wagtailcore", "Page").objects.filter(pk=pk, live=True).first()
    if page:
        page, rendering = page.specific, Rendering()
        if isinstance(page, IssuePageMixin):
            rendering.body(page.body)
        rendering.resolve(filter(None, [page.image_id]))


@task()
def make_renditions_of_image(pk: int) -> None:
    """Make the renditions of an image anew."""
    if get_image_model().objects.filter(pk=pk).exists():
        public_images_by_id([pk])


def make_renditions_when_published(sender: type, instance: Any, **kwargs: Any) -> None:
    """Those of a digest or an issue; Wagtail says so as well of what is only scheduled."""
    if instance.live:
        enqueue(make_renditions_of_page, instance.pk)


def make_renditions_when_replaced(sender: type, instance: Any, **kwargs: Any) -> None:
    """Those of an image that had them: Wagtail deletes them when an editor uploads another file."""
    if instance.filter_spec == rendition_specs()[0]:  # once for all of them
        enqueue(make_renditions_of_image, instance.image_id)
