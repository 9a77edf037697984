"""User groups and the review workflow of digests."""

from collections.abc import Iterable
from typing import Any

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

from digest.conf import get_base_page_model
from digest.registry import registry

WRITERS, EDITORS = "Digest writers", "Digest editors"
REVIEW = "Digest review"

# Page permissions on a digest and its issues.
PAGE_PERMISSIONS = {
    WRITERS: ["add", "change"],
    EDITORS: ["add", "change", "publish", "lock", "unlock", "bulk_delete"],
}
# Image and document permissions, granted on the root collection: issues can use any collection.
COLLECTION_PERMISSIONS = {
    WRITERS: ["add_image", "choose_image", "add_document", "choose_document"],
    EDITORS: [
        f"{verb}_{kind}" for kind in ("image", "document") for verb in ("add", "change", "choose")
    ],
}
# Model permissions: access to the admin, and to its views of sources and tags. Apps add others, and
# groups of their own, to ``registry.roles``.
MODEL_PERMISSIONS = {
    WRITERS: ["wagtailadmin.access_admin", "digest.view_source"],
    EDITORS: [
        "wagtailadmin.access_admin",
        "digest.view_source",
        "digest.change_source",
        *(f"taggit.{verb}_tag" for verb in ("view", "add", "change", "delete")),
    ],
}


@transaction.atomic
def create_roles(digests: Iterable[Any]) -> None:
    """Create the groups and the review workflow, and grant the groups permissions on the digests.

    Idempotent: existing permissions and workflows of a digest are kept.
    """
    groups = {name: Group.objects.get_or_create(name=name)[0] for name in (WRITERS, EDITORS)}
    for name, group in groups.items():
        group.permissions.add(*_permissions(MODEL_PERMISSIONS[name]))
        _grant_on_collections(group, COLLECTION_PERMISSIONS[name])
    for name, permissions in registry.roles.items():
        Group.objects.get_or_create(name=name)[0].permissions.add(*_permissions(permissions))
    review = _review(groups[EDITORS])
    for digest in digests:
        for name, group in groups.items():
            _grant_on_page(group, digest, PAGE_PERMISSIONS[name])
        WorkflowPage.objects.get_or_create(page_id=digest.pk, defaults={"workflow": review})


def _permissions(names: Iterable[str]) -> list[Permission]:
    """Return the permissions by name, without those of apps that are not installed."""
    clause = Q(pk__in=[])
    for name in names:
        app, codename = name.split(".")
        clause |= Q(content_type__app_label=app, codename=codename)
    return list(Permission.objects.filter(clause))


def _grant_on_collections(group: Group, codenames: list[str]) -> None:
    root = Collection.get_first_root_node()
    for permission in Permission.objects.filter(codename__in=codenames):
        GroupCollectionPermission.objects.get_or_create(
            group=group, collection=root, permission=permission
        )


def _grant_on_page(group: Group, digest: Any, verbs: list[str]) -> None:
    model = get_base_page_model()._meta
    codenames = [f"{verb}_{model.model_name}" for verb in verbs]
    for permission in Permission.objects.filter(
        content_type__app_label=model.app_label, codename__in=codenames
    ):
        GroupPagePermission.objects.get_or_create(
            group=group, page_id=digest.pk, permission=permission
        )


def _review(editors: Group) -> Workflow:
    """Return the workflow, in which approval by any editor publishes the issue."""
    workflow, created = Workflow.objects.get_or_create(name=REVIEW, active=True)
    if created:
        task = GroupApprovalTask.objects.create(name="An editor of the digest")
        task.groups.add(editors)
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow
