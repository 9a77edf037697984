"""Who sees and controls mailings, and the titles of their issues."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import ExpressionWrapper
from django.utils.translation import gettext
from wagtail.permission_policies import ModelPermissionPolicy

from digest import visibility
from digest.admin.access import digests_with_permission
from digest.contrib.newsletter.models import Mailing
from digest.pages.page_models import get_issue_page_model

OF_EDITORS = {"view", "change"}


class MailingPermissionPolicy(ModelPermissionPolicy):
    """Permit what the model's permissions do, and the mailings of digests that a user publishes."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if self._has_all(user, action):
            return True
        return action in OF_EDITORS and digests_with_permission(user, "publish").exists()

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Mailing) -> bool:
        return self.instances_user_has_permission_for(user, action).filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Iterable[str]) -> QuerySet:
        if any(self._has_all(user, action) for action in actions):
            return Mailing.objects.all()
        if OF_EDITORS.isdisjoint(actions):
            return Mailing.objects.none()
        digests = digests_with_permission(user, "publish").values("pk").order_by()
        return Mailing.objects.filter(digest__in=digests)

    def _has_all(self, user: Any, action: str) -> bool:
        return super().user_has_permission(user, action)


def mailings_of(user: Any, action: str = "view") -> QuerySet:
    """Return the mailings that a user may see, without their text.

    ``shows_issue`` tells whether the user may also see the issue: newsletter managers see the
    mailing of an issue that is not public, but neither its title nor its text.
    """
    found = MailingPermissionPolicy(Mailing).instances_user_has_permission_for(user, action)
    issues = get_issue_page_model().objects.filter(pk=OuterRef("issue"))
    is_known = Q(digest__in=digests_with_permission(user, "publish").values("pk").order_by())
    is_known |= Q(Exists(visibility.public(issues)))
    found = found.annotate(shows_issue=ExpressionWrapper(is_known, output_field=BooleanField()))
    return found.select_related("digest", "user").defer("html", "text")


def title_of(mailing: Mailing) -> str:
    """Return the title of the issue of a mailing from ``mailings_of``, if the user may see it."""
    return mailing.issue_title if mailing.shows_issue else gettext("An issue that is not public")
