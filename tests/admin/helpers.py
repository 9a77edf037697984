"""Helpers of the admin tests: users with limited permissions, and issues with newer drafts."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page, Workflow

from tests.builders import body


def make_user(name: str, page: Page | None = None, *permissions: str) -> User:
    """Create an admin user with permissions on a page and its descendants."""
    user = User.objects.create_user(name, password="a-good-password")
    group = Group.objects.create(name=f"Group of {name}")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in permissions:
        GroupPagePermission.objects.create(
            group=group, page=page, permission=Permission.objects.get(codename=f"{codename}_page")
        )
    user.groups.add(group)
    return user


def save_draft(issue: Any, tags: tuple = (), **fields: Any) -> Any:
    """Save a new revision of an issue without changing its database row."""
    draft = issue.get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    if tags:
        draft.tags.set(tags)
    draft.save_revision(clean=False)
    issue.refresh_from_db()
    return issue


def submit(issue: Any, user: User) -> Any:
    """Submit the latest draft of an issue to the workflow."""
    Workflow.objects.get().start(issue, user)
    return issue


def schedule(issue: Any, days: int = 1, **fields: Any) -> Any:
    """Schedule the latest draft of an issue to go live in ``days`` days."""
    draft = issue.get_latest_revision_as_object()
    draft.go_live_at = timezone.now() + timedelta(days=days)
    draft.body = fields.get("body", body())
    draft.save_revision().publish()
    issue.refresh_from_db()
    return issue
