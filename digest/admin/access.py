"""Filter digests and issues by a user's Wagtail page permissions."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet
from django.urls import reverse
from wagtail.permissions import policy_registry
from wagtail_modeladmin.views import HistoryView

from digest import visibility
from digest.checklist.findings import Mention
from digest.conf import get_base_page_model
from digest.pages.page_models import get_digest_page_model, get_issue_page_model


class MentionedIssue(NamedTuple):
    """Hold what a user may see of a mentioned issue.

    ``title`` is empty where the user may not see the issue, ``url`` where they may not edit it.
    """

    mention: Mention
    title: str
    url: str


class PermittedHistoryView(HistoryView):
    """Show the history of an object to users who may list it; modeladmin shows it to all."""

    def check_action_permitted(self, user: Any) -> bool:
        return self.permission_helper.user_can_list(user)


def explorable_digests(user: Any) -> QuerySet:
    """Return the digests that the page explorer shows to a user."""
    return _filter_by_pages(
        get_digest_page_model(), page_permission_policy().explorable_instances(user)
    )


def digests_with_permission(user: Any, *actions: str) -> QuerySet:
    """Return the digests on which a user has any of the permissions, such as ``add``."""
    policy = page_permission_policy()
    pages = policy.instances_user_has_any_permission_for(user, set(actions))
    return _filter_by_pages(get_digest_page_model(), pages).order_by("title", "pk")


def explorable_issues(user: Any) -> QuerySet:
    """Return the issues that the page explorer shows to a user."""
    return _filter_by_pages(
        get_issue_page_model(), page_permission_policy().explorable_instances(user)
    )


def may_edit_issues(user: Any) -> bool:
    """Return whether a user may add issues to a digest, or change a digest or an issue."""
    pages = page_permission_policy().instances_user_has_any_permission_for(user, {"add", "change"})
    models = (get_digest_page_model(), get_issue_page_model())
    return any(_filter_by_pages(model, pages).exists() for model in models)


def resolve_mentions(mentions: Iterable[Mention], user: Any) -> dict[int, MentionedIssue]:
    """Return the mentioned issues by ID, without titles and URLs the user may not see."""
    pks = {mention.pk for mention in mentions}
    if not pks:
        return {}
    issues = get_issue_page_model().objects.filter(pk__in=pks)
    policy = policy_registry.get_by_type(issues.model)
    may_edit = policy.instances_user_has_permission_for(user, "change")
    editable = set(may_edit.filter(pk__in=pks).values_list("pk", flat=True))
    known = editable | set(visibility.public(issues).values_list("pk", flat=True))
    return {
        mention.pk: MentionedIssue(
            mention,
            mention.title if mention.pk in known else "",
            reverse("wagtailadmin_pages:edit", args=[mention.pk]) if mention.pk in editable else "",
        )
        for mention in mentions
    }


def page_permission_policy() -> Any:
    """Return Wagtail's permission policy for pages, or the site's replacement."""
    return policy_registry.get_by_type(get_base_page_model())


def _filter_by_pages(model: type[Model], pages: QuerySet) -> QuerySet:
    # The policy returns pages of any type.
    return model.objects.filter(pk__in=pages.order_by().values("pk"))
