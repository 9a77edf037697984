"""Who sees and makes API keys, who sees submissions, and who edits the disclosure to readers."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from wagtail.permission_policies import BasePermissionPolicy, ModelPermissionPolicy

from digest.admin.access import digests_with_permission, page_permission_policy
from digest.contrib.submissions.models import ApiKey, DigestDisclosure, Submission


class ApiKeyPermissionPolicy(ModelPermissionPolicy):
    """Permit users who may add keys to see and revoke their own; superusers, all."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "change" and super().user_has_permission(user, "add")

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet:
        if not self.user_has_any_permission(user, actions):
            return ApiKey.objects.none()
        return ApiKey.objects.all() if user.is_superuser else ApiKey.objects.filter(user=user)


class SubmissionPermissionPolicy(BasePermissionPolicy):
    """Permit users to see the submissions to digests whose issues they may edit."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and digests_with_permission(user, "change").exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet:
        if "view" not in actions:
            return Submission.objects.none()
        digests = digests_with_permission(user, "change").order_by()
        return Submission.objects.filter(digest__in=digests.values("pk"))


class DisclosurePermissionPolicy(BasePermissionPolicy):
    """Permit users to edit the disclosure of digests that they may publish in."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "change" and disclosing_digests(user).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet:
        digests = disclosing_digests(user).order_by().values("pk")
        rows = DigestDisclosure.objects.filter(digest__in=digests)
        return rows if "change" in actions else rows.none()


def disclosing_digests(user: Any) -> QuerySet:
    """Return the digests that a user may publish in, since readers see a change at once.

    An alias discloses what its source does.
    """
    return digests_with_permission(user, "publish").filter(alias_of=None)


def keys_of(user: Any) -> QuerySet:
    """Return the keys that a user may see and revoke."""
    return ApiKeyPermissionPolicy(ApiKey).instances_user_has_permission_for(user, "view")


def submissions_of(user: Any) -> QuerySet:
    """Return the submissions that a user may see, each with ``may_edit`` for its issue.

    The issue may have been moved to a digest that the user may not edit.
    """
    found = SubmissionPermissionPolicy(Submission).instances_user_has_permission_for(user, "view")
    issues = page_permission_policy().instances_user_has_permission_for(user, "change")
    return found.annotate(may_edit=Exists(issues.order_by().filter(pk=OuterRef("issue"))))
