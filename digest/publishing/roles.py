"""The people of a digest: writers, who write drafts, and editors, who publish and review them."""

from collections.abc import Iterable
from typing import Any

import swapper
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupCollectionPermission,
    GroupPagePermission,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

WRITERS, EDITORS = "Digest writers", "Digest editors"
REVIEW = "Digest review"

# What each may do with a digest and its issues, as Wagtail calls it.
ON_PAGES = {
    WRITERS: ["add", "change"],
    EDITORS: ["add", "change", "publish", "lock", "unlock", "bulk_delete"],
}
# With pictures and documents: in every collection, since an issue may need any.
ON_MEDIA = {
    WRITERS: ["add_image", "choose_image", "add_document", "choose_document"],
    EDITORS: [
        f"{verb}_{kind}" for kind in ("image", "document") for verb in ("add", "change", "choose")
    ],
}
# And besides pages: to enter the admin, and the desk's other screens.
ON_MODELS = {
    WRITERS: ["wagtailadmin.access_admin", "digest.view_source"],
    EDITORS: [
        "wagtailadmin.access_admin",
        "digest.view_source",
        "digest.change_source",
        *(f"taggit.{verb}_tag" for verb in ("view", "add", "change", "delete")),
        *(f"digest_search.{verb}_synonyms" for verb in ("view", "add", "change", "delete")),
    ],
}


@transaction.atomic
def create_roles(digests: Iterable[Any]) -> None:
    """Make the two groups and their review workflow, and let them work on the digests.

    Nothing that is there is taken away, so it may be run again, as for a new digest. A digest that
    has a workflow of its own keeps it.
    """
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in (WRITERS, EDITORS)}
    for name, group in groups.items():
        group.permissions.add(*_permissions(ON_MODELS[name]))
        _allow_media(group, ON_MEDIA[name])
    review = _review(groups[EDITORS])
    for digest in digests:
        for name, group in groups.items():
            _allow_pages(group, digest, ON_PAGES[name])
        WorkflowPage.objects.get_or_create(page_id=digest.pk, defaults={"workflow": review})


def _permissions(names: Iterable[str]) -> list[Permission]:
    """The permissions of these names; of an app that is not installed there are none."""
    clause = Q(pk__in=[])
    for name in names:
        app, codename = name.split(".")
        clause |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(clause))


def _allow_media(group: Group, codenames: list[str]) -> None:
    root = Collection.get_first_root_node()
    for permission in Permission.objects.filter(codename__in=codenames):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=root, permission=permission
        )


def _allow_pages(group: Group, digest: Any, verbs: list[str]) -> None:
    model = swapper.load_model("wagtailcore", "Page")._meta
    codenames = [f"{verb}_{model.model_name}" for verb in verbs]
    for permission in Permission.objects.filter(
        content_type__app_label=model.app_label, codename__in=codenames
    ):
        GroupPagePermission.objects.get_or_create(
            group=group, page_id=digest.pk, permission=permission
        )


def _review(editors: Group) -> Workflow:
    """One step: any editor approves, and the issue is published."""
    workflow, created = Workflow.objects.get_or_create(name=REVIEW, active=True)
    if created:
        task = GroupApprovalTask.objects.create(name="An editor of the digest")
        task.groups.add(editors)
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow
